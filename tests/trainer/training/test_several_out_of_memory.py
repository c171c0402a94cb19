"""Memory that runs out in one of several processes: all halve together, none waits for ever."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trainer.torchrun import LAUNCHER, largest_difference
from tests.trainer.toy_runs import TOY
from trainer.runs.events import of_kind, read_events

pytestmark = pytest.mark.slow

STEPS = 6
CLIPS = 13
"""Of an update; there are 14, so every second update leaves one process without a clip."""

SETTINGS = (
    *TOY,
    f"sched.total_steps={STEPS}",
    f"optim.effective_clips={CLIPS}",
    "run.threads=1",
)
TOLERANCE = 1e-6
LONGEST_S = 120
"""Ten times what such a run takes; one whose processes wait for one another takes dist.timeout_s,
which is half an hour."""

# In the process of rank 1, from one micro-batch on, memory runs out in the middle of the backward
# pass for more clips than fit: the gradients of the micro-batches before are there by then.
TIGHT = """
import os, sys, torch
from trainer.backends.toy import ToyBackend

make, fits, begins = ToyBackend.network, {fits}, {begins}

def full(_gradient):
    raise torch.OutOfMemoryError("injected")

def with_little_memory(self):
    network = make(self)
    forward, calls = network.forward, [0]

    def limited(batch):
        found = forward(batch)
        if network.training:
            calls[0] += 1
            if calls[0] >= begins and len(batch.clip_ids) > fits:
                found.register_hook(full)
        return found

    network.forward = limited
    return network

if os.environ["RANK"] == "1":
    ToyBackend.network = with_little_memory
from trainer.cli.parser import main
sys.exit(main(sys.argv[1:]))
"""


def train_tightly(bundle: Path, run: Path, folder: Path, *, fits: int, begins: int, changes=()):
    """Two processes, the second with little memory; the finished launcher."""
    script = folder / "tight.py"
    script.write_text(TIGHT.format(fits=fits, begins=begins))
    words = ["train", str(bundle), str(run), "--preset", "tiny-cpu"]
    for change in (*SETTINGS, *changes):
        words += ["--set", change]
    return subprocess.run(
        [sys.executable, *LAUNCHER, "--nproc_per_node=2", str(script), *words],
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )


def test_all_processes_halve_together_and_learn_what_small_batches_do(bundle, toy, tmp_path):
    small, tight = tmp_path / "small", tmp_path / "tight"
    assert toy("train", small, *SETTINGS, "sampler.max_clips=1") == 0
    done = train_tightly(
        bundle, tight, tmp_path, fits=1, begins=5, changes=("sampler.max_clips=2",)
    )
    assert done.returncode == 0, done.stderr[-3000:]
    events = read_events(tight)
    halved = of_kind(events, "halved")
    assert [(event["step"], event["halvings"]) for event in halved] == [(2, 1)]
    assert of_kind(events, "started")[0]["ranks"] == 2
    assert {event["clips"] for event in of_kind(events, "step")} == {CLIPS, 1}
    assert largest_difference((small, tight), STEPS) <= TOLERANCE
    for mine, theirs in zip(
        of_kind(read_events(small), "step"), of_kind(events, "step"), strict=True
    ):
        assert mine["mel_ce"] == pytest.approx(theirs["mel_ce"], abs=TOLERANCE)
        assert (mine["clips"], mine["tokens"]) == (theirs["clips"], theirs["tokens"])


def test_where_nothing_smaller_is_left_all_processes_end_with_advice(bundle, tmp_path):
    run = tmp_path / "run"
    done = train_tightly(bundle, run, tmp_path, fits=0, begins=3, changes=("sampler.max_clips=4",))
    assert done.returncode != 0
    assert "Out of memory with a micro-batch of one clip" in done.stderr
    events = read_events(run)
    assert [event["halvings"] for event in of_kind(events, "halved")] == [1, 2]
    assert events[-1]["event"] == "failed"
