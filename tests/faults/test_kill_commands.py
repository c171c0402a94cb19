"""kill -9 of `curator clean` and `curator snapshot --back`: whole or not at all, repeatable."""

import os
import random
import re
import shutil
import time
from pathlib import Path

import pytest

from curator.audio.intake import sweep
from curator.domain.decision import drop, give_emotion, keep
from curator.store.project import Project
from tests.helpers.commands import (
    assert_no_worker_outlives_its_parent,
    curator,
    done,
    killed,
)
from tests.helpers.factories import a_project
from tests.helpers.sets import a_set

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

CLIPS = 700
KILL_MOMENTS = int(os.environ.get("KILL_MOMENTS", "1"))
BACKUP = re.compile(r"\d{6}_[-\w]+\.sqlite")


def moments(seed: int, needed: float) -> list[float]:
    """One moment, or as many as KILL_MOMENTS says."""
    draw = random.Random(seed)
    return [draw.uniform(0.1, 1.0) * needed for _ in range(KILL_MOMENTS)]


def timed(*words: object) -> float:
    began = time.monotonic()
    done(*words)
    return time.monotonic() - began


def assert_sound(project: Path) -> None:
    assert curator("verify", project).stdout == "No problems.\n"


def state_of(project: Path) -> tuple[str, int]:
    """Hash of the decisions, and how many edits there are."""
    with Project.open(project, write=False) as opened:
        return opened.decisions.state_hash(), len(opened.decisions.history(limit=10**6))


def names_in(project: Path) -> set[str]:
    """Names of all files but the backups, which each opening may add to."""
    names = {path.name for path in project.rglob("*")}
    return {name for name in names if not BACKUP.fullmatch(name)}


def test_going_back_to_a_snapshot_happens_as_a_whole_or_not_at_all(tmp_path):
    whole = a_changed_project(tmp_path)
    project = tmp_path / "killed.curator"
    before = state_of(whole)
    shutil.copytree(whole, project)
    needed = timed("snapshot", project, "--back", "monday")
    after = state_of(project)
    assert after[0] != before[0]
    usual = names_in(project)
    interrupted = 0
    for moment in moments(1, needed):
        shutil.rmtree(project)
        shutil.copytree(whole, project)
        interrupted += killed(moment, "snapshot", project, "--back", "monday")
        assert state_of(project) in (before, after)
        if state_of(project) == before:
            done("snapshot", project, "--back", "monday")
        assert state_of(project) == after
        done("undo", project)
        assert state_of(project)[0] == before[0]
        done("redo", project)
        assert state_of(project)[0] == after[0]
        assert names_in(project) <= usual
    assert interrupted or KILL_MOMENTS == 1
    assert_sound_without_files(project)


def a_changed_project(folder: Path) -> Path:
    """A project with a snapshot, and decisions of all clips since."""
    with a_project(folder, CLIPS) as project:
        clips = project.clips.ids()
        project.decisions.apply(keep(clips))
        project.snapshots.take("monday")
        project.decisions.apply(drop(clips[::2]))
        project.decisions.apply(give_emotion(clips[1::2], "tension"))
        return project.path


def assert_sound_without_files(project: Path) -> None:
    """The project is sound; its recordings never existed."""
    with Project.open(project) as opened:
        assert opened.verify() == []


@pytest.mark.model
def test_cleaning_is_finished_by_the_next_call(tmp_path):
    with a_set(tmp_path, "show", [(1, "wav")]) as project:
        project.decisions.apply(keep(project.clips.ids()))
        untouched = project.path
    command = ("--recipe", "hum", "--query", "id:1", "--device", "cpu")

    def cleaned(project: Path) -> tuple[dict[str, bytes], dict[int, str]]:
        """The cleaned sounds by name, and the recipe of each clip."""
        with Project.open(project) as opened:
            sweep(opened.cache)
            sounds = {path.name: path.read_bytes() for path in opened.cache.rglob("*.w64")}
            return sounds, opened.cleanings.of_clips()

    whole = tmp_path / "whole.curator"
    shutil.copytree(untouched, whole)
    needed = timed("clean", whole, *command)
    expected = cleaned(whole)
    assert expected[0]
    assert expected[1]
    usual = names_in(whole)
    interrupted = 0
    for number, moment in enumerate(moments(2, needed)):
        project = tmp_path / f"{number}.curator"
        shutil.copytree(untouched, project)
        interrupted += killed(moment, "clean", project, *command)
        assert_no_worker_outlives_its_parent()
        assert_sound(project)
        done("clean", project, *command)
        assert cleaned(project) == expected
        assert names_in(project) <= usual
        assert_sound(project)
        shutil.rmtree(project)
    assert interrupted or KILL_MOMENTS == 1
