"""Base folder from the trained parts: GPT of an export, DVAE, vocoder, small speaker encoder."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from trainer.backends.tensor_files import load_file
from trainer.backends.xtts.base import LEARNT_CODES_OF, copy_licence, load_tensors
from trainer.backends.xtts.vocoder import PREFIX

ENCODER = "hifigan_decoder.speaker_encoder."
ENCODER_SHARE = 8  # one of so many channels of the random speaker encoder is kept

Tensors = Mapping[str, torch.Tensor]


def assemble(export: Path, codes: Path, vocoder: Path, folder: Path) -> None:
    """Write a base with the GPT of ``export``, the DVAE of ``codes`` and a vocoder."""
    content: Any = load_file(export / "model.pth")
    state = dict(content["model"])
    others = load_tensors(vocoder / "model.pth")
    state |= {name: value for name, value in others.items() if name.startswith(PREFIX)}
    state |= {
        name: with_fewer_channels(value)
        for name, value in state.items()
        if name.startswith(ENCODER)
    }
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"model": state, LEARNT_CODES_OF: content[LEARNT_CODES_OF]}, folder / "model.pth")
    for source, names in (
        (export, ("config.json", "vocab.json")),
        (codes, ("dvae.pth", "mel_stats.pth")),
    ):
        for name in names:
            shutil.copyfile(source / name, folder / name)
    copy_licence(codes, folder)


def with_fewer_channels(value: torch.Tensor) -> torch.Tensor:
    """Tensor with zeros behind the first of ENCODER_SHARE parts of each channel dimension.

    A random encoder tells voices apart with few channels, too, and zeros need no space.
    """
    if not value.is_floating_point() or value.ndim == 0:
        return value
    kept = torch.zeros_like(value)
    block = tuple(
        slice(size // ENCODER_SHARE if size % ENCODER_SHARE == 0 else size)
        for size in value.shape[:2]
    )
    kept[block] = value[block]
    return kept
