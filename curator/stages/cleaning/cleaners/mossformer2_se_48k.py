"""ClearVoice MossFormer2: spectral mask at 48 kHz from mel bands and their deltas."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from curator.audio.waveform import Samples
from curator.stages.cleaning.cleaners import Equipment, cleaner
from curator.stages.cleaning.networks import clearvoice_network, device_for, padded_to, piecewise
from curator.stages.cleaning.stream import Pieces, Sound

if TYPE_CHECKING:
    import torch

MODEL = "mossformer2_se_48k"
RATE = 48_000
WINDOW, HOP, BANDS = 1_920, 384, 60
FULL_SCALE = 32_768.0  # the network was trained on 16-bit values
PIECES = Pieces(step=8 * RATE, context=2 * RATE, fade=RATE // 2)


def build() -> "torch.nn.Module":
    """The network without its weights."""
    from clearvoice.models.mossformer2_se.mossformer2_se_wrapper import TestNet

    network: torch.nn.Module = TestNet()
    return network


@cleaner(label="MossFormer2 SE", version=1, rate=RATE, is_costly=True, model=MODEL)
class MossFormer2Se:
    """Takes noise away."""

    def __init__(self, equipment: Equipment) -> None:
        self._device = device_for(equipment)
        self._network = clearvoice_network(build, MODEL, self._device)

    def clean(self, sound: Sound) -> Iterator[Samples]:
        """See Cleaner; ``sound`` is at 48 kHz."""
        return piecewise(sound, PIECES, self._forward, self._device, WINDOW)

    def _forward(self, sound: "torch.Tensor") -> "torch.Tensor":
        import torch
        from torchaudio.compliance.kaldi import fbank  # type: ignore[import-untyped]
        from torchaudio.functional import compute_deltas  # type: ignore[import-untyped]

        loud = padded_to(sound, WINDOW, HOP) * FULL_SCALE
        bands = fbank(
            loud[None],
            dither=0.0,  # the authors' noise would make every run another
            frame_length=1000 * WINDOW / RATE,
            frame_shift=1000 * HOP / RATE,
            num_mel_bins=BANDS,
            sample_frequency=RATE,
            window_type="hamming",
        ).T  # (bands, frames)
        slopes = compute_deltas(bands)
        features = torch.cat([bands, slopes, compute_deltas(slopes)]).T[None]
        mask = self._network(features)[-1][0].T  # (bins, frames)
        window = torch.hamming_window(WINDOW, periodic=False, device=loud.device)
        spectrum = torch.stft(loud, WINDOW, HOP, WINDOW, window, center=False, return_complex=True)
        enhanced = torch.istft(
            spectrum * mask, WINDOW, HOP, WINDOW, window, center=False, length=loud.numel()
        )
        return enhanced / FULL_SCALE
