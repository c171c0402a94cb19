"""Loudness matching for playback; exports are not affected."""

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import Samples
from curator.stages.scoring.scorers.loudness import gated_loudness, k_weighting
from curator.ui.sound.playable import PlayableClip

TARGET_LUFS = -20.0
"""Loudness of spoken radio; most speech reaches it without clipping."""

MAX_GAIN_DB = 20.0
"""Upper limit of the gain, which would otherwise amplify noise."""

FILTER_TAIL = 4096
"""Samples after which the K-weighting filter has decayed."""


def matching_gain(clip: PlayableClip) -> float:
    """Gain factor to the target loudness, 1.0 while the loudness is unknown.

    Limited so that the decoded samples do not clip.
    """
    if clip.loudness is None:
        return 1.0
    gain: float = 10.0 ** (min(TARGET_LUFS - clip.loudness, MAX_GAIN_DB) / 20.0)
    decoded = clip.samples[: clip.filled]
    peak = max(float(decoded.max()), -float(decoded.min())) if decoded.size else 0.0
    return min(gain, 1.0 / peak) if peak > 0.0 else gain


def measure(clip: PlayableClip) -> None:
    """Measure the integrated loudness of a clip in LUFS; runs on a loader thread."""
    if clip.samples.size:
        weighted = _filtered(clip.samples, k_weighting(clip.rate))
        clip.loudness = gated_loudness(weighted, clip.rate)


def _filtered(samples: Samples, sections: NDArray[np.float64]) -> NDArray[np.float64]:
    """Samples filtered by second-order sections, float64.

    Computed in the frequency domain: importing scipy would double the memory of the window.
    """
    size = 1 << (samples.size + FILTER_TAIL).bit_length()  # room for the filter tail
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    response = np.ones(z.size, np.complex128)
    for b0, b1, b2, a0, a1, a2 in sections:
        response *= (b0 + b1 * z + b2 * z**2) / (a0 + a1 * z + a2 * z**2)
    spectrum = np.fft.rfft(samples, size) * response
    filtered: NDArray[np.float64] = np.fft.irfft(spectrum, size)[: samples.size]
    return filtered
