"""How loud the clip is to the ear: integrated loudness after ITU-R BS.1770-4."""

import functools
import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import Samples
from curator.stages.scoring.scorers import ScorerInput, scorer

SILENCE_LUFS = -70.0  # the standard's absolute gate; nothing is quieter
GATE_LU = -10.0  # blocks this far below the mean of the others are pauses
OFFSET_LU = -0.691
AT_ONCE = 1 << 16  # samples filtered together: they and their sums stay in the cache
BLOCK_S = 0.4
BLOCKS_PER_LENGTH = 4  # blocks overlap by three quarters

# The two filters of the K weighting as analogue prototypes (frequency in Hz, quality, gain in dB);
# at 48 kHz they give the standard's table of coefficients.
SHELF_HZ, SHELF_QUALITY, SHELF_DB = 1681.974450955533, 0.7071752369554196, 3.999843853973347
PASS_HZ, PASS_QUALITY = 38.13547087602444, 0.5003270373238773
SHELF_EXPONENT = 0.4996667741545416


@scorer(
    label="Loudness",
    unit="LUFS",
    better="neither",
    version=1,
    hears="source",
    between=(SILENCE_LUFS, 20.0),
)
class Loudness:
    """Measures integrated loudness."""

    def __call__(self, inputs: ScorerInput) -> dict[str, float]:
        """LUFS; a clip below 0.4 s is one block; silence is -70."""
        return {"loudness": integrated_loudness(inputs.wave.samples, inputs.wave.rate)}


def integrated_loudness(samples: Samples, rate: int) -> float:
    """Loudness of a mono signal in LUFS, -70 or more."""
    parts = (samples[at : at + AT_ONCE] for at in range(0, samples.size, AT_ONCE))
    return flowing_loudness(parts, rate)


def flowing_loudness(blocks: Iterable[Samples], rate: int) -> float:
    """The same of a mono signal that comes in blocks of any size.

    Both filters are one of the fourth order here, which costs two thirds, and what is filtered is
    summed while it is still in the processor's cache.
    """
    from scipy.signal import lfilter, sos2tf

    above, below = sos2tf(k_weighting(rate))
    state = np.zeros(len(below) - 1)
    cell = max(1, round(BLOCK_S * rate) // BLOCKS_PER_LENGTH)
    sums: list[NDArray[np.float64]] = []
    rest, count = np.empty(0), 0
    for block in blocks:
        weighted, state = lfilter(above, below, block.astype(np.float64), zi=state)
        count += block.size
        weighted = np.concatenate([rest, weighted]) if rest.size else weighted
        cells = weighted[: weighted.size // cell * cell].reshape(-1, cell)
        sums.append(np.einsum("ij,ij->i", cells, cells))
        rest = weighted[cells.size :]
    power = np.concatenate(sums) if sums else np.empty(0)
    if power.size < BLOCKS_PER_LENGTH:  # shorter than a block: all of it is one
        return gated(np.array([(power.sum() + rest @ rest) / max(1, count)]))
    lengths = np.convolve(power, np.ones(BLOCKS_PER_LENGTH), "valid")
    return gated(lengths / (cell * BLOCKS_PER_LENGTH))


def gated_loudness(weighted: NDArray[np.float64], rate: int) -> float:
    """Loudness of a mono signal that went through ``k_weighting``, in LUFS, -70 or more."""
    return gated(_block_powers(weighted, rate))


def gated(powers: NDArray[np.float64]) -> float:
    """Loudness of overlapping blocks by their powers, quiet ones left out, in LUFS, -70 or more."""
    loud = powers[_lufs(powers) >= SILENCE_LUFS]
    if loud.size == 0:
        return SILENCE_LUFS
    gate = float(_lufs(loud.mean())) + GATE_LU
    kept = loud[_lufs(loud) >= gate]
    return max(float(_lufs(kept.mean())), SILENCE_LUFS)


def _block_powers(weighted: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    block = round(BLOCK_S * rate)
    if weighted.size <= block:
        return np.array([np.mean(np.square(weighted))])
    starts = np.arange(0, weighted.size - block + 1, max(1, block // BLOCKS_PER_LENGTH))
    sums = np.concatenate([[0.0], np.cumsum(np.square(weighted))])
    powers: NDArray[np.float64] = (sums[starts + block] - sums[starts]) / block
    return powers


def _lufs(power: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    loudness: NDArray[np.float64] = OFFSET_LU + 10.0 * np.log10(np.maximum(power, 1e-12))
    return loudness


@functools.cache
def k_weighting(rate: int) -> NDArray[np.float64]:
    """Both filters as second-order sections, shape (2, 6)."""
    k = math.tan(math.pi * SHELF_HZ / rate)
    high = 10.0 ** (SHELF_DB / 20.0)
    middle = high**SHELF_EXPONENT
    a0 = 1.0 + k / SHELF_QUALITY + k * k
    shelf = [
        (high + middle * k / SHELF_QUALITY + k * k) / a0,
        2.0 * (k * k - high) / a0,
        (high - middle * k / SHELF_QUALITY + k * k) / a0,
        1.0,
        2.0 * (k * k - 1.0) / a0,
        (1.0 - k / SHELF_QUALITY + k * k) / a0,
    ]
    k = math.tan(math.pi * PASS_HZ / rate)
    a0 = 1.0 + k / PASS_QUALITY + k * k
    high_pass = [
        1.0,
        -2.0,
        1.0,
        1.0,
        2.0 * (k * k - 1.0) / a0,
        (1.0 - k / PASS_QUALITY + k * k) / a0,
    ]
    return np.array([shelf, high_pass])
