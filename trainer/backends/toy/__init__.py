"""Toy model family for fast tests of the training loop on real bundles.

A bigram table each for text bytes and for loudness levels.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trainer.backends import MELS, Arrays, Item
from trainer.bundle.manifest import Clip
from trainer.bundle.preflight import Reason
from trainer.config import TrainConfig
from trainer.families import Family
from trainer.foreign_files import read_mono

if TYPE_CHECKING:
    import torch
    from torch import nn

    from trainer.backends.open_speaker import FileSpeaker

LEVELS = 16  # of loudness and text bytes
STOP = LEVELS  # end of speech
WINDOW = 1024  # samples per loudness level
HOP = 256
BANDS = 4
PARTS = ("text", "mel", "eos")


@dataclass(frozen=True, slots=True)
class ToyBatch:
    """Micro-batch. inputs, targets: (rows, length), target -1 if none. is_mel: audio positions."""

    clip_ids: tuple[str, ...]
    counts: NDArray[np.int64]
    tokens: int
    padded: int
    inputs: "torch.Tensor"
    targets: "torch.Tensor"
    is_mel: "torch.Tensor"

    def to(self, device: "torch.device") -> "ToyBatch":
        """Copy on another device."""
        return replace(
            self,
            inputs=self.inputs.to(device),
            targets=self.targets.to(device),
            is_mel=self.is_mel.to(device),
        )


class ToyBackend:
    """Implementation of ``trainer.backends.Backend``."""

    name = "toy"
    target = "xtts_v2"
    parts: Sequence[str] = PARTS
    prompt_units = MELS

    def __init__(self, config: TrainConfig) -> None:
        self.config = config

    def identity(self) -> Mapping[str, object]:
        """Provenance without base files."""
        return {"backend": self.name, "base": "", "sha256": {}}

    def reject(self, clips: Sequence[Clip]) -> Mapping[str, Sequence[Reason]]:
        """No clip is excluded."""
        return {}

    def feature_key(self) -> str:
        """Constant key."""
        return hashlib.sha256(b"toy 1").hexdigest()

    def encode(self, clip: Clip, path: Path) -> Arrays:
        """Text bytes and loudness levels, both in 0..15."""
        samples, _ = read_mono(path)
        samples = np.pad(samples, (0, -len(samples) % WINDOW))
        loud = np.sqrt((samples.reshape(-1, WINDOW) ** 2).mean(axis=1))
        levels = np.clip(np.log2(loud + 1e-4) + 13.0, 0, LEVELS - 1)
        text = np.frombuffer(clip.text.encode(), dtype=np.uint8) % LEVELS
        frames = len(samples) // HOP + 1
        return {
            "tokens": text.astype(np.int32),
            "codes": levels.astype(np.int16),
            "mel": np.zeros((frames, BANDS), dtype=np.float16),
        }

    def fit(self, clips: Sequence[Clip], arrays: Mapping[str, Arrays]) -> None:
        """No statistics over clips."""

    def length(self, clip: Clip) -> int:
        """Number of text bytes and loudness levels."""
        return len(clip.text.encode()) + clip.samples // WINDOW + 2

    def network(self) -> "nn.Module":
        """Two bigram tables."""
        import torch

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.config.run.seed)
            return _make_network()

    def adapt(self, network: "nn.Module") -> None:
        """All parameters stay trainable."""

    def objective(self) -> Mapping[str, tuple[float, str]]:
        """Weighted text and audio loss."""
        return {
            "text": (self.config.loss.text_weight, "text"),
            "mel": (self.config.loss.mel_weight, "mel"),
        }

    def batch(self, items: Sequence[Item]) -> ToyBatch:
        """Collate items into tensors."""
        import torch

        rows = [_row(item) for item in items]
        width = max(len(inputs) for inputs, _, _ in rows)
        shape = (len(rows), width)
        inputs, targets = np.zeros(shape, dtype=np.int64), np.full(shape, -1, dtype=np.int64)
        is_mel = np.zeros(shape, dtype=bool)
        counts = np.zeros((len(rows), len(PARTS)), dtype=np.int64)
        for at, (ins, outs, mel) in enumerate(rows):
            inputs[at, : len(ins)], targets[at, : len(ins)] = ins, outs
            is_mel[at, : len(ins)] = mel
            counts[at] = (np.sum(~mel), np.sum(mel), 1)
        return ToyBatch(
            clip_ids=tuple(item.clip.id for item in items),
            counts=counts,
            tokens=sum(len(ins) for ins, _, _ in rows),
            padded=len(rows) * width,
            inputs=torch.from_numpy(inputs),
            targets=torch.from_numpy(targets),
            is_mel=torch.from_numpy(is_mel),
        )

    def export(self, network: "nn.Module", folder: Path) -> Mapping[str, object]:
        """Write the tables as model.pth."""
        import torch

        torch.save({"model": network.state_dict()}, folder / "model.pth")
        return {"tensors": len(network.state_dict()), "changed": len(network.state_dict())}

    def speak(
        self,
        export: Path,
        text: str,
        language: str,
        prompts: Sequence[Path],
        out: Path,
        seed: int,
    ) -> float:
        """Synthesise one tone per byte."""
        import soundfile

        random = np.random.default_rng(seed)
        phase = np.arange(2205) / 22050
        tones = [np.sin(2 * np.pi * (200 + 5 * byte) * phase) for byte in text.encode()]
        wave = 0.3 * np.concatenate(tones) + random.normal(0, 1e-4, 2205 * len(tones))
        soundfile.write(out, wave, 22050, subtype="PCM_16")
        return len(wave) / 22050


def _row(item: Item) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Inputs, targets and audio mask of a clip: text, stop, levels, stop."""
    text, codes = item.arrays["tokens"].astype(np.int64), item.arrays["codes"].astype(np.int64)
    sequence = np.concatenate([[STOP], text, [STOP], codes, [STOP]])
    is_mel = np.arange(len(sequence) - 1) > len(text)
    return sequence[:-1], sequence[1:], is_mel


def _make_network() -> "nn.Module":
    import torch
    from torch import nn
    from torch.nn import functional

    class ToyNetwork(nn.Module):
        """Forward pass: sums of cross-entropies in nats, float32 (rows, PARTS)."""

        def __init__(self) -> None:
            super().__init__()
            self.text = nn.Embedding(LEVELS + 1, LEVELS + 1)
            self.mel = nn.Embedding(LEVELS + 1, LEVELS + 1)
            self.choices = dict.fromkeys(("text_ce", "mel_ce", "eos_ce"), LEVELS + 1)

        def forward(self, batch: ToyBatch) -> torch.Tensor:
            """Loss sums by row and part."""
            mel = batch.is_mel[..., None]
            logits = torch.where(mel, self.mel(batch.inputs), self.text(batch.inputs))
            nats = functional.cross_entropy(
                logits.transpose(1, 2), batch.targets, ignore_index=-1, reduction="none"
            )
            ends = batch.is_mel & (batch.targets == STOP)
            parts = (nats * ~batch.is_mel, nats * batch.is_mel, nats * ends)
            return torch.stack([part.sum(dim=1) for part in parts], dim=1)

    return ToyNetwork()


def open_voice(folder: Path) -> "FileSpeaker":
    """Load an export as a speaker."""
    from trainer.backends.open_speaker import FileSpeaker

    backend: Any = ToyBackend(TrainConfig())
    return FileSpeaker(backend, folder)


FAMILY = Family(
    target="xtts_v2",
    backend=lambda config, bundle, cache: ToyBackend(config),
    voice=open_voice,
)
