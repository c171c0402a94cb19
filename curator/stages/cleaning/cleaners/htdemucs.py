"""Demucs: the voice apart from music, at 44.1 kHz, by the Hybrid Transformer of Meta.

Recordings are heard as mono, so both of the network's channels are given the same and their mean is
taken. It levels every piece by itself, as it was trained to.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from curator.audio.waveform import Samples
from curator.domain.errors import MissingModel
from curator.stages.cleaning.cleaners import Equipment, cleaner
from curator.stages.cleaning.networks import device_for, fill, numpy_scalars, piecewise, weights_of
from curator.stages.cleaning.stream import Pieces, Sound

if TYPE_CHECKING:
    import torch

MODEL = "htdemucs"
FILE = "955717e8-8726e21a.th"
RATE = 44_100
VOCALS = "vocals"
PIECES = Pieces(step=round(5.0 * RATE), context=RATE, fade=round(0.7 * RATE))
"""Together 7.7 s: the network was trained on 7.8 s and fills up what is less."""


def load() -> "torch.nn.Module":
    """The network with its weights, as its file describes it."""
    from demucs.htdemucs import HTDemucs

    package = weights_of(MODEL, FILE, HTDemucs, Fraction, *numpy_scalars())
    if package.get("klass") is not HTDemucs:
        raise MissingModel(f"{FILE} is not the network it should be.", "Get it again.")
    network: torch.nn.Module = HTDemucs(*package["args"], **package["kwargs"])  # type: ignore[misc]
    fill(network, package["state"], MODEL)
    return network.float()


@cleaner(label="Demucs vocals", version=1, rate=RATE, is_costly=True, model=MODEL)
class HtDemucs:
    """Leaves the voice."""

    def __init__(self, equipment: Equipment) -> None:
        self._device = device_for(equipment)
        self._network = load().to(self._device)
        self._vocals = list(self._network.sources).index(VOCALS)  # type: ignore[arg-type]

    def clean(self, sound: Sound) -> Iterator[Samples]:
        """See Cleaner; ``sound`` is at 44.1 kHz."""
        return piecewise(sound, PIECES, self._forward, self._device, RATE)

    def _forward(self, sound: "torch.Tensor") -> "torch.Tensor":
        parts: torch.Tensor = self._network(sound.expand(1, 2, -1))  # (1, sources, 2, samples)
        return parts[0, self._vocals].mean(dim=0)
