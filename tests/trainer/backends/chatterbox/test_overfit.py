"""Overfitting of eight clips, and equality of one and two processes."""

import dataclasses

import numpy as np
import pytest
import torch

from tests.trainer import torchrun
from tests.trainer.backends.chatterbox.conftest import SMALL, a_bundle, configured
from trainer.bundle.manifest import read_bundle
from trainer.data.dataset import build_dataset
from trainer.families import open_backend

pytestmark = [pytest.mark.model, pytest.mark.slow]

STEPS = 150
LEARNING_RATE = 3e-3
TOLERANCE = 1e-6
BY_TWO = ("sched.total_steps=4", "sampler.max_clips=2", "optim.effective_clips=4", "run.threads=1")


def test_eight_clips_are_overfitted(tmp_path):
    bundle = read_bundle(a_bundle(tmp_path / "show", 9, least_s=1.0, most_s=1.6))
    config = configured(
        "model.width=128",
        "model.heads=4",
        "model.dropout=0.0",
        "data.prompt_min_s=1.0",
        "data.prompt_max_s=1.0",
    )
    backend = open_backend(config, bundle)
    dataset = build_dataset(backend, bundle, config)
    clips = dataset.training.clips
    assert len(clips) == 8
    torch.manual_seed(0)
    network = backend.network().train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.96))
    items = [dataclasses.replace(dataset.prompts.item(clip, 0), seed=None) for clip in clips]
    batch = backend.batch(items)
    counts = torch.from_numpy(batch.counts.sum(axis=0))
    losses = []
    for _ in range(STEPS):
        sums = network(batch).sum(dim=0)
        losses.append((sums[1] / counts[1]).item())
        (0.01 * sums[0] / counts[0] + sums[1] / counts[1]).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    assert losses[0] == pytest.approx(np.log(8194), abs=0.5)
    assert losses[-1] < losses[0] / 2
    shares = [share_reproduced(backend, network.eval(), item) for item in items]
    assert max(shares) >= 0.9, (losses[-1], shares)


def share_reproduced(backend, network, item) -> float:
    """Share of tokens that greedy decoding reproduces."""
    codes = item.arrays["codes"].astype(np.int64)
    spoken = np.zeros_like(codes)
    with torch.no_grad():
        for at in range(len(codes)):
            batch = backend.batch(
                [dataclasses.replace(item, arrays={**item.arrays, "codes": spoken})]
            )
            hidden = network.hidden(batch).index_select(0, batch.speech_at[at : at + 1])
            spoken[at] = int(network.t3.speech_head(hidden)[0, :6561].argmax())
    return float(np.mean(spoken == codes))


def test_two_processes_equal_one(speech, tmp_path):
    settings = (*SMALL, "adapt.mode=lora", "adapt.r=2", "model.dropout=0.0", *BY_TWO)
    torchrun.train(1, speech.folder, tmp_path / "one", *settings)
    torchrun.train(2, speech.folder, tmp_path / "two", *settings)
    runs = (tmp_path / "one", tmp_path / "two")
    assert torchrun.largest_difference(runs, 4) <= TOLERANCE
