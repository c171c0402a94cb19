"""A process killed at any moment loses at most what it was just writing."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from curator.domain.fact import Score
from curator.store import schema
from curator.store.project import Project
from tests.helpers.factories import SCORE, a_project

ROOT = Path(__file__).resolve().parents[2]
CLIPS = 40
KILLS = 15
AUDIT_KILLS = 50
EDITS = 500

DECIDING = """
import sys
from pathlib import Path
from curator.domain.decision import correct_text, give_emotion
from curator.store.project import Project
project = Project.open(Path(sys.argv[1]))
clips = project.clips.ids()
number = len(project.decisions.history(limit=10**6))
while True:
    project.decisions.apply(correct_text(clips, f"version {number}"))
    number += 1
    print(number, flush=True)
"""

AUDITING = """
import random, sys
from pathlib import Path
from curator.domain.decision import correct_text, drop, give_emotion, keep, nudge
from curator.domain.span import Span
from curator.domain.splitting import merge, split
from curator.store.project import Project
project = Project.open(Path(sys.argv[1]))
number = len(project.decisions.history(limit=10**6))
chance = random.Random()
while number < int(sys.argv[2]):
    clips = project.clips.find()
    place = chance.randrange(len(clips) - 1)
    clip, later = clips[place], clips[place + 1]
    edit = chance.choice([
        lambda: keep([clip.id]), lambda: drop([clip.id]),
        lambda: give_emotion([clip.id], "tension"),
        lambda: correct_text([clip.id], f"version {number}"),
        lambda: nudge(clip.id, Span(clip.span.start, clip.span.stop + 10)),
        lambda: split(clip, (clip.span.start + clip.span.stop) // 2), lambda: merge(clip, later),
    ])()
    project.decisions.apply(edit)
    number = len(project.decisions.history(limit=10**6))
    print(number, flush=True)
print(number, flush=True)
"""

FINDING = """
import sys
from pathlib import Path
from curator.domain.fact import ClipFact, Producer, Score
from curator.store.project import Project
project = Project.open(Path(sys.argv[1]))
spans = project.clips.spans()
number = int(sys.argv[2])
while True:
    maker = Producer("score", 1)
    project.facts.add(
        ClipFact(clip, span, maker, Score("snr", float(number))) for clip, _, span in spans
    )
    number += 1
    print(number, flush=True)
"""


def killed_after(seconds, script, *arguments):
    """Run a script, kill it that long after its first word; returns the last number it said."""
    command = [sys.executable, "-c", script, *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe) as child:
        first = child.stdout.readline()
        assert first, child.stderr.read().decode()
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        said = first + child.stdout.read()
    whole = said[: said.rindex(b"\n")]
    return int(whole.split()[-1])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_decider_killed_at_any_moment_loses_one_decision_at_most(tmp_path):
    chance = random.Random(1)
    with a_project(tmp_path, CLIPS) as project:
        path = project.path
    for _ in range(KILLS):
        said = killed_after(chance.uniform(0, 0.1), DECIDING, str(path))
        with Project.open(path, write=False) as reader:  # before any writer has cleaned up
            seen = {clip.text for clip in reader.clips.find()}
        with Project.open(path) as project:
            assert project.verify() == []
            stored = len(project.decisions.history(limit=10**6))
            assert said <= stored <= said + 1
            assert {clip.text for clip in project.clips.find()} == {f"version {stored - 1}"} == seen
            assert project.decisions.undo_label() == f"Correct text ({CLIPS} clips)"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_an_audit_killed_at_fifty_moments_of_500_edits_loses_one_edit_at_most(tmp_path):
    chance = random.Random(3)
    with a_project(tmp_path, CLIPS) as project:
        path, untouched = project.path, project.decisions.state_hash()
    for kill in range(1, AUDIT_KILLS + 1):
        upto = kill * EDITS // AUDIT_KILLS
        said = killed_after(chance.uniform(0, 0.15), AUDITING, str(path), str(upto))
        with Project.open(path) as project:
            assert project.verify() == []
            stored = len(project.decisions.history(limit=10**6))
            assert said <= stored <= said + 1
    assert stored >= AUDIT_KILLS
    with Project.open(path) as project:
        states = [project.decisions.state_hash()]
        while project.decisions.undo():
            states.append(project.decisions.state_hash())
        assert states[-1] == untouched
        for state in reversed(states[:-1]):
            project.decisions.redo()
            assert project.decisions.state_hash() == state


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_worker_killed_at_any_moment_has_stored_whole_batches(tmp_path):
    chance = random.Random(2)
    with a_project(tmp_path, CLIPS) as project:
        path = project.path
    number = 0
    for _ in range(KILLS):
        said = killed_after(chance.uniform(0, 0.1), FINDING, str(path), str(number))
        with Project.open(path) as project:
            assert project.verify() == []
            assert project.facts.missing(SCORE, Score) == []
            values = {clip.scores["snr"] for clip in project.clips.find()}
        assert len(values) == 1
        number = int(values.pop()) + 1
        assert said <= number <= said + 1


MIGRATING = """
import sys, time
from pathlib import Path
from curator.store import schema
from curator.store.project import Project

def step(connection):
    connection.execute("UPDATE setting SET value = 'hu' WHERE key = 'language'")
    print(1, flush=True)
    time.sleep(60)

schema.VERSION += 1
schema.STEPS = {schema.VERSION - 1: step}
Project.open(Path(sys.argv[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_migration_killed_half_way_leaves_the_old_project(tmp_path):
    with a_project(tmp_path, CLIPS) as project:
        path = project.path
    killed_after(0, MIGRATING, str(path))
    with Project.open(path) as project:
        assert project._database.read("PRAGMA user_version").fetchone() == (schema.VERSION,)
        assert project.settings.language == "en"
        assert project.verify() == []
