"""Clips split in two and merged into one, and taken back."""

import pytest

from curator.domain.clip_query import parse
from curator.domain.decision import (
    Edit,
    Field,
    Piece,
    choose_voice,
    correct_text,
    give_emotion,
    keep,
    nudge,
    recut,
)
from curator.domain.errors import CuratorError
from curator.domain.fact import Producer, Transcript
from curator.domain.span import Span
from curator.domain.splitting import merge, split
from curator.store.decisions import Decisions
from curator.store.project import Project
from tests.helpers.factories import RATE, TRANSCRIBE, a_cut, a_recording, say, score, some_clips

AGAIN = Producer("segment", 2)


def first_clip(project):
    return project.clips.get(project.clips.ids()[0])


def split_first(project, at_s=2.0):
    """Split the first clip; returns the ids of its parts."""
    clip = first_clip(project)
    project.decisions.apply(split(clip, clip.span.start + round(at_s * RATE)))
    return project.clips.ids()[:2]


def test_a_split_clip_is_two_that_meet(project):
    clip = first_clip(project)
    changes = project.decisions.apply(split(clip, clip.span.start + 1000))
    first, second = project.clips.find()[:2]
    assert changes.field is Field.PRESENCE
    assert set(changes.clips) == {clip.id, first.id, second.id}
    assert first.span.join(second.span) == clip.span
    assert first.span.stop == second.span.start == clip.span.start + 1000
    assert clip.id not in project.clips.ids()
    assert project.clips.count() == len(project.clips.ids()) == len(project.clips.spans()) == 7
    with pytest.raises(CuratorError, match="There is no clip"):
        project.clips.get(clip.id)


def test_taking_a_split_back_brings_the_clip_with_all_that_was_known_and_decided(project):
    clip = first_clip(project).id
    say(project, clip, "Welcome to the show")
    score(project, clip, snr=20.0)
    project.decisions.apply(keep([clip]))
    before, seen = project.decisions.state_hash(), project.clips.find()
    pieces = split_first(project)
    after = project.decisions.state_hash()
    project.decisions.apply(keep(pieces))
    project.decisions.undo()
    project.decisions.undo()
    assert project.decisions.state_hash() == before
    assert project.clips.find() == seen
    project.decisions.redo()
    assert project.decisions.state_hash() == after
    assert project.clips.ids()[:2] == pieces
    project.decisions.redo()
    assert [clip.state for clip in project.clips.find()[:2]] == ["kept", "kept"]
    assert project.verify() == []


def test_parts_are_undecided_but_keep_the_category_and_the_words_of_people(project):
    clip = first_clip(project).id
    say(project, clip, "one two three four")
    project.decisions.apply(keep([clip]))
    project.decisions.apply(give_emotion([clip], "tension"))
    project.decisions.apply(correct_text([clip], "One, two. Three, four!"))
    split_first(project)
    first, second = project.clips.find()[:2]
    assert (first.text, second.text) == ("One, two.", "Three, four!")
    assert first.emotion == second.emotion == "tension"
    assert first.state == second.state == "undecided"


def test_parts_of_a_clip_nobody_corrected_wait_for_the_machine(project):
    clip = first_clip(project).id
    say(project, clip, "one two three four")
    pieces = split_first(project)
    assert [clip.text for clip in project.clips.find()[:2]] == ["", ""]
    assert set(pieces) <= set(project.facts.missing(TRANSCRIBE, Transcript))
    assert clip not in project.facts.missing(TRANSCRIBE, Transcript)
    assert project.clips.ids(parse("has:correction")) == []


def test_merged_clips_are_one_with_what_was_between_them(project):
    first, second, *_ = project.clips.find()
    project.decisions.apply(correct_text([second.id], "and goodbye"))
    say(project, first.id, "hello")
    first, second, *_ = project.clips.find()
    project.decisions.apply(merge(second, first))
    whole = first_clip(project)
    assert whole.span == first.span.join(second.span)
    assert whole.text == "hello and goodbye"
    assert project.clips.count() == 5


