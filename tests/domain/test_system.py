"""Temporary names beside files: those of killed processes are removed, others stay."""

import os
import subprocess
import sys

from curator.domain.resources import resources
from curator.domain.system import remove_leftover, temporary_beside
from curator.store.first_look import NOTES
from curator.store.project import Project
from curator.ui.settings import WindowSettings
from tests.helpers.factories import an_empty_project


def ended() -> int:
    """Process id of a program that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_names_of_killed_processes_are_removed_and_others_stay(tmp_path):
    pid = ended()
    gone = [f".[a].json.{pid}", f".[a].json.{pid}.tmp"]
    kept = [
        f".[a].json.{os.getppid()}",
        f".[a].json.{pid}.bak",
        f".a.json.{pid}",
        "[a].json",
        f".[a].json.{os.getpid()}.tmp",
    ]
    for name in gone + kept:
        (tmp_path / name).write_text("mine")
    (tmp_path / f".[a].json.{pid}0000").mkdir()
    assert temporary_beside(tmp_path / "[a].json") == tmp_path / kept[-1]
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {*kept, f".[a].json.{pid}0000"}


def test_a_folder_is_removed_under_the_name_of_this_program_alone(tmp_path):
    for name in (".a.1.tmp", "a.partial"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("mine")
    assert remove_leftover(tmp_path / ".a.1.tmp")
    assert not remove_leftover(tmp_path / "a.partial")
    assert (tmp_path / "a.partial" / "file").exists()


def test_a_killed_note_of_a_checked_project_is_removed_at_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with an_empty_project(tmp_path) as project:
        path = project.path
    folder = tmp_path / "cache" / "voice-curator"
    left = folder / f".{NOTES}.{ended()}"
    left.write_text("[")
    Project.open(path).close()
    assert [file.name for file in folder.iterdir()] == [NOTES]


def test_a_killed_new_project_is_removed_by_the_next_one(tmp_path):
    left = tmp_path / f".show.curator.{ended()}.tmp"
    (left / "cache").mkdir(parents=True)
    categories = (resources() / "categories" / "quiz_show.toml").read_text(encoding="utf-8")
    Project.create(
        tmp_path / "show.curator", language="en", target="xtts_v2", categories=categories
    ).close()
    assert not left.exists()


def test_settings_killed_while_written_are_removed_at_the_next_change(tmp_path):
    left = tmp_path / f".settings.json.{ended()}"
    left.write_text("{")
    settings = WindowSettings(tmp_path / "settings.json")
    settings.remember_window({"width": 1})
    assert [file.name for file in tmp_path.iterdir()] == ["settings.json"]
