"""Overfitting of eight clips, reproduced by greedy decoding."""

import numpy as np
import pytest
import torch

from tests.trainer.bundles import a_bundle
from trainer.bundle.manifest import read_bundle
from trainer.config import resolve
from trainer.data.dataset import build_dataset
from trainer.families import open_backend

pytestmark = [pytest.mark.model, pytest.mark.slow]

STEPS = 100
LEARNING_RATE = 3e-3


def test_eight_clips_are_overfitted(tmp_path):
    bundle = read_bundle(a_bundle(tmp_path / "show", 9, least_s=1.0, most_s=1.6))
    config = resolve(
        "tiny-cpu",
        None,
        [
            "model.dropout=0.0",
            "data.prompt_min_s=1.0",
            "data.prompt_max_s=1.0",
            "optim.effective_clips=8",
        ],
    )
    backend = open_backend(config, bundle)
    dataset = build_dataset(backend, bundle, config)
    clips = dataset.training.clips
    assert len(clips) == 8
    torch.manual_seed(0)
    network = backend.network().train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.96))
    batch = backend.batch([dataset.prompts.item(clip, 0) for clip in clips])
    counts = batch.counts.sum(axis=0)
    losses = []
    for _ in range(STEPS):
        sums = network(batch).sum(dim=0)
        loss = 0.01 * sums[0] / counts[0] + sums[1] / counts[1]
        losses.append((sums[1] / counts[1]).item())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
    assert losses[0] == pytest.approx(np.log(1026), abs=0.7)
    assert losses[-1] < losses[0] / 2
    shares = [share_reproduced(backend, network, dataset, clip) for clip in clips]
    assert max(shares) >= 0.9, (losses[-1], shares)


def share_reproduced(backend, network, dataset, clip) -> float:
    """Share of codes that greedy decoding reproduces."""
    item = dataset.prompts.item(clip, 0)
    codes = item.arrays["codes"].astype(np.int64)
    spoken = np.zeros_like(codes)
    network.eval()
    with torch.no_grad():
        for at in range(len(codes)):
            arrays = {**item.arrays, "codes": spoken}
            batch = backend.batch([type(item)(clip, arrays, item.prompt)])
            hidden = network.hidden(batch).index_select(0, batch.speech_at[at : at + 1])
            logits = network.gpt.mel_head(network.gpt.final_norm(hidden))
            spoken[at] = int(logits[0, :1024].argmax())
    return float(np.mean(spoken == codes))
