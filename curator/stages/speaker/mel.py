"""Mel filters: the shared first step of the networks that listen to spectrograms."""

import numpy as np
from numpy.typing import NDArray

# Slaney's Auditory Toolbox scale: linear below 1 kHz, logarithmic above it.
HZ_PER_LINEAR_MEL = 200.0 / 3.0
BREAK_HZ = 1_000.0
BREAK_MEL = BREAK_HZ / HZ_PER_LINEAR_MEL
LOG_STEP = np.log(6.4) / 27.0


def mel_filters(
    rate: int, window: int, bands: int, highest_hz: float | None = None
) -> NDArray[np.float32]:
    """Slaney-normalised mel filter bank from 0 Hz to Nyquist or ``highest_hz``.

    window: samples of the transform. Returns float32 of shape (bands, window // 2 + 1).
    """
    edges_hz = _hz(np.linspace(0.0, _mel(highest_hz or rate / 2), bands + 2))  # (bands + 2,)
    bins_hz = np.fft.rfftfreq(window, 1.0 / rate)  # (bins,)
    widths = np.diff(edges_hz)
    ramps = edges_hz[:, None] - bins_hz[None, :]  # (bands + 2, bins)
    rising = -ramps[:-2] / widths[:-1, None]
    falling = ramps[2:] / widths[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    area = 2.0 / (edges_hz[2:] - edges_hz[:-2])
    return (triangles * area[:, None]).astype(np.float32)


def _mel(hz: float) -> float:
    if hz < BREAK_HZ:
        return hz / HZ_PER_LINEAR_MEL
    return float(BREAK_MEL + np.log(hz / BREAK_HZ) / LOG_STEP)


def _hz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    above = BREAK_HZ * np.exp(LOG_STEP * (mels - BREAK_MEL))
    return np.where(mels < BREAK_MEL, mels * HZ_PER_LINEAR_MEL, above)
