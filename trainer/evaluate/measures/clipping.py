"""Samples that were cut off: flat tops, three or more equal samples in a row at an extreme."""

import numpy as np

from trainer.evaluate.measures import MeasuredValues, Sample, VoiceStatistics
from trainer.speech.sound import Samples

VERSION = 1
KEYS = ("clipping",)
DIRECTIONS = {"clipping": -1}

SAME = 1.5 / 32768  # rounding moves a flat top by one step of a 16-bit file
FLAT_SAMPLES = 3
QUIETEST = 0.05  # below this an extreme is a few steps high, and equal samples mean nothing
FULL_SCALE = 0.9985
TOPS_BELOW = 4  # flat tops at the same height before one below full scale counts
STEEP = 16 / 32768  # fall beside a flat top of full height; round tops are flatter


def measure(sample: Sample, voice: VoiceStatistics) -> MeasuredValues:
    """Share of all samples, 0 to 1."""
    samples = np.clip(sample.sound.samples, -1.0, 1.0)
    if samples.size == 0:
        return {}
    return {"clipping": (_flat(samples) + _flat(-samples)) / samples.size}


def _flat(samples: Samples) -> int:
    top = float(samples.max())
    if top < QUIETEST:
        return 0
    steps = np.diff((samples >= top - SAME).astype(np.int8), prepend=0, append=0)
    starts, stops = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    around = np.pad(samples, 1, mode="edge")
    fall = top - (around[starts] + around[stops + 1]) / 2
    flat = (stops - starts >= FLAT_SAMPLES) & (fall >= STEEP * top)
    enough = 1 if top >= FULL_SCALE else TOPS_BELOW
    return int((stops - starts)[flat].sum()) if flat.sum() >= enough else 0
