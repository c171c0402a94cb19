"""Recordings and clips that became pipes, devices or endless files: a sentence, and no waiting."""

import os
from pathlib import Path

import pytest

from curator.cli.arguments import run
from curator.domain.decision import keep
from tests.helpers.sets import a_set

pytestmark = [pytest.mark.timeout(120), pytest.mark.skipif(os.name == "nt", reason="no pipes")]


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_folder(path: Path) -> None:
    path.mkdir()


def endless(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 42)  # takes no room on the disk


KINDS = (a_pipe, a_device, a_folder, endless)


@pytest.fixture
def show(tmp_path, canary):
    with a_set(tmp_path, "show", [(1, "wav"), (2, "wav")]) as project:
        project.decisions.apply(keep(project.clips.ids()))
        recordings = project.recordings.all()
    return project.path, recordings


@pytest.mark.slow
@pytest.mark.parametrize("make", KINDS[:2])
def test_a_recording_that_is_no_file_any_more(show, tmp_path, capsys, make):
    project, recordings = show
    for recording in recordings:
        recording.path.rename(tmp_path / f"own-{recording.path.name}")
        make(recording.path)
    for command, code in (
        (("verify", project), 1),
        (("check", project), 1),
        (("export", project, tmp_path / "out"), 1),
        (("clean", project, "--recipe", "hum"), None),
        (("clips", project), 0),
    ):
        result = run([str(word) for word in command])
        said = capsys.readouterr()
        assert "Traceback" not in said.err, command
        if code is not None:
            assert result == code, (command, said)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("make", KINDS)
def test_a_clip_of_a_bundle_that_is_no_file(show, tmp_path, capsys, make):
    project, _ = show
    out = tmp_path / "out"
    assert run(["export", str(project), str(out)]) == 0
    wav = sorted((out / "wavs").iterdir())[0]
    wav.unlink()
    make(wav)
    assert run(["verify", str(out)]) == 1
    said = capsys.readouterr()
    assert wav.name in said.out + said.err
    assert "Traceback" not in said.err
    assert run(["new", str(tmp_path / "mine.curator"), "--language", "en"]) == 0
    assert run(["merge", str(tmp_path / "mine.curator"), str(out)]) in (0, 1)
    assert "Traceback" not in capsys.readouterr().err
