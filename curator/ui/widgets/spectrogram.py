"""Spectrogram by short-time Fourier transform, and its image."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from curator.audio.waveform import Samples
from curator.ui.widgets.wave_image import as_image

Levels = NDArray[np.uint8]  # (frequencies, times): 0 at the floor, 255 at the loudest

HIGHEST_HZ = 10_000
"""Highest frequency shown; speech has only noise above."""

WINDOW_S = 0.010
"""Window duration: short enough to show plosives and single periods at word edges."""

MAX_FRAMES = 2000
"""Maximum number of frames; longer clips use a larger hop."""

RANGE_DB = 70.0
"""Dynamic range: levels this far below the maximum are shown as background."""

BATCH = 256
"""Transforms per batch, so that the windows stay in the processor cache."""


def levels(samples: Samples, rate: int) -> Levels:
    """Level per frequency up to 10 kHz and frame, in dB scaled to 0..255, uint8."""
    window = max(16, round(WINDOW_S * rate))
    step = max(window // 4, -(-samples.size // MAX_FRAMES))
    size = 1 << (window - 1).bit_length()
    kept = min(size // 2 + 1, round(HIGHEST_HZ * size / rate) + 1)
    padded = np.pad(samples, (window // 2, window))
    frames = sliding_window_view(padded, window)[::step][: max(1, samples.size // step)]
    taper = np.hanning(window).astype(np.float32)
    powers = np.empty((len(frames), kept), np.float32)
    for first in range(0, len(frames), BATCH):
        part = np.fft.rfft(frames[first : first + BATCH] * taper, size)[:, :kept]
        powers[first : first + BATCH] = part.real**2 + part.imag**2
    decibels = 10.0 * np.log10(np.maximum(powers, 1e-12))
    decibels += RANGE_DB - decibels.max()
    scaled: Levels = np.clip(decibels * (255.0 / RANGE_DB), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(scaled.T)


def as_picture(image: Levels, floor: str, middle: str, top: str) -> QImage:
    """Image of the levels with a colour map of three colours, low frequencies at the bottom."""
    colours = [QColor(name) for name in (floor, middle, top)]
    parts = np.array([(c.red(), c.green(), c.blue()) for c in colours], np.float64)
    at = np.arange(256) / 255
    shades = np.stack([np.interp(at, (0, 0.6, 1), parts[:, k]) for k in range(3)], axis=1)
    rgb = shades.round().astype(np.uint32)
    table: NDArray[np.uint32] = np.full(256, 0xFF000000, np.uint32)
    for part in range(3):
        table += rgb[:, part] << np.uint32(16 - 8 * part)
    return as_image(table[image[::-1]])
