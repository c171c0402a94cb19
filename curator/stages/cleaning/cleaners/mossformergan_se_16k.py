"""ClearVoice MossFormerGAN: regenerated compressed spectrum at 16 kHz.

What lies above 8 kHz is gone afterwards, as with FRCRN.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from curator.audio.waveform import Samples
from curator.stages.cleaning.cleaners import Equipment, cleaner
from curator.stages.cleaning.networks import clearvoice_network, device_for, padded_to, piecewise
from curator.stages.cleaning.stream import Pieces, Sound

if TYPE_CHECKING:
    import torch

MODEL = "mossformergan_se_16k"
RATE = 16_000
WINDOW, HOP = 400, 100
CHANNELS = 64
POWER = 0.3  # to which magnitudes are raised for the network
SILENCE = 1e-8  # of the mean square, below which there is nothing to level
PIECES = Pieces(step=8 * RATE, context=RATE, fade=RATE // 2)


def build() -> "torch.nn.Module":
    """The network without its weights."""
    from clearvoice.models.mossformer_gan_se.generator import SyncANet

    network: torch.nn.Module = SyncANet(num_channel=CHANNELS, num_features=WINDOW // 2 + 1)
    return network


@cleaner(label="MossFormerGAN", version=1, rate=RATE, is_costly=True, model=MODEL)
class MossFormerGan:
    """Takes noise and room away."""

    def __init__(self, equipment: Equipment) -> None:
        self._device = device_for(equipment)
        self._network = clearvoice_network(build, MODEL, self._device)

    def clean(self, sound: Sound) -> Iterator[Samples]:
        """See Cleaner; ``sound`` is at 16 kHz."""
        return piecewise(sound, PIECES, self._forward, self._device, RATE)

    def _forward(self, sound: "torch.Tensor") -> "torch.Tensor":
        import torch

        whole = padded_to(sound, WINDOW, HOP)
        power = whole.square().mean()
        level = power.clamp_min(SILENCE).rsqrt()
        window = torch.hamming_window(WINDOW, device=whole.device)
        spectrum = torch.stft(whole * level, WINDOW, HOP, WINDOW, window, return_complex=True)
        pressed = torch.polar(spectrum.abs() ** POWER, spectrum.angle()).T  # (frames, bins)
        real, imaginary = self._network(torch.stack([pressed.real, pressed.imag])[None])
        compressed = torch.complex(real.reshape(pressed.shape), imaginary.reshape(pressed.shape)).T
        linear = torch.polar(compressed.abs() ** (1 / POWER), compressed.angle())
        waveform = torch.istft(linear, WINDOW, HOP, WINDOW, window, length=whole.numel())
        return waveform / level
