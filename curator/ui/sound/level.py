"""Level of what plays: peak and RMS of the last samples before the playhead."""

import math
from dataclasses import dataclass

import numpy as np

from curator.ui.sound.playable import PlayableClip

WINDOW_S = 0.05
"""Duration that is measured, as of a fast meter."""

FLOOR_DB = -60.0
"""Lowest level that is shown, dBFS."""


@dataclass(frozen=True, slots=True)
class SoundLevel:
    """Peak and RMS in dBFS, FLOOR_DB..0 and above 0 for samples beyond full scale."""

    peak_db: float = FLOOR_DB
    rms_db: float = FLOOR_DB


def level_at(sound: PlayableClip, sample: int) -> SoundLevel:
    """Level before a sample of the recording; the floor where nothing is decoded."""
    seconds = (sample - sound.span.start) / (sound.source_rate * sound.speed)
    stop = min(max(0, round(seconds * sound.rate)), sound.filled)
    part = sound.samples[max(0, stop - round(WINDOW_S * sound.rate)) : stop]
    if not part.size:
        return SoundLevel()
    peak = max(float(part.max()), -float(part.min()))
    return SoundLevel(_decibels(peak), _decibels(math.sqrt(float(np.dot(part, part)) / part.size)))


def _decibels(value: float) -> float:
    return max(FLOOR_DB, 20.0 * math.log10(value)) if value > 0 else FLOOR_DB
