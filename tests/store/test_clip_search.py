"""The answer in SQL is the answer clip by clip."""

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from curator.domain.clip_query import parse
from curator.domain.decision import correct_text, drop, give_emotion, keep, recut
from curator.domain.fact import Edges, MapPoint, Score
from curator.domain.span import Span
from tests.helpers.factories import (
    a_cut,
    a_finding,
    a_recording,
    a_transcript,
    an_empty_project,
    found,
    say,
    score,
)
from tests.helpers.queries import EMOTIONS, FINDINGS, LANGUAGES, TEXTS, queries


@pytest.fixture(scope="module")
def crowd():
    """Forty clips in all sorts of states, and the project they are in."""
    chance = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        project = an_empty_project(Path(folder))
        for name, rate in (("Árvíz 10:30.wav", 22_050), ("welcome - back.m4a", 44_100)):
            recording = a_recording(project, f"/speech/{name}", rate=rate)
            spans = [(i * 5.0, i * 5.0 + chance.choice([1, 2.5, 3, 4])) for i in range(20)]
            project.clips.replace_cut(a_cut(recording, spans))
        for clip in project.clips.ids():
            _adorn(project, clip, chance)
        yield project, project.clips.find()
        project.close()


def _adorn(project, clip, chance):
    if chance.random() < 0.8:
        text, language = chance.choice(["", *TEXTS]), chance.choice(LANGUAGES)
        say(project, clip, text, language=language, confidence=chance.choice([0.0, 0.5, 0.9]))
    if chance.random() < 0.7:
        score(project, clip, snr=chance.uniform(0, 40), clipping=float(chance.randint(0, 2)))
    if chance.random() < 0.5:
        score(project, clip, speaker_similarity=chance.random())
    if chance.random() < 0.5:
        keys = chance.sample(FINDINGS, chance.randint(1, 2))
        project.facts.set_findings({clip: [a_finding(key) for key in keys]})
    if chance.random() < 0.5:
        where = MapPoint(chance.random(), chance.random(), chance.randint(-1, 3))
        project.facts.add([found(project, clip, where)])
        project.facts.add([found(project, clip, Edges(0.5, 0.5, None, 7))])
    if chance.random() < 0.6:
        project.decisions.apply(chance.choice([keep, drop])([clip]))
    if chance.random() < 0.5:
        project.decisions.apply(give_emotion([clip], chance.choice(EMOTIONS)))
    if chance.random() < 0.3:
        project.decisions.apply(correct_text([clip], chance.choice(["", *TEXTS])))
    if chance.random() < 0.2:  # after which all the facts are about another span
        project.decisions.apply(recut(clip, Span(0, chance.randint(1, 99_999))))


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
