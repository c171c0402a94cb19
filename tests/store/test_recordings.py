from pathlib import Path

import pytest

from curator.domain.clip_query import parse
from curator.domain.errors import CuratorError
from curator.domain.recording import Recording
from tests.helpers.factories import a_recording, an_empty_project, some_clips


def test_a_recording_comes_back_as_it_was_added(tmp_path):
    with an_empty_project(tmp_path) as project:
        added = project.recordings.add(
            Recording(
                id=0,
                path=Path("/speech/show.mkv"),
                content_hash="ab" * 32,
                size=2**40,
                mtime_ns=1_700_000_000_123_456_789,
                rate=192_000,
                channels=32,
                samples=10 * 3600 * 192_000,
                container="MATROSKA",
                licence="CC0",
                consent="Ann, by e-mail",
            )
        )
        assert project.recordings.all() == [added]
        assert project.recordings.get(added.id) == added
        assert project.recordings.by_hash("ab" * 32) == added
        assert project.recordings.by_hash("cd" * 32) is None
        assert (added.name, added.licence, added.consent) == ("show.mkv", "CC0", "Ann, by e-mail")


NAMES = ("🎙️.wav", "עברית.wav", "a\nb.wav", "-i.wav", "%03d.wav", "concat:a|b", "\udcff\udcfe.wav")


@pytest.mark.parametrize("name", [*NAMES, "é", "e\u0301"])
def test_a_recording_may_have_any_name(tmp_path, name):
    with an_empty_project(tmp_path) as project:
        added = a_recording(project, f"/speech/{name}")
        assert project.recordings.get(added.id).path == Path(f"/speech/{name}")
        assert some_clips(project, added, 1) == project.clips.ids(parse("duration>1"))


def test_the_same_content_twice_is_refused_naming_the_first(tmp_path):
    with an_empty_project(tmp_path) as project:
        a_recording(project, "/speech/one.wav", content_hash="ab" * 32)
        with pytest.raises(CuratorError, match=r"two\.wav is already in the project, as one\.wav"):
            a_recording(project, "/speech/two.wav", content_hash="ab" * 32)


def test_a_recording_that_was_moved_can_be_found_again(project):
    recording = project.recordings.all()[0]
    moved = project.recordings.relocate(recording.id, Path("/elsewhere/renamed.wav"))
    assert moved.path == Path("/elsewhere/renamed.wav")
    assert project.recordings.get(recording.id) == moved
    assert project.clips.count(parse("recording:renamed")) == 6


def test_a_recording_that_is_not_there_is_an_error_in_a_sentence(project):
    with pytest.raises(CuratorError, match="There is no recording 5"):
        project.recordings.get(5)
    with pytest.raises(CuratorError, match="There is no recording 5"):
        project.recordings.relocate(5, Path("/x"))
