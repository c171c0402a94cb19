"""Clips made equally loud for listening. Never part of what is exported."""

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import Samples
from curator.stages.scoring.scorers.loudness import gated_loudness, k_weighting
from curator.ui.sound.playable import PlayableClip

LISTENING_LUFS = -20.0
"""As loud as spoken radio; quiet enough that most speech gets there without distortion."""

MOST_DB = 20.0
"""Beyond it only noise would grow."""

RINGS = 4096
"""Samples after which the weighting has died away."""


def matching_gain(clip: PlayableClip) -> float:
    """The factor that makes a clip as loud as others; 1.0 while its loudness is not known.

    Never so large that what is decoded of the clip would distort.
    """
    if clip.loudness is None:
        return 1.0
    gain: float = 10.0 ** (min(LISTENING_LUFS - clip.loudness, MOST_DB) / 20.0)
    heard = clip.samples[: clip.filled]
    loudest = max(float(heard.max()), -float(heard.min())) if heard.size else 0.0
    return min(gain, 1.0 / loudest) if loudest > 0.0 else gain


def measure(clip: PlayableClip) -> None:
    """Find out how loud a whole clip is, where no score says so. For a loader's thread."""
    if clip.samples.size:
        weighted = _filtered(clip.samples, k_weighting(clip.rate))
        clip.loudness = gated_loudness(weighted, clip.rate)


def _filtered(samples: Samples, sections: NDArray[np.float64]) -> NDArray[np.float64]:
    """The samples through second-order sections.

    By Fourier transform: the usual way would load a package as large as the rest of the window.
    """
    size = 1 << (samples.size + RINGS).bit_length()  # the filter rings on after the end
    turn = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    response = np.ones(turn.size, np.complex128)
    for b0, b1, b2, a0, a1, a2 in sections:
        response *= (b0 + b1 * turn + b2 * turn**2) / (a0 + a1 * turn + a2 * turn**2)
    spectrum = np.fft.rfft(samples, size) * response
    filtered: NDArray[np.float64] = np.fft.irfft(spectrum, size)[: samples.size]
    return filtered
