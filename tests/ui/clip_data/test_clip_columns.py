"""Clip columns compared with the clips of the project, also after changes."""

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.domain.clip_query import Query, parse
from curator.domain.decision import Field, correct_text, drop, keep, recut
from curator.domain.span import Span
from curator.domain.splitting import merge, split
from curator.ui.clip_data.clip_columns import ClipColumns
from tests.helpers.crowd import a_crowd, adorn
from tests.helpers.factories import a_cut, a_project, a_recording, say, score
from tests.helpers.queries import queries


def ids(columns, query=None):
    return columns.ids[columns.where(query or Query())].tolist()


@pytest.fixture(scope="module")
def crowd():
    with tempfile.TemporaryDirectory() as folder:
        project = a_crowd(Path(folder))
        yield project.clips.find(), ClipColumns(project)
        project.close()


@given(query=queries())
@settings(max_examples=500)
def test_columns_find_the_clips_that_match(crowd, query):
    clips, columns = crowd
    assert ids(columns, query) == [clip.id for clip in clips if query.matches(clip)]


VALUES = {
    "duration": lambda clip: clip.seconds,
    "begin": lambda clip: clip.span.start_s(clip.rate),
    "confidence": lambda clip: clip.transcript.confidence if clip.transcript else None,
    "score:snr": lambda clip: clip.scores.get("snr"),
    "errors": lambda clip: sum(finding.severity == "error" for finding in clip.findings),
}


@given(query=queries(), name=st.sampled_from(sorted(VALUES)), descending=st.booleans())
def test_sorting_is_stable_with_the_unknown_last(crowd, query, name, descending):
    clips, columns = crowd
    matching = [clip for clip in clips if query.matches(clip)]
    sign = -1 if descending else 1
    known = [clip for clip in matching if VALUES[name](clip) is not None]
    unknown = [clip for clip in matching if VALUES[name](clip) is None]
    expected = sorted(known, key=lambda clip: sign * VALUES[name](clip)) + unknown
    order = columns.ordered(columns.where(query), name, descending)
    assert columns.ids[order].tolist() == [clip.id for clip in expected]


def test_texts_are_sorted_without_regard_to_accents_and_empty_ones_last(crowd):
    _, columns = crowd
    texts = columns.column("text")[columns.ordered(columns.where(Query()), "text")].tolist()
    assert texts == sorted(filter(None, texts)) + [""] * texts.count("")


def in_step(columns, project):
    """Whether the columns equal newly read ones."""
    new = ClipColumns(project)
    assert ids(columns) == ids(new) == project.clips.ids()
    for name in ("state", "start", "stop", "corrected", "errors", "warnings", "map", "words"):
        mine = columns.column(name)[columns.where(Query())]
        assert mine.tolist() == new.column(name)[new.where(Query())].tolist(), name
    for typed in ("snr>10", "welcome", "language:hu", "finding:clipped", "emotion:tension"):
        assert ids(columns, parse(typed)) == project.clips.ids(parse(typed)), typed
    return True


def test_columns_follow_decisions_facts_splits_and_new_clips(tmp_path):
    chance = random.Random(1)
    project = a_crowd(tmp_path)
    columns = ClipColumns(project)
    assert in_step(columns, project)

    def follow(changes):
        return columns.follow(changes.clips, changes.field)

    for _ in range(60):
        clips = project.clips.find()
        clip, other = chance.sample(clips, 2)
        step = chance.randrange(8)
        if step == 0:
            follow(project.decisions.apply(chance.choice([keep, drop])([clip.id])))
        elif step == 1:
            follow(project.decisions.apply(correct_text([clip.id], chance.choice(["welcome", ""]))))
        elif step == 2:
            follow(project.decisions.apply(recut(clip.id, Span(0, chance.randint(1, 90_000)))))
        elif step == 3 and clip.span.samples > 1:
            came, went = follow(project.decisions.apply(split(clip, clip.span.start + 1)))
            assert went == {clip.id}
            assert came == set(project.clips.ids()) - {c.id for c in clips}
        elif step == 4 and clip.recording_id == other.recording_id:
            follow(project.decisions.apply(merge(clip, other)))
        elif step == 5 and (changes := project.decisions.undo()):
            follow(changes)
        elif step == 6:
            adorn(project, clip.id, chance)
            columns.follow([clip.id])
        elif step == 7 and (changes := project.decisions.redo()):
            follow(changes)
        assert in_step(columns, project)
    recording = a_recording(project, "/speech/new.wav")
    project.clips.replace_cut(a_cut(recording, [(0.0, 3.0)]))
    came, went = columns.follow(None)
    assert len(came) == 1
    assert not went
    assert in_step(columns, project)
    project.close()


def test_scores_nobody_asked_for_are_not_read(tmp_path):
    with a_project(tmp_path) as project:
        columns = ClipColumns(project)
        asked = []
        read = project.clips.rows
        project.clips.rows = lambda what, *rest: asked.append(what) or read(what, *rest)
        clip = project.clips.ids()[0]
        score(project, clip, snr=30.0)
        columns.follow([clip])
        assert asked == ["place"]
        assert ids(columns, parse("snr>20")) == [clip]
        columns.follow(project.decisions.apply(keep([clip])).clips, Field.STATE)
        assert asked == ["place", "score", "place"]


def test_a_project_without_clips_has_empty_columns(tmp_path):
    with a_project(tmp_path, 0) as project:
        columns = ClipColumns(project)
        assert ids(columns, parse("snr>20 welcome -id:3 finding:any")) == []
        assert columns.ordered(columns.where(Query()), "text").tolist() == []
        recording = project.recordings.all()[0]
        project.clips.replace_cut(a_cut(recording, [(0.0, 3.0)]))
        columns.follow(None)
        say(project, project.clips.ids()[0], "hello")
        columns.follow(project.clips.ids())
        assert ids(columns, parse("hello")) == project.clips.ids()
