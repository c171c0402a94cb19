"""Gradients are clipped, states of any optimizer come back, and the disk is asked beforehand."""

import shutil
from collections import namedtuple

import torch

from tests.trainer.toy_runs import digest
from trainer.optim.optimizer import load_state, make_optimizer, state_tensors
from trainer.runs import checkpoint
from trainer.runs.events import of_kind, read_events
from trainer.sections import Optim

Usage = namedtuple("Usage", "total used free")
# With a large eps AdamW is plain descent, in which the length of a gradient shows.
PLAIN = ("optim.eps=1.0", "optim.lr=1.0", "sched.kind=stock", "optim.weight_decay=0")


def moved(run):
    """How far the weights went between the first two checkpoints."""
    one, two = (checkpoint.load(run / "checkpoints", step).tensors("weights") for step in (1, 2))
    return torch.cat([(two[name] - one[name]).flatten() for name in one]).norm().item()


def test_long_gradients_are_clipped_and_short_ones_are_not(toy, tmp_path):
    far = {}
    for clip in ("0", "1e-4", "1e4"):
        steps = ("sched.total_steps=2", "ckpt.every_steps=1", f"optim.clip={clip}")
        assert toy("train", tmp_path / clip, *PLAIN, *steps) == 0
        far[clip] = moved(tmp_path / clip)
        norms = [event["grad_norm"] for event in of_kind(read_events(tmp_path / clip), "step")]
        assert all(norm > 1e-3 for norm in norms)  # as it was before clipping
    assert far["1e-4"] < 1.1e-4
    assert far["0"] > 1e-3
    assert digest(tmp_path / "0", 2) == digest(tmp_path / "1e4", 2)


class Counting(torch.optim.Optimizer):
    """Keeps a number beside its tensors, as 8-bit AdamW does."""

    def __init__(self, parameters):
        super().__init__(parameters, {"lr": 1.0})

    def step(self):
        for value in self.param_groups[0]["params"]:
            state = self.state[value]
            state["step"] = state.get("step", 0) + 1
            state["moment"] = value.detach() * state["step"]


def test_numbers_beside_tensors_come_back_as_numbers():
    network = torch.nn.Linear(3, 2)
    optimizer = Counting(network.parameters())
    optimizer.step()
    optimizer.step()
    kept = state_tensors(optimizer, network)
    assert all(isinstance(value, torch.Tensor) for value in kept.values())
    other = Counting(network.parameters())
    load_state(other, network, kept)
    state = other.state[network.weight]
    assert (state["step"], type(state["step"])) == (2, int)
    assert torch.equal(state["moment"], network.weight * 2)


def test_decay_is_for_matrices_alone():
    network = torch.nn.Sequential(
        torch.nn.Embedding(4, 3), torch.nn.Linear(3, 3), torch.nn.LayerNorm(3)
    )
    groups = make_optimizer(network, Optim(), torch.device("cpu")).param_groups
    by_decay = {group["weight_decay"]: len(group["params"]) for group in groups}
    assert by_decay == {0.01: 1, 0.0: 4}


def test_a_disk_that_cannot_hold_the_run_is_noticed_before_the_first_step(
    toy, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9, 1000))
    assert toy("train", tmp_path / "run", "sched.total_steps=2") == 1
    assert "0 MB are free" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
