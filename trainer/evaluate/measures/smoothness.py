"""Smoothness: spectral change between consecutive speech frames.

Codes that do not fit one another crackle and warble: the spectrum changes more than in a throat.
Smeared speech changes less. Either way the real clips say what is usual.
"""

import numpy as np

from trainer.evaluate.measures import MeasuredValues, Sample, VoiceStatistics

VERSION = 1
KEYS = ("roughness",)

ENOUGH_FRAMES = 20  # 0.2 s
QUIETEST_DB = 40.0  # below the loudest frame; fainter changes are not heard


def measure(sample: Sample, voice: VoiceStatistics) -> MeasuredValues:
    """Mean absolute change of a mel band in 10 ms, decibels."""
    spectrum, loudness = sample.frames.spectrum, sample.frames.loudness
    speaking = sample.speaking
    if speaking.sum() < ENOUGH_FRAMES:
        return {}
    top = float(loudness[speaking].max())
    heard = speaking & (loudness > top - QUIETEST_DB)
    both = heard[1:] & heard[:-1]
    if both.sum() < ENOUGH_FRAMES:
        return {}
    floored = np.maximum(spectrum, spectrum[speaking].max() - 60.0)
    return {"roughness": float(np.abs(np.diff(floored, axis=0))[both].mean())}
