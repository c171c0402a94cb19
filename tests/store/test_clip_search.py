"""The answer in SQL is the answer clip by clip."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from curator.domain.clip_query import parse
from curator.domain.decision import correct_text, recut
from curator.domain.fact import Score
from curator.domain.span import Span
from tests.helpers.crowd import a_crowd
from tests.helpers.factories import (
    a_transcript,
    found,
    say,
    score,
)
from tests.helpers.queries import queries


@pytest.fixture(scope="module")
def crowd():
    """Forty clips in all sorts of states, and the project they are in."""
    with tempfile.TemporaryDirectory() as folder:
        project = a_crowd(Path(folder))
        yield project, project.clips.find()
        project.close()


@given(query=queries())
@settings(max_examples=400, deadline=None)
def test_the_store_finds_the_clips_that_match(crowd, query):
    project, clips = crowd
    expected = [clip.id for clip in clips if query.matches(clip)]
    assert project.clips.ids(query) == expected
    assert project.clips.count(query) == len(expected)


@given(query=queries())
@settings(max_examples=30, deadline=None)
def test_finding_gives_the_clips_themselves(crowd, query):
    project, clips = crowd
    assert project.clips.find(query) == [clip for clip in clips if query.matches(clip)]


def test_the_crowd_is_a_crowd(crowd):
    _, clips = crowd
    for typed in (
        "state:kept",
        "state:dropped",
        "state:undecided",
        "emotion:none",
        "finding:clipped",
        "has:map",
        "has:voice",
        "has:correction",
        "-has:transcript",
        "snr>20",
        "cluster:-1",
        "arviz",
        "recording:arviz",
        "language:hu",
    ):
        count = sum(parse(typed).matches(clip) for clip in clips)
        assert 0 < count < len(clips), typed


def test_a_score_about_an_older_span_is_not_found(project):
    clip = project.clips.ids()[0]
    score(project, clip, snr=30.0)
    assert project.clips.ids(parse("snr>20")) == [clip]
    project.decisions.apply(recut(clip, Span(100, 50_000)))
    assert project.clips.ids(parse("snr>20")) == []
    assert project.clips.get(clip).scores == {}
    project.decisions.undo()
    assert project.clips.ids(parse("snr>20")) == [clip]


def test_what_people_type_is_never_code(project):
    clip = project.clips.ids()[0]
    hostile = "'; DROP TABLE clip; --"
    project.decisions.apply(correct_text([clip], hostile))
    assert project.clips.ids(parse(f'"{hostile}"')) == [clip]
    assert project.clips.count() == 6


def test_percent_and_underscore_are_only_letters(project):
    first, second, *_ = project.clips.ids()
    say(project, first, "100% sure")
    say(project, second, "100 times")
    assert project.clips.ids(parse('"0%"')) == [first]
    assert project.clips.ids(parse('"_"')) == []


def test_a_query_of_the_longest_kind_is_answered(project):
    assert project.clips.ids(parse("-snr>1 " * 200)) == project.clips.ids()
    every_id = "id:" + ",".join(map(str, range(1, 50_000)))
    assert project.clips.ids(parse(every_id)) == project.clips.ids()


def test_scores_that_share_no_rounding_are_told_apart(project):
    clip = project.clips.ids()[0]
    project.facts.add([found(project, clip, Score("snr", 0.1 + 0.2))])
    assert project.clips.ids(parse("snr=0.3")) == []
    assert project.clips.ids(parse("snr=0.30000000000000004")) == [clip]


def test_words_of_a_transcript_come_back_exactly(project):
    clip = project.clips.ids()[0]
    span = project.clips.get(clip).span
    transcript = a_transcript('He said "ő\\n" – 𝄞', span, confidence=0.1 + 0.2)
    project.facts.add([found(project, clip, transcript)])
    assert project.clips.get(clip).transcript == transcript
