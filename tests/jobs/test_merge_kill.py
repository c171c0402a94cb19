"""A merge that is killed leaves the project as it was, or merged."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from curator.domain.decision import give_emotion, keep
from curator.store.project import Project
from tests.helpers.factories import a_recording, an_empty_project, say, some_clips

ROOT = Path(__file__).resolve().parents[2]
KILLS = 6
CLIPS = 1500

MERGING = """
import sys, time
from pathlib import Path
from curator.domain.merging import Rule
from curator.domain.progress import NoProgress
from curator.jobs.merging import merge, plan_merge
from curator.jobs.context import JobContext
from curator.store.project import Project
with Project.open(Path(sys.argv[1])) as project:
    work = JobContext.at_once(project, NoProgress())
    plan = plan_merge(work, Path(sys.argv[2])).decided(Rule.THEIRS)
    project.backup("before")
    print("now", flush=True)
    merge(work, plan)
    print("done", flush=True)
"""


def a_long_set(folder, name, first_hash):
    """Two recordings of many clips; one of them is in every such set."""
    with an_empty_project(folder, name) as project:
        for content_hash in (first_hash, "e" * 64):
            recording = a_recording(project, content_hash=content_hash, seconds=5.0 * CLIPS)
            some_clips(project, recording, CLIPS)
        for clip in project.clips.ids()[::7]:
            say(project, clip, "some words")
    return folder / name


@pytest.mark.slow
def test_a_killed_merge_leaves_before_or_after(tmp_path):
    mine = a_long_set(tmp_path, "mine.curator", "a" * 64)
    theirs = a_long_set(tmp_path, "theirs.curator", "b" * 64)
    with Project.open(theirs) as project:
        project.decisions.apply(keep(project.clips.ids()))
        project.decisions.apply(give_emotion(project.clips.ids(), "tension"))
    with Project.open(mine) as project:
        before = project.decisions.state_hash()
    chance = random.Random(3)
    killed_between = 0
    took = 1.0
    for _ in range(KILLS):
        command = [sys.executable, "-c", MERGING, str(mine), str(theirs)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
            assert child.stdout.readline() == b"now\n"
            started = time.monotonic()
            time.sleep(chance.uniform(0.0, took))
            child.send_signal(signal.SIGKILL)
            killed_between += child.stdout.read() == b""
            took = min(took, time.monotonic() - started)
        with Project.open(mine) as project:
            assert project.clips.count() in (2 * CLIPS, 3 * CLIPS)
            if project.decisions.undo_label() is not None:
                project.decisions.undo()
            assert project.decisions.state_hash() == before
            assert project.verify() == []
    assert killed_between
