"""Whether a stretch is said twice in a row, by its sound: Whisper often writes it down once.

The spectrum of every stretch of 0.2 to 1.2 s is correlated with the one right behind it, each less
its own mean, so that neither silence nor a held vowel looks like a repetition.
"""

import numpy as np

from trainer.evaluate.acoustics import Values
from trainer.evaluate.measures import MeasuredValues, Sample, VoiceStatistics

VERSION = 1
KEYS = ("echo",)
DIRECTIONS = {"echo": -1}

SHORTEST, LONGEST, STEP = 20, 120, 2  # frames of 10 ms
LOUD = 0.6  # share of a stretch in which somebody speaks
FLOOR_DB = 50.0  # below the loudest; what is fainter is no part of the pattern
STEADY_DB = 3.0  # a stretch that changes less is a held sound


def measure(sample: Sample, voice: VoiceStatistics) -> MeasuredValues:
    """Highest correlation, -1 to 1: about 0.5 in usual speech, near 1 where it is said again."""
    spectrum = sample.frames.spectrum
    speaking = sample.speaking.astype(np.float64)
    if speaking.sum() < 2 * SHORTEST:
        return {}
    bands = np.maximum(spectrum, spectrum.max() - FLOOR_DB)
    correlations = [
        best
        for size in range(SHORTEST, min(LONGEST, len(bands) // 2) + 1, STEP)
        if (best := _likest(bands, speaking, size)) is not None
    ]
    return {"echo": max(correlations)} if correlations else {}


def _likest(bands: Values, speaking: Values, size: int) -> float | None:
    """The highest correlation of a stretch of ``size`` frames with the next one."""
    count = len(bands) - 2 * size + 1
    sums = _windows(bands, size)  # (frames - size + 1, bands)
    squares = _windows(np.square(bands).sum(axis=1), size)
    products = _windows((bands[:-size] * bands[size:]).sum(axis=1), size)
    first, second = sums[:count], sums[size : size + count]
    spread_1 = squares[:count] - np.square(first).sum(axis=1) / size
    spread_2 = squares[size : size + count] - np.square(second).sum(axis=1) / size
    shared = products[:count] - (first * second).sum(axis=1) / size
    least = STEADY_DB**2 * size * bands.shape[1]
    loud = _windows(speaking, size) >= LOUD * size
    valid = loud[:count] & loud[size : size + count] & (spread_1 > least) & (spread_2 > least)
    if not valid.any():
        return None
    return float((shared[valid] / np.sqrt(spread_1[valid] * spread_2[valid])).max())


def _windows(values: Values, size: int) -> Values:
    """Sums over every ``size`` frames in a row."""
    sums = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
    correlations: Values = sums[size:] - sums[:-size]
    return correlations
