"""Two processes over gloo are one process with the same updates."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.trainer.runs import TOY
from trainer import checkpoint
from trainer.cli import main
from trainer.events import of_kind, read_events
from trainer.manifest import read_bundle
from trainer.sampler import Schedule
from trainer.sections import Sampler

SETTINGS = (
    *TOY,
    "sched.total_steps=9",
    "sampler.max_clips=2",
    "optim.effective_clips=4",
    "run.threads=1",
)
TOLERANCE = 1e-6


def start(ranks, *words):
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={ranks}"]
    command = [sys.executable, *(launcher if ranks > 1 else []), "-m", "trainer", *words]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=280, check=False
    )


def train(ranks, bundle, run, *changes):
    words = ["train", str(bundle), str(run), "--preset", "tiny-cpu"]
    for change in (*SETTINGS, *changes):
        words += ["--set", change]
    done = start(ranks, *words)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="module")
def both(bundle, tmp_path_factory):
    """The same run by one process and by two."""
    folder = tmp_path_factory.mktemp("ranks")
    train(1, bundle, folder / "one")
    train(2, bundle, folder / "two")
    return folder / "one", folder / "two"


def difference(runs, step):
    """The largest difference between the weights of two runs."""
    one, other = (checkpoint.chosen(run / "checkpoints", step).tensors("weights") for run in runs)
    assert set(one) == set(other)
    return max((one[name] - other[name]).abs().max().item() for name in one)


@pytest.mark.slow
def test_two_processes_learn_what_one_does(both):
    assert difference(both, 9) <= TOLERANCE
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
    shutil.rmtree(checkpoint.at(run / "checkpoints", 9))
    assert checkpoint.newest(run / "checkpoints")[0].step == 5
    assert main(["resume", str(run)]) == 0
    assert difference((one, run), 9) <= TOLERANCE


def test_the_clips_of_two_processes_are_disjoint(bundle):
    clips = read_bundle(bundle).part("train")
    schedule = Schedule(clips, [clip.samples for clip in clips], Sampler(), 4, 0)
    for update in schedule.epoch(0):
        shares = [
            {at for batch in schedule.share(update, rank, 2) for at in batch} for rank in (0, 1)
        ]
        assert not shares[0] & shares[1]
        assert shares[0] | shares[1] == set(update)
