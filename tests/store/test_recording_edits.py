"""Licence and consent of recordings, and recordings that are removed and come back."""

import pytest

from curator.domain.decision import State, choose_voice, correct_text, keep
from curator.domain.errors import CuratorError
from curator.domain.splitting import split
from curator.store.project import Project
from curator.store.recording_edits import RecordingEdit, removal, restoration, set_rights
from tests.helpers.factories import a_recording, some_clips


def act(project: Project, made: RecordingEdit) -> None:
    project.decisions.apply_all(made.label, made.edits)


def test_licence_and_consent_of_several_recordings_are_one_undoable_step(project: Project):
    first = project.recordings.all()[0]
    second = a_recording(project, "/speech/other.wav")
    numbers = [first.id, second.id]
    act(project, set_rights(project, numbers, licence="CC0", consent=None))
    assert {each.licence for each in project.recordings.all()} == {"CC0"}
    assert project.recordings.get(first.id).consent == first.consent
    act(project, set_rights(project, [second.id], licence="MIT", consent="in May"))
    assert project.decisions.undo_label() == "Set licence and consent: other.wav"
    project.decisions.undo()
    assert project.recordings.get(second.id).licence == "CC0"
    project.decisions.undo()
    assert project.recordings.get(first.id).licence == first.licence
    project.decisions.redo()
    assert project.recordings.get(first.id).licence == "CC0"


def test_a_removed_recording_comes_back_whole_by_undo(project: Project):
    clips = project.clips.ids()
    project.decisions.apply(keep(clips[:2]))
    project.decisions.apply(correct_text([clips[0]], "hello"))
    other = a_recording(project, "/speech/other.wav")
    some_clips(project, other, 2)
    before = project.decisions.state_hash()
    act(project, removal(project, [1]))
    assert [each.id for each in project.recordings.all()] == [other.id]
    assert project.clips.count() == 2
    project.decisions.undo()
    assert project.decisions.state_hash() == before
    assert len(project.recordings.all()) == 2
    assert project.clips.get(clips[0]).state is State.KEPT
    project.decisions.redo()
    assert project.clips.count() == 2


def test_a_removed_recording_is_restored_with_what_was_split(project: Project):
    clip = project.clips.find()[0]
    project.decisions.apply(split(clip, (clip.span.start + clip.span.stop) // 2))
    ids = project.clips.ids()
    origins = project.clips.origins(1)
    act(project, removal(project, [1]))
    assert project.recordings.all() == []
    act(project, restoration(project, 1))
    assert project.clips.ids() == ids
    assert project.clips.origins(1) == origins
    assert project.recordings.removed() == {}


def test_a_recording_without_clips_can_be_removed(project: Project):
    other = a_recording(project, "/speech/other.wav")
    act(project, removal(project, [other.id]))
    assert [each.id for each in project.recordings.all()] == [1]
    project.decisions.undo()
    assert len(project.recordings.all()) == 2


def test_the_recording_of_the_voice_stays(project: Project):
    project.decisions.apply(choose_voice(project.clips.ids()[:1], "one"))
    with pytest.raises(CuratorError, match="Choose another clip for the voice"):
        act(project, removal(project, [1]))
    assert len(project.recordings.all()) == 1


def test_a_snapshot_brings_a_removed_recording_back(project: Project):
    project.snapshots.take("before")
    act(project, removal(project, [1]))
    project.snapshots.back("before")
    assert [each.id for each in project.recordings.all()] == [1]
    assert project.clips.count() == 6
