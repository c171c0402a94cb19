"""Codes that carry intelligible speech from the start: linear encoder, codebook by k-means.

A random encoder with a codebook of its outputs loses the words: flite by Griffin-Lim from decoded
codes has a word error rate of 104 %, from codes by k-means of the mel spectrogram 10 %. So the
encoder of the stock architecture gets the weights of a principal component analysis of STRIDE mel
frames, with biases that keep its ReLUs in their linear range.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from trainer.backends.xtts import networks
from trainer.backends.xtts.base import load_tensors
from trainer.backends.xtts.codes import STRIDE, frames_of, mel_of
from trainer.backends.xtts.random_base import CODES, DVAE_BLOCKS
from trainer.bundle.manifest import Bundle

BANDS = 80
SHIFT = 200.0  # more than any projection of a log-mel is below zero, nepers
KMEANS_UPDATES = 20
CLIPS = 1200
PAIR = 2  # mel frames of an output of the first layer


def write_linear_codes(folder: Path, base: Path, bundle: Bundle) -> None:
    """Write the random ``base`` to ``folder`` with linear encoder and k-means codebook."""
    for name in ("model.pth", "config.json", "vocab.json", "mel_stats.pth"):
        shutil.copyfile(base / name, folder / name)
    weights = load_tensors(base / "dvae.pth")
    width = weights["codebook.embed"].shape[0]
    dvae: Any = networks.new_dvae(hidden=width, blocks=DVAE_BLOCKS, dim=width, codes=CODES)
    dvae.load_state_dict(weights)
    extract = networks.mel_extractor(folder, style=False)
    with torch.no_grad():
        mels = [
            mel_of(extract, bundle, clip)[:, : frames_of(clip) // STRIDE * STRIDE]
            for clip in bundle.part("train")[:CLIPS]
        ]
        _set_projection(dvae.encoder, mels, extract.mel_norms)
        codebook = _kmeans(torch.cat([dvae.encoder(mel[None])[0].T for mel in mels]))
        dvae.codebook.embed.copy_(codebook.T)
        dvae.codebook.embed_avg.copy_(codebook.T)
    torch.save(dvae.state_dict(), folder / "dvae.pth")


def _set_projection(encoder: Any, mels: Sequence[torch.Tensor], norms: torch.Tensor) -> None:
    """Make the encoder a projection of STRIDE frames to its width, with unit standard deviation.

    mels: (BANDS, frames), log-mel divided by ``norms``, which are undone, so that distances of
    codes are in nepers. Layers: two strided convolutions with ReLU, residual blocks, convolution.
    """
    first, second, last = encoder[0][0], encoder[1][0], encoder[-1]
    width = first.out_channels
    pairs = torch.cat([_pairs(mel * norms[:, None]) for mel in mels])
    components, mean = _components(pairs, width)
    for layer in (first, second):
        layer.weight.zero_()
    for frame in range(PAIR):  # taps 1 and 2 of kernel 3 with stride 2: frames 2t and 2t + 1
        bands = components[frame * BANDS : (frame + 1) * BANDS]
        first.weight[:, :, 1 + frame] = (bands * norms[:, None]).T
        second.weight[frame * width : (frame + 1) * width, :, 1 + frame] = torch.eye(width)
    first.bias.copy_(SHIFT - mean @ components)
    second.bias.zero_()
    for block in encoder[2:-1]:
        for parameter in block.parameters():  # the block adds nothing to its input
            parameter.zero_()
    outputs = torch.cat([encoder[:-1](mel[None])[0].T for mel in mels])
    components, mean = _components(outputs, width)
    scale = (outputs - mean).matmul(components).std()
    last.weight.copy_((components / scale).T[:, :, None])
    last.bias.copy_(-mean @ components / scale)


def _pairs(mel: torch.Tensor) -> torch.Tensor:
    """Successive frames side by side: (pairs, PAIR x BANDS)."""
    return mel.reshape(BANDS, -1, PAIR).permute(1, 2, 0).reshape(-1, PAIR * BANDS)


def _components(rows: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Principal components, (dimensions, count), largest first, and the mean of the rows."""
    mean = rows.mean(dim=0)
    centred = (rows - mean).double()
    _, vectors = torch.linalg.eigh(centred.T @ centred)
    return vectors.flip(1)[:, :count].float(), mean


def _kmeans(rows: torch.Tensor) -> torch.Tensor:
    """Centres of CODES clusters by Lloyd's algorithm; empty clusters restart at random rows."""
    random = torch.Generator().manual_seed(0)
    centres = rows[torch.randint(len(rows), (CODES,), generator=random)].clone()
    for _ in range(KMEANS_UPDATES):
        nearest = (centres.square().sum(1) - 2 * rows @ centres.T).argmin(1)
        counts = torch.bincount(nearest, minlength=CODES)
        sums = torch.zeros_like(centres).index_add_(0, nearest, rows)
        used = counts > 0
        centres[used] = sums[used] / counts[used, None]
        empty = int((~used).sum())
        centres[~used] = rows[torch.randint(len(rows), (empty,), generator=random)]
    return centres
