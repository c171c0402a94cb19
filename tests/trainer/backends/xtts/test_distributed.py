"""Equality of two processes over gloo and one process with twice the batch."""

import pytest

from tests.trainer.torchrun import largest_difference, train
from trainer.runs.events import of_kind, read_events

pytestmark = [pytest.mark.model, pytest.mark.slow]

TOLERANCE = 1e-6
# With a large eps AdamW is plain descent, so weights differ by no more than their gradients do;
# as usual it divides by the gradient's size, and rounding of a gradient that is zero moves a weight
# by a whole learning rate. Dropout is drawn by process, so there is none.
SETTINGS = (
    "model.layers=2",
    "model.width=64",
    "model.dvae_width=64",
    "model.dropout=0",
    "optim.eps=1.0",
    "optim.lr=0.1",
    "optim.weight_decay=0.0",
    "optim.effective_clips=4",
    "sched.kind=constant",
    "sched.warmup=0",
    "sched.total_steps=4",
    "eval.every_steps=4",
    "ckpt.every_steps=4",
    "run.threads=1",
)


def test_two_processes_are_one_with_the_double_batch(speech, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    train(1, speech.folder, one, *SETTINGS, "sampler.max_clips=4")
    train(2, speech.folder, two, *SETTINGS, "sampler.max_clips=2")
    assert largest_difference((one, two), 4) <= TOLERANCE
    logs = [read_events(run) for run in (one, two)]
    assert of_kind(logs[1], "started")[0]["ranks"] == 2
    for mine, theirs in zip(*(of_kind(log, "step") for log in logs), strict=True):
        assert (mine["clips"], mine["tokens"]) == (theirs["clips"], theirs["tokens"])
        for name in ("mel_ce", "text_ce", "eos_ce", "grad_norm"):
            assert mine[name] == pytest.approx(theirs[name], rel=1e-6, abs=1e-5)
    changes = [
        of_kind(log, "eval")[-1]["mel_ce"] - of_kind(log, "eval")[0]["mel_ce"] for log in logs
    ]
    assert changes[0] < -1e-3  # the network learnt, so equality is meaningful
    assert changes[0] == pytest.approx(changes[1], abs=1e-5)
