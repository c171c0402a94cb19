"""ClearVoice's FRCRN: two complex U-nets that mask the spectrum, at 16 kHz.

What lies above 8 kHz is gone afterwards: for sets that are spoken at 16 kHz or heard by telephone.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from curator.audio.waveform import Samples
from curator.stages.cleaning.cleaners import Equipment, cleaner
from curator.stages.cleaning.networks import clearvoice_network, device_for, padded_to, piecewise
from curator.stages.cleaning.stream import Pieces, Sound

if TYPE_CHECKING:
    import torch

MODEL = "frcrn_se_16k"
RATE = 16_000
WINDOW, HOP = 640, 320
COMPLEXITY, DEPTH = 45, 14
PIECES = Pieces(step=10 * RATE, context=2 * RATE, fade=RATE // 2)


def build() -> "torch.nn.Module":
    """The network without its weights."""
    from clearvoice.models.frcrn_se.frcrn import DCCRN

    network: torch.nn.Module = DCCRN(
        complex=True,
        model_complexity=COMPLEXITY,
        model_depth=DEPTH,
        log_amp=False,
        padding_mode="zeros",
        win_len=WINDOW,
        win_inc=HOP,
        fft_len=WINDOW,
        win_type="hanning",
    )
    return network


@cleaner(label="FRCRN", version=1, rate=RATE, is_costly=True, model=MODEL)
class Frcrn:
    """Takes noise away."""

    def __init__(self, equipment: Equipment) -> None:
        self._device = device_for(equipment)
        self._network = clearvoice_network(build, MODEL, self._device)

    def clean(self, sound: Sound) -> Iterator[Samples]:
        """See Cleaner; ``sound`` is at 16 kHz."""
        return piecewise(sound, PIECES, self._forward, self._device, RATE)

    def _forward(self, sound: "torch.Tensor") -> "torch.Tensor":
        network: Any = self._network  # torch knows of no method called so
        enhanced: torch.Tensor = network.inference(padded_to(sound, WINDOW, HOP)[None])
        return enhanced
