"""Starts trainer as torchrun does, with one process or several."""

import os
import subprocess
import sys

LAUNCHER = ("-m", "torch.distributed.run", "--standalone")


def start(ranks, *words):
    """Run to the end; the finished process."""
    launcher = [*LAUNCHER, f"--nproc_per_node={ranks}"] if ranks > 1 else []
    command = [sys.executable, *launcher, "-m", "trainer", *words]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=280, check=False
    )


def train(ranks, bundle, run, *changes):
    """A training with these settings; it has to end well."""
    words = ["train", str(bundle), str(run), "--preset", "tiny-cpu"]
    for change in changes:
        words += ["--set", change]
    done = start(ranks, *words)
    assert done.returncode == 0, done.stderr[-3000:]


def largest_difference(runs, step):
    """The largest difference between the weights of two runs."""
    from trainer.runs import checkpoint

    one, other = (checkpoint.load(run / "checkpoints", step).tensors("weights") for run in runs)
    assert set(one) == set(other)
    return max((one[name] - other[name]).abs().max().item() for name in one)
