"""Flat tops: the recording was too loud, and no cleaning brings it back.

A top is flat where three samples or more in a row stand at the same value at an extreme of the
clip. At full scale one such top is enough. Below it (the sound was clipped first and made quieter
later) several tops must end at the very same height, which a voice that is merely loud never does.
"""

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import Samples
from curator.stages.scorers import Heard, scorer

FULL_SCALE = 0.9985  # 16-bit files clipped by converters stop a few steps below 1
SAME = 1.5 / 32768  # steps of a 16-bit file: rounding and dither move a flat top by one
FLAT_SAMPLES = 3  # a voice below full scale may have two equal samples at a top
TOPS_BELOW_FULL_SCALE = 4  # at the same height; a loud voice has one highest top
QUIETEST = 0.05  # below this a top is a few steps high, and equal heights mean nothing


@scorer(
    label="Clipped samples",
    unit="fraction",
    better="lower",
    version=1,
    hears="source",
    between=(0.0, 1.0),
)
class Clipping:
    """Looks for flat tops on both sides."""

    def __call__(self, heard: Heard) -> dict[str, float]:
        """The share of samples that lie in flat tops, 0 to 1."""
        samples = heard.wave.samples
        if samples.size == 0:
            return {"clipping": 0.0}
        flat = _flat_samples(samples) + _flat_samples(-samples)
        return {"clipping": flat / samples.size}


def _flat_samples(samples: Samples) -> int:
    """How many samples lie in flat tops of the positive side."""
    top = float(samples.max())
    if top < QUIETEST:
        return 0
    lengths = _runs(samples >= min(top - SAME, FULL_SCALE))
    lengths = lengths[lengths >= FLAT_SAMPLES]
    enough = 1 if top >= FULL_SCALE else TOPS_BELOW_FULL_SCALE
    return int(lengths.sum()) if lengths.size >= enough else 0


def _runs(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The lengths of the runs of true values."""
    steps = np.diff(flags.astype(np.int8), prepend=0, append=0)
    return np.flatnonzero(steps == -1) - np.flatnonzero(steps == 1)
