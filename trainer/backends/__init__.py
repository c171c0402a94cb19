"""Protocols of a model family: back-end, batch and released model.

The loop, the sampler, the checkpoints and the report know no network. Families are registered
by ``trainer.families``: each package of this folder has a ``FAMILY``.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from trainer.bundle.manifest import Clip
from trainer.bundle.preflight import Reason

if TYPE_CHECKING:
    import torch
    from torch import nn

    from trainer.speech.speaker import Speaker

Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Item:
    """A clip with its features and voice prompt, input of ``Backend.batch``.

    arrays: result of ``encode``. prompt: voice prompt, (frames, bands), an excerpt of the "mel"
    array of one or more clips. masked: half-open range of target codes that the prompt covers and
    the loss ignores; (0, 0) if the prompt is from other clips. voices: arrays of the clips that
    the prompt is from. seed: random seed of this clip and epoch; None in evaluation.
    """

    clip: Clip
    arrays: Arrays
    prompt: NDArray[np.generic]
    masked: tuple[int, int] = (0, 0)
    voices: Sequence[Arrays] = ()
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class PromptUnits:
    """Time resolution of the array that prompts are cut from.

    rate: Hz. hop: samples between frames. code: samples per target code. extra: frames beyond
    length // hop (1 for centred frames).
    """

    rate: int
    hop: int
    code: int
    extra: int = 0

    def frames(self, seconds: float) -> int:
        """Number of frames of ``seconds`` of audio."""
        return int(seconds * self.rate) // self.hop + self.extra

    def codes(self, start: int, frames: int) -> tuple[int, int]:
        """Half-open range of target codes that overlap ``frames`` frames from ``start``."""
        return start * self.hop // self.code, -(-(start + frames) * self.hop // self.code)


MELS = PromptUnits(22050, 256, 1024, extra=1)
"""Centred mel frames of XTTS, four per code."""


class Batch(Protocol):
    """Tensors of a micro-batch and the target counts of its rows.

    counts: number of targets, int64 (rows, parts). tokens: positions without padding.
    padded: positions with padding.
    """

    clip_ids: Sequence[str]
    counts: NDArray[np.int64]
    tokens: int
    padded: int

    def to(self, device: "torch.device") -> "Batch":
        """Copy on another device."""
        ...


class Backend(Protocol):
    """Adapter of a model family to the training loop.

    parts: names of the loss sums that the network returns, in order, such as text, mel, eos.
    prompt_units: time resolution of the "mel" array of ``encode``.
    """

    name: str
    target: str
    parts: Sequence[str]
    prompt_units: PromptUnits

    def identity(self) -> Mapping[str, object]:
        """Provenance of the base model: file hashes, package version, licence."""
        ...

    def reject(self, clips: Sequence[Clip]) -> Mapping[str, Sequence[Reason]]:
        """Reasons by id of clips that the tokenizer or the model limits exclude."""
        ...

    def feature_key(self) -> str:
        """Cache key of ``encode``; changes with everything its result depends on."""
        ...

    def encode(self, clip: Clip, path: Path) -> Arrays:
        """Extract the features of a clip, independent of other clips.

        The array "mel", (frames, bands), is the source of prompts.
        """
        ...

    def fit(self, clips: Sequence[Clip], arrays: Mapping[str, Arrays]) -> None:
        """Fit statistics over all encoded clips, by id, before the first batch; frees encoders."""
        ...

    def length(self, clip: Clip) -> int:
        """Estimated positions of the clip in a batch, for bucketing; needs no features."""
        ...

    def network(self) -> "nn.Module":
        """Base network; its forward pass maps a Batch to loss sums, float32 (rows, parts)."""
        ...

    def adapt(self, network: "nn.Module") -> None:
        """Set the trainable parameters as ``config.adapt`` configures."""
        ...

    def objective(self) -> Mapping[str, tuple[float, str]]:
        """Loss weight and normalising part (its count divides the sum) by part."""
        ...

    def batch(self, items: Sequence[Item]) -> Batch:
        """Collate items into tensors on the CPU."""
        ...

    def export(self, network: "nn.Module", folder: Path) -> Mapping[str, object]:
        """Write the files of the stock class; returns tensor counts."""
        ...

    def speak(
        self, export: Path, text: str, language: str, prompts: Sequence[Path], out: Path, seed: int
    ) -> float:
        """Synthesise a WAV file with the stock class; returns its seconds."""
        ...


class ReleasedModel(Protocol):
    """Inference-only model as released, for comparison.

    languages: supported language codes.
    """

    languages: Sequence[str]

    def identity(self) -> Mapping[str, object]:
        """Provenance: hashes of the weights, versions and licence."""
        ...

    def open_speaker(self) -> "AbstractContextManager[Speaker]":
        """Context manager of its speaker."""
        ...
