"""ClearVoice MossFormer2 super-resolution: bandwidth extension to 24 kHz.

Only that: below the highest frequency the recording itself has, its own sound stays. It works on
clean speech, so it comes after what takes noise away.
"""

import warnings
from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from curator.audio.waveform import Samples
from curator.stages.cleaning.cleaners import Equipment, cleaner
from curator.stages.cleaning.networks import device_for, fill, padded_to, piecewise, weights_of
from curator.stages.cleaning.stream import Pieces, Sound, in_pieces

if TYPE_CHECKING:
    import torch

MODEL = "mossformer2_sr_48k"
RATE = 48_000
WINDOW, HOP, BANDS, HIGHEST_HZ = 1_024, 256, 80, 8_000.0
ENERGY = 0.99  # of a recording lies below its highest frequency
LISTEN_AT_ONCE = 1 << 16
LOWEST_HZ = 2_000.0
ORDER = 4  # of the filters that meet at the highest frequency; forwards and backwards they add to 1
STEP, CONTEXT = 8 * RATE, RATE
PIECES = Pieces(STEP, CONTEXT, RATE // 2)
SHAPE = SimpleNamespace(
    resblock="1",
    upsample_rates=[8, 8, 2, 2],
    upsample_kernel_sizes=[16, 16, 4, 4],
    upsample_initial_channel=1024,
    resblock_kernel_sizes=[3, 7, 11],
    resblock_dilation_sizes=[[1, 3, 5], [1, 3, 5], [1, 3, 5]],
)
"""Of the published generator."""


def build() -> tuple["torch.nn.Module", "torch.nn.Module"]:
    """The two networks without their weights: what mends mel bands, and what speaks them."""
    from clearvoice.models.mossformer2_sr.generator import Generator, Mossformer

    with warnings.catch_warnings():  # it is made of what torch has a newer name for
        warnings.simplefilter("ignore", FutureWarning)
        return Mossformer(), Generator(SHAPE)


@cleaner(
    label="MossFormer2 SR",
    version=1,
    rate=RATE,
    widens=True,
    is_costly=True,
    hears_all=True,
    model=MODEL,
)
class MossFormer2Sr:
    """Adds what lies above the band."""

    def __init__(self, equipment: Equipment) -> None:
        self._device = device_for(equipment)
        mends, speaks = build()
        for network, letter, key in ((mends, "m", "mossformer"), (speaks, "g", "generator")):
            weights = weights_of(MODEL, f"last_best_checkpoint_{letter}.pt")
            fill(network, weights.get(key, weights), MODEL)
        self._mends, self._speaks = mends.to(self._device), speaks.to(self._device)
        self._highest_hz = 0.45 * RATE

    def listen(self, sound: Sound) -> None:
        """See WholeCleaner: the highest frequency the recording has."""
        power = np.zeros(LISTEN_AT_ONCE // 2 + 1)
        for block in sound.blocks:
            for at in range(0, block.size, LISTEN_AT_ONCE):
                part = block[at : at + LISTEN_AT_ONCE]
                power += np.square(np.abs(np.fft.rfft(part, LISTEN_AT_ONCE)))
        share = np.cumsum(power) / max(power.sum(), 1e-12)
        cutoff_hz = float(np.argmax(share >= ENERGY)) * sound.rate / LISTEN_AT_ONCE
        self._highest_hz = min(max(cutoff_hz, LOWEST_HZ), 0.45 * RATE)

    def clean(self, sound: Sound) -> Iterator[Samples]:
        """See Cleaner; ``sound`` is at 48 kHz."""
        from scipy.signal import butter, sosfiltfilt

        low = butter(ORDER, self._highest_hz, fs=RATE, output="sos")
        high = butter(ORDER, self._highest_hz, "highpass", fs=RATE, output="sos")

        def extended(piece: Samples) -> Samples:
            whole = Sound.of(piece, RATE)
            at_once = Pieces(piece.size, 0)
            generated = piecewise(whole, at_once, self._forward, self._device, WINDOW)
            spoken = np.concatenate(list(generated))
            padding = min(WINDOW, piece.size - 1)
            low_band = sosfiltfilt(low, piece, padlen=padding)
            return np.asarray(low_band + sosfiltfilt(high, spoken, padlen=padding), np.float32)

        return in_pieces(sound, PIECES, extended)

    def _forward(self, sound: "torch.Tensor") -> "torch.Tensor":
        import torch

        from curator.stages.speaker.mel import mel_filters

        whole = padded_to(sound, WINDOW, HOP)
        aside = (WINDOW - HOP) // 2
        padded = torch.nn.functional.pad(whole[None, None], (aside, aside), mode="reflect")[0, 0]
        window = torch.hann_window(WINDOW, device=whole.device)
        spectrum = torch.stft(
            padded, WINDOW, HOP, WINDOW, window, center=False, return_complex=True
        )
        magnitude = torch.sqrt(spectrum.abs().square() + 1e-9)
        filters = mel_filters(RATE, WINDOW, BANDS, HIGHEST_HZ)
        bands = torch.from_numpy(filters).to(magnitude) @ magnitude
        mended = self._mends(torch.log(bands.clamp_min(1e-5))[None])
        waveform: torch.Tensor = self._speaks(mended)
        return waveform