def test_segmenting_again_leaves_split_clips_alone(project):
    recording = project.recordings.all()[0]
    pieces = split_first(project)
    project.clips.replace_cut(a_cut(recording, [(0.0, 4.0), (100.0, 104.0)], AGAIN))
    assert project.clips.ids()[:2] == pieces
    assert project.clips.count() == 3
    project.decisions.undo()
    assert [(clip.span.start, clip.span.stop) for clip in project.clips.find()] == [
        (0, 4 * RATE),
        (100 * RATE, 104 * RATE),
    ]
    assert project.verify() == []


def test_a_split_of_a_clip_that_segmentation_has_since_replaced_is_not_done_again(project):
    recording = project.recordings.all()[0]
    pieces = split_first(project)
    project.decisions.apply(keep(pieces))
    project.decisions.undo()
    project.decisions.undo()
    project.clips.replace_cut(a_cut(recording, [(0.5, 4.0)], AGAIN))
    assert project.decisions.redo() is None
    assert project.clips.count() == 1


def test_splits_survive_the_end_of_the_program(project):
    clip = project.clips.ids()[0]
    pieces = split_first(project)
    project.close()
    with Project.open(project.path) as again:
        assert again.clips.ids()[:2] == pieces
        assert again.decisions.undo_label() == f"Split (clip {clip})"
        again.decisions.undo()
        assert again.clips.count() == 6


def test_the_only_clip_of_the_voice_is_not_taken_away(project):
    clip = first_clip(project)
    project.decisions.apply(choose_voice([clip.id], "the host"))
    with pytest.raises(CuratorError, match="whose voice the set is"):
        project.decisions.apply(split(clip, 1000))
    assert project.clips.count() == 6


def test_what_cannot_be_split_or_merged_is_refused(project):
    first, second, *_ = project.clips.find()
    elsewhere = some_clips(project, a_recording(project, "/speech/other.wav"), 1)[0]
    with pytest.raises(CuratorError, match="between its edges"):
        split(first, first.span.stop)
    with pytest.raises(CuratorError, match="different recordings"):
        merge(first, project.clips.get(elsewhere))
    for gone, come in (
        ((first.id,), (Piece(second.span, None, None),)),
        ((first.id,), (Piece(Span(3, 3), None, None),)),
        ((first.id, elsewhere), (Piece(first.span, None, None),)),
        ((first.id,), (Piece(first.span, None, "no such feeling"),)),
    ):
        before = project.decisions.state_hash()
        with pytest.raises(CuratorError):
            project.decisions.apply(Edit("Split", Field.PRESENCE, dict.fromkeys(gone), come))
        assert project.decisions.state_hash() == before
    assert project.decisions.undo() is None


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(project):
    """The project's own decisions, timed by this clock."""
    clock = Clock()
    project.decisions = Decisions(project._database, seconds=clock)
    return clock


def moved(project, by):
    clip = first_clip(project)
    return nudge(clip.id, Span(clip.span.start + by, clip.span.stop))


def test_nudges_within_a_second_are_one_edit(project, clock):
    before = project.decisions.state_hash()
    for _ in range(5):
        project.decisions.apply(moved(project, 220))
        clock.now += 0.9
    assert first_clip(project).span.start == 1100
    assert len(project.decisions.history()) == 1
    project.decisions.undo()
    assert project.decisions.state_hash() == before
    project.decisions.redo()
    assert first_clip(project).span.start == 1100


def test_a_nudge_after_a_pause_or_another_edit_is_an_edit_of_its_own(project, clock):
    clip = first_clip(project).id
    project.decisions.apply(moved(project, 220))
    clock.now += 1.1
    project.decisions.apply(moved(project, 220))
    project.decisions.apply(keep([clip]))
    project.decisions.apply(moved(project, 220))
    project.decisions.undo()
    project.decisions.redo()
    project.decisions.apply(moved(project, 220))
    project.decisions.apply(recut(clip, Span(0, 500)))
    assert len(project.decisions.history()) == 6


def test_nudging_there_and_back_leaves_nothing_to_undo(project, clock):
    clip = first_clip(project)
    project.decisions.apply(recut(clip.id, Span(1000, 90_000)))
    project.decisions.apply(moved(project, 220))
    project.decisions.apply(moved(project, -220))
    assert [entry.label for entry in project.decisions.history()] == [
        f"Move edges (clip {clip.id})"
    ]
    project.decisions.undo()
    assert first_clip(project).span == clip.span
