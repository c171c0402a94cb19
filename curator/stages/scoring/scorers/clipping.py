"""Flat tops: the recording was too loud, and no cleaning brings it back.

A top is flat where three samples or more in a row stand at the same value at an extreme of the
clip, and fall away steeply on both sides: the round top of a low tone may be as wide but not as
steep. At full scale one such top is enough. Below it (clipped first and made quieter later)
several must end at the very same height, which a voice that is merely loud never does.

When the sound was mixed, resampled or compressed after it was clipped, the tops are no longer
flat, but still as many samples crowd just below one height. In a voice the greater heights are the
rarer ones; a crowd near the top gives the clipping away.
"""

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import Samples
from curator.stages.scoring.scorers import ScorerInput, scorer

FULL_SCALE = 0.9985  # 16-bit files clipped by converters stop a few steps below 1
SAME = 1.5 / 32768  # rounding and dither move a flat top by one step of a 16-bit file
FLAT_SAMPLES = 3  # a voice below full scale may have two equal samples at a top
STEEP = 16 / 32768  # fall beside a flat top; beside the round top of a tone of 60 Hz it is 4 steps
TOPS_BELOW_FULL_SCALE = 4  # at the same height; a loud voice has one highest top
QUIETEST = 0.05  # below this a top is a few steps high, and equal heights mean nothing

# A crowd is looked for in windows of 4 % of the height, among the upper quarter, against the window
# 7 % lower. Over 134 clips of read and made speech a limiter's crowds reached 3 times that, sound
# clipped by 6 dB and then mixed with noise at -45 dB 4 times in 90 % of the clips, by 10 dB in all.
BINS = 30  # of 1 % of the height each, from 0.7 of it to the top
WINDOW = 4
LOWER = 7
CROWD = 4.0
FEW = 3  # samples; keeps the ratio of two small counts from saying anything
SMALLEST_CROWD = 0.0005  # of the clip


@scorer(
    label="Clipped samples",
    unit="fraction",
    better="lower",
    version=1,
    hears="source",
    between=(0.0, 1.0),
)
class Clipping:
    """Looks for flat tops, and for crowds below one height, on both sides."""

    def __call__(self, inputs: ScorerInput) -> dict[str, float]:
        """The share of samples that were cut off, 0 to 1."""
        samples = np.clip(inputs.wave.samples, -1.0, 1.0)  # what lies beyond is lost at export
        if samples.size == 0:
            return {"clipping": 0.0}
        flat = _flat_samples(samples) + _flat_samples(-samples)
        crowded = max(_crowded_samples(samples), _crowded_samples(-samples)) if not flat else 0
        return {"clipping": (flat or crowded) / samples.size}


def _flat_samples(samples: Samples) -> int:
    """How many samples lie in flat tops of the positive side."""
    top = float(samples.max())
    if top < QUIETEST:
        return 0
    starts, stops = _runs(samples >= top - SAME)
    around = np.pad(samples, 1, mode="edge")
    fall = top - (around[starts] + around[stops + 1]) / 2
    flat = (stops - starts >= FLAT_SAMPLES) & (fall >= STEEP * top)
    enough = 1 if top >= FULL_SCALE else TOPS_BELOW_FULL_SCALE
    return int((stops - starts)[flat].sum()) if np.count_nonzero(flat) >= enough else 0


def _crowded_samples(samples: Samples) -> int:
    """How many samples too many lie just below one height of the positive side."""
    top = float(samples.max())
    if top < QUIETEST:
        return 0
    counts, _ = np.histogram(samples, bins=BINS, range=(0.7 * top, top))
    windows = np.convolve(counts, np.ones(WINDOW, dtype=np.int64), mode="valid")
    crowds, below = windows[LOWER:], windows[:-LOWER]
    crowded = (crowds >= CROWD * (below + FEW)) & (crowds >= SMALLEST_CROWD * samples.size)
    return int((crowds - below)[crowded].max()) if crowded.any() else 0


def _runs(flags: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the runs of true values start and stop."""
    steps = np.diff(flags.astype(np.int8), prepend=0, append=0)
    return np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
