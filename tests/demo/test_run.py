"""The demo does not tread on other people's things and says where it stopped."""

import subprocess
import sys

import pytest

from curator.demo import run
from curator.demo.run import MADE, MARK, curate, run_demo
from curator.domain.errors import CuratorError


class StopsHere(Exception):
    """Raised in place of the recording."""


@pytest.fixture
def no_recording(monkeypatch):
    """The demo gets no further than making its folder."""

    def refuse(folder, seed):
        raise StopsHere

    monkeypatch.setattr(run, "make_recording", refuse)


def silent(words: str) -> None:
    """Nobody listens."""


def test_a_folder_with_other_peoples_things_is_refused_and_left_alone(tmp_path, no_recording):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(CuratorError, match="was not created by the demo"):
        curate(tmp_path, silent)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(CuratorError, match="is a file"):
        curate(tmp_path / "out", silent)


def test_what_a_former_demo_made_is_replaced_and_nothing_else(tmp_path, no_recording):
    (tmp_path / MARK).touch()
    (tmp_path / "notes.txt").write_text("mine")
    for name in MADE[:3]:
        (tmp_path / name).write_text("old")
    for name in MADE[3:6]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "old").touch()
    with pytest.raises(StopsHere):
        curate(tmp_path, silent)
    assert {path.name for path in tmp_path.iterdir()} == {MARK, "notes.txt"}


def test_a_link_to_somewhere_else_is_removed_and_not_followed(tmp_path, no_recording):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    out = tmp_path / "out"
    out.mkdir()
    (out / MARK).touch()
    (out / MADE[3]).symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(StopsHere):
        curate(out, silent)
    assert (elsewhere / "kept").exists()
    assert not (out / MADE[3]).exists()


def test_a_command_that_fails_stops_the_demo_and_is_named(tmp_path, monkeypatch):
    class Recorded:
        truth = None
        path = tmp_path / "quiz_show.wav"

    said: list[str] = []
    monkeypatch.setattr(run, "make_recording", lambda folder, seed: Recorded)
    monkeypatch.setattr(
        subprocess, "run", lambda command, **options: subprocess.CompletedProcess(command, 1)
    )
    with pytest.raises(CuratorError, match="The demo stopped: curator new"):
        run_demo(tmp_path / "out", said.append)
    assert said[-1].startswith("\n$ curator new ")


def test_commands_run_with_this_python(monkeypatch, tmp_path):
    ran: list[list[str]] = []

    def remembered(command, **options):
        ran.append(command)
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(run, "make_recording", lambda folder, seed: type("R", (), {"truth": 0}))
    monkeypatch.setattr(subprocess, "run", remembered)
    with pytest.raises(CuratorError):
        curate(tmp_path / "out", silent)
    assert ran[0][:4] == [sys.executable, "-m", "curator", "new"]
