"""Clicks: single samples or a few of them that belong to nothing around them.

A click is far outside what the samples beside it let one expect; so it is cut out, and the gap of
at most two milliseconds is closed by a curve through its surroundings.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import Samples
from curator.stages.cleaning.cleaners import CleanerSetting, cleaner
from curator.stages.cleaning.stream import Pieces, Sound, in_pieces

STEP_S = 5.0
CONTEXT_S = 0.1
LONGEST_S = 0.002  # a click; longer ones are somebody's lips or table
NEAR_S = 0.02  # around which the usual roughness is measured
QUIET = 1e-4  # roughness below which nothing is heard
EDGE_S = 0.00005  # mended beside a click, whose slopes are no longer outside; a sample at least


@cleaner(
    label="De-click",
    version=1,
    settings={
        "times": CleanerSetting(14.0, 6.0, 60.0, "times rougher than its surroundings is a click"),
    },
)
class Clicks:
    """Closes the gaps that clicks leave."""

    def __init__(self, times: float) -> None:
        self._times = times

    def clean(self, sound: Sound) -> Iterator[Samples]:
        """See Cleaner."""
        pieces = Pieces(round(STEP_S * sound.rate), round(CONTEXT_S * sound.rate))
        return in_pieces(sound, pieces, lambda piece: _mended(piece, sound.rate, self._times))


def _mended(piece: Samples, rate: int, times: float) -> Samples:
    from scipy.ndimage import binary_dilation

    if piece.size < 8:
        return piece
    rough = _roughness(piece)
    usual = _usual(rough, max(3, round(NEAR_S * rate)))
    outside = rough > times * np.maximum(usual, QUIET)
    if not outside.any():
        return piece
    edge = max(1, round(EDGE_S * rate))
    broad = binary_dilation(outside, iterations=edge)
    mended = piece.copy()
    longest = round(LONGEST_S * rate) + 2 * edge
    places = np.flatnonzero(np.diff(np.concatenate([[0], broad.astype(np.int8), [0]])))
    for start, stop in zip(places[::2], places[1::2], strict=True):
        if stop - start <= longest:
            mended[start:stop] = _bridged(piece, broad, int(start), int(stop))
    return mended


def _roughness(piece: Samples) -> NDArray[np.float64]:
    """How far each sample lies from the curve through the two on each side of it."""
    x = np.pad(piece.astype(np.float64), 2, mode="reflect")
    expected = (4.0 * (x[1:-3] + x[3:-1]) - x[:-4] - x[4:]) / 6.0
    return np.abs(x[2:-2] - expected)


def _usual(rough: NDArray[np.float64], near: int) -> NDArray[np.float64]:
    """The roughness around each sample: the median of means, which a click does not raise."""
    from scipy.ndimage import median_filter, uniform_filter1d

    cell = max(1, near // 8)
    cells = -(-rough.size // cell)
    means = np.pad(rough, (0, cells * cell - rough.size), mode="edge").reshape(cells, cell).mean(1)
    smooth = median_filter(means, size=9, mode="nearest")
    spread = np.repeat(smooth, cell)[: rough.size]
    return np.asarray(uniform_filter1d(spread, cell, mode="nearest"))


def _bridged(piece: Samples, broken: NDArray[np.bool_], start: int, stop: int) -> Samples:
    """A curve over the gap, through four whole samples on each side of it."""
    sides = [i for i in range(max(0, start - 4), start) if not broken[i]]
    sides += [i for i in range(stop, min(piece.size, stop + 4)) if not broken[i]]
    inside = np.arange(start, stop)
    if len(sides) < 4:
        return np.interp(inside, sides or [start], piece[sides or [start]]).astype(np.float32)
    middle, scale = (start + stop) / 2, max(1.0, (stop - start) / 2)
    curve = np.polyfit((np.array(sides) - middle) / scale, piece[sides], 3)
    values = np.polyval(curve, (inside - middle) / scale)
    loudest = float(np.abs(piece[sides]).max())
    return np.clip(values, -2 * loudest, 2 * loudest).astype(np.float32)
