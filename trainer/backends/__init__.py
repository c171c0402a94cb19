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
    """One clip as it goes into a batch.

    arrays: what ``encode`` gave for the clip. prompt: of shape (frames, bands), cut from what it
    gave as "mel" for others: the voice it shall be spoken in. unheard: half-open range of target
    codes that the prompt gives away and that are therefore not learnt from; (0, 0) where the
    prompt is another clip. voices: the arrays of the clips that the prompt comes from. draw: a
    random number of this clip in this epoch; None in evaluation, where nothing is left to chance.
    """

    clip: Clip
    arrays: Arrays
    prompt: NDArray[np.generic]
    unheard: tuple[int, int] = (0, 0)
    voices: Sequence[Arrays] = ()
    draw: int | None = None


@dataclass(frozen=True, slots=True)
class PromptUnits:
    """How the array that prompts are cut from divides time.

    rate: Hz. hop: samples between frames. code: samples per target code. extra: frames that a
    sound has beyond its length by hops (1 where frames are centred).
    """

    rate: int
    hop: int
    code: int
    extra: int = 0

    def frames(self, seconds: float) -> int:
        """Frames of so many seconds of sound."""
        return int(seconds * self.rate) // self.hop + self.extra

    def codes(self, start: int, frames: int) -> tuple[int, int]:
        """The half-open range of target codes that so many frames overlap."""
        return start * self.hop // self.code, -(-(start + frames) * self.hop // self.code)


MELS = PromptUnits(22050, 256, 1024, extra=1)
"""Centred mel frames of XTTS: four to a code."""


class Batch(Protocol):
    """Tensors of a micro-batch, and how many targets each row has.

    counts: int64 of shape (rows, parts). tokens: targets and inputs that are not padding.
    padded: the same with padding.
    """

    clip_ids: Sequence[str]
    counts: NDArray[np.int64]
    tokens: int
    padded: int

    def to(self, device: "torch.device") -> "Batch":
        """The same on another device."""
        ...


class Backend(Protocol):
    """A model family.

    parts: names of the sums its network returns, in order, such as text, mel, eos.
    prompt_units: of the "mel" that ``encode`` gives.
    """

    name: str
    target: str
    parts: Sequence[str]
    prompt_units: PromptUnits

    def identity(self) -> Mapping[str, object]:
        """What the run starts from: hashes of the base model's files, and its sizes."""
        ...

    def reject(self, clips: Sequence[Clip]) -> Mapping[str, Sequence[Reason]]:
        """Clips its own tokenizer or limits refuse."""
        ...

    def feature_key(self) -> str:
        """Changes whenever the same clip would be encoded differently."""
        ...

    def encode(self, clip: Clip, path: Path) -> Arrays:
        """The clip as the network sees it, independent of every other clip.

        Among it "mel", (frames, bands), which prompts are cut from.
        """
        ...

    def settle(self, clips: Sequence[Clip], arrays: Mapping[str, Arrays]) -> None:
        """See what all clips were encoded to, by id, before the first batch is made."""
        ...

    def length(self, clip: Clip) -> int:
        """About how many positions the clip takes in a batch; for buckets, before encoding too."""
        ...

    def network(self) -> "nn.Module":
        """The base network; called with a Batch it returns float32 sums (rows, parts)."""
        ...

    def adapt(self, network: "nn.Module") -> None:
        """Mark what learns, after ``config.adapt``."""
        ...

    def objective(self) -> Mapping[str, tuple[float, str]]:
        """By part: its weight in the loss, and the part whose count it is divided by."""
        ...

    def batch(self, items: Sequence[Item]) -> Batch:
        """The clips as tensors on the CPU."""
        ...

    def export(self, network: "nn.Module", folder: Path) -> Mapping[str, object]:
        """Write what people load elsewhere; returns what was checked."""
        ...

    def speak(
        self, export: Path, text: str, language: str, prompts: Sequence[Path], out: Path, seed: int
    ) -> float:
        """Speak with an export through the stock class; returns seconds spoken."""
        ...


class Shipped(Protocol):
    """A model as it was released: it speaks, and nothing of it is trained or exported here.

    languages: that it speaks.
    """

    languages: Sequence[str]

    def identity(self) -> Mapping[str, object]:
        """What it is: hashes of its weights, versions, and the licence it is used under."""
        ...

    def speaking(self) -> "AbstractContextManager[Speaker]":
        """Its voice, while this is open."""
        ...
