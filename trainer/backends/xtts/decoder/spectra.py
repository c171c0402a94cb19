"""Spectra of the decoder's losses: magnitudes at several resolutions, and log-mel.

Clips of XTTS have 22,050 Hz and the decoder writes 24 kHz. What lies above HIGHEST_HZ is not in
the clips, so no loss looks at it.
"""

import functools
from dataclasses import dataclass
from typing import Any

import torch

RATE = 24_000  # Hz, of the decoder's output
HIGHEST_HZ = 11_000.0
POWER_FLOOR = 1e-7  # keeps the gradient of the square root finite
MEL_FLOOR = 1e-5  # of magnitudes, as in HiFi-GAN
BANDS = 80


@dataclass(frozen=True, slots=True)
class Resolution:
    """Short-time Fourier transform. size, hop, window: in samples."""

    size: int
    hop: int
    window: int


# Yamamoto et al. 2020, Parallel WaveGAN, arXiv:1910.11480, table 1.
RESOLUTIONS = (Resolution(1024, 120, 600), Resolution(2048, 240, 1200), Resolution(512, 50, 240))
MEL = Resolution(1024, 256, 1024)  # HiFi-GAN


def magnitudes(waves: torch.Tensor, resolution: Resolution) -> torch.Tensor:
    """Magnitude spectrogram up to HIGHEST_HZ, float32: (rows, bins, frames).

    waves: (rows, samples), at least half a transform long.
    """
    device = "cpu" if waves.is_meta else waves.device.type  # there is no autocast of meta tensors
    with torch.autocast(device, enabled=False):
        spectrum = torch.stft(
            waves.float(),
            resolution.size,
            resolution.hop,
            resolution.window,
            torch.hann_window(resolution.window, device=waves.device),
            return_complex=True,
        )
        bins = int(HIGHEST_HZ / RATE * resolution.size) + 1
        power = spectrum.real.square() + spectrum.imag.square()
        return power[:, :bins].clamp(min=POWER_FLOOR).sqrt()


def log_mel(waves: torch.Tensor) -> torch.Tensor:
    """Natural logarithm of the mel spectrogram: (rows, BANDS, frames). waves: (rows, samples)."""
    spectrum = magnitudes(waves, MEL)
    filters = _filters(spectrum.shape[1]).to(spectrum.device)
    return (filters @ spectrum).clamp(min=MEL_FLOOR).log()


def mel_distance(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Mean absolute difference of the log-mel spectrograms, nepers. Waves: (rows, samples)."""
    return (log_mel(one) - log_mel(other)).abs().mean()


@functools.cache
def _filters(bins: int) -> torch.Tensor:
    """Mel filters of equal area: (BANDS, bins)."""
    import torchaudio  # type: ignore[import-untyped]

    functions: Any = torchaudio.functional
    filters: torch.Tensor = functions.melscale_fbanks(
        MEL.size // 2 + 1, 0.0, HIGHEST_HZ, BANDS, RATE, norm="slaney", mel_scale="slaney"
    )
    return filters[:bins].T.contiguous()
