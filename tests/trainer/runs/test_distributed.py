"""Two processes over gloo are one process with the same updates."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.trainer.torchrun import LAUNCHER, largest_difference, train
from tests.trainer.toy_runs import TOY, digest, history
from trainer.bundle.manifest import read_bundle
from trainer.bundle.sampler import Schedule
from trainer.cli.parser import main
from trainer.runs import checkpoint
from trainer.runs.events import of_kind, read_events
from trainer.sections import Sampler

SETTINGS = (
    *TOY,
    "sched.total_steps=9",
    "sampler.max_clips=2",
    "optim.effective_clips=4",
    "run.threads=1",
)
TOLERANCE = 1e-6


@pytest.fixture(scope="module")
def both(bundle, tmp_path_factory):
    """The same run by one process and by two."""
    folder = tmp_path_factory.mktemp("ranks")
    train(1, bundle, folder / "one", *SETTINGS)
    train(2, bundle, folder / "two", *SETTINGS)
    return folder / "one", folder / "two"


@pytest.mark.slow
def test_two_processes_learn_what_one_does(both):
    assert largest_difference(both, 9) <= TOLERANCE
    logs = [read_events(run) for run in both]
    assert of_kind(logs[1], "started")[0]["ranks"] == 2
    for kind in ("step", "eval"):
        for mine, theirs in zip(*(of_kind(log, kind) for log in logs), strict=True):
            assert mine["mel_ce"] == pytest.approx(theirs["mel_ce"], abs=TOLERANCE)
            if kind == "step":
                assert (mine["clips"], mine["tokens"]) == (theirs["clips"], theirs["tokens"])


@pytest.mark.slow
def test_what_two_processes_began_one_can_finish(both, tmp_path):
    one, two = both
    run = tmp_path / "run"
    shutil.copytree(two, run)
    shutil.rmtree(checkpoint.path_of(run / "checkpoints", 9))
    assert checkpoint.newest(run / "checkpoints")[0].step == 5
    assert main(["resume", str(run)]) == 0
    assert largest_difference((one, run), 9) <= TOLERANCE


def test_the_clips_of_two_processes_are_disjoint(bundle):
    clips = read_bundle(bundle).part("train")
    schedule = Schedule(clips, [clip.samples for clip in clips], Sampler(), 4, 0)
    for update in schedule.epoch(0):
        shares = [
            {at for batch in schedule.share(update, rank, 2) for at in batch} for rank in (0, 1)
        ]
        assert not shares[0] & shares[1]
        assert shares[0] | shares[1] == set(update)


# Steps that can be interrupted by hand.
SLOWLY = """
import sys, time, trainer.training.loop as loop
step = loop.compute_update
loop.compute_update = lambda *a: (time.sleep(0.2), step(*a))[1]
from trainer.cli.parser import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
def test_a_process_that_dies_is_started_again_and_changes_nothing(bundle, both, tmp_path):
    run, script = tmp_path / "run", tmp_path / "slowly.py"
    script.write_text(SLOWLY)
    words = ["train", str(bundle), str(run), "--preset", "tiny-cpu"]
    for change in SETTINGS:
        words += ["--set", change]
    group = subprocess.Popen(
        [sys.executable, *LAUNCHER, "--nproc_per_node=2", "--max-restarts=2", str(script), *words],
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path.cwd())},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if (run / "events.jsonl").is_file() and len(of_kind(read_events(run), "step")) >= 6:
                break
            time.sleep(0.05)
        os.kill(process_of_rank(1, group.pid), signal.SIGKILL)
        assert group.wait(timeout=200) == 0
    finally:
        group.terminate()  # torchrun ends its processes before itself
        group.wait(timeout=60)
    events = read_events(run)
    assert of_kind(events, "resumed")[0]["step"] == 5
    assert events[-1]["event"] == "finished"
    for name in ("weights", "optimizer"):
        assert digest(run, 9, name) == digest(both[1], 9, name)
    assert history(run) == history(both[1])


def process_of_rank(rank, parent):
    """The process that torchrun started for a rank."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            above = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words = (folder / "environ").read_bytes().split(b"\0")
        except OSError:  # it has ended since, or is somebody else's
            continue
        if above == parent and f"RANK={rank}".encode() in words:
            return int(folder.name)
    raise AssertionError(f"There is no process of rank {rank}.")
