"""How long a speaker takes for a text, learnt from the speaker's own clips.

A text has so many units (letters, or tokens of a tokenizer), a clip so many steps (seconds, or
speech tokens). steps = start + per_unit x units, fitted to medians so that a few wrong clips do not
matter; and from how far the clips lie off that line, the band in which a natural length lies.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Of the clips' own ratios of steps to expected steps. Beyond the outermost the band goes on by a
# fifth: a new sentence may well be a little slower than any of the clips.
OUTER_QUANTILES = (0.01, 0.99)
MARGIN = 1.2
ENOUGH_CLIPS = 8  # below, the band is the one of WITHOUT_CLIPS
WITHOUT_CLIPS = (0.5, 1.7)  # fast and slow readers differ about so much from the usual
NARROWEST = (0.8, 1.3)  # no band is narrower, however even the clips
SHORT_UNITS = 24  # letters; up to here pauses and drawn vowels weigh more than the letters
SHORT_SLACK = 0.5  # of the expected length, added to the band's upper end for the shortest text
PAIRS = 4000  # slopes looked at; more change nothing


@dataclass(frozen=True, slots=True)
class Band:
    """least, expected, most: steps. Natural lengths lie between the outer two."""

    least: float
    expected: float
    most: float


@dataclass(frozen=True, slots=True)
class LengthPrior:
    """steps = start + per_unit x units; low, high: the band as ratios. clips: it was taken from."""

    start: float
    per_unit: float
    low: float
    high: float
    clips: int

    def expected(self, units: int) -> float:
        """Steps for a text of so many units."""
        return max(self.start + self.per_unit * max(units, 1), 1e-6)

    def band(self, units: int) -> Band:
        """Between which lengths a natural one lies; wider for texts of one to three words."""
        expected = self.expected(units)
        shortness = max(0.0, 1.0 - units / SHORT_UNITS)
        return Band(
            least=expected * self.low * (1.0 - SHORT_SLACK * shortness),
            expected=expected,
            most=expected * (self.high + SHORT_SLACK * shortness),
        )


def fit_prior(
    units: Sequence[int], steps: Sequence[float], usual: tuple[float, float]
) -> LengthPrior:
    """The prior of these clips; ``usual`` (start, per_unit) where there are too few of them."""
    kept = [(u, s) for u, s in zip(units, steps, strict=True) if u > 0 and s > 0]
    if len(kept) < ENOUGH_CLIPS:
        low, high = WITHOUT_CLIPS
        return LengthPrior(*usual, low, high, len(kept))
    x, y = np.array(kept, dtype=np.float64).T
    slope = _median_slope(x, y)
    start = float(np.median(y - slope * x))
    if slope <= 0 or start < 0:  # all of one length, or noise: proportional
        slope, start = float(np.median(y / x)), 0.0
    ratios = y / (start + slope * x)
    low, high = (float(q) for q in np.quantile(ratios, OUTER_QUANTILES))
    return LengthPrior(
        start,
        slope,
        min(low / MARGIN, NARROWEST[0]),
        max(high * MARGIN, NARROWEST[1]),
        len(kept),
    )


def _median_slope(x: "np.ndarray[tuple[int], np.dtype[np.float64]]", y: object) -> float:
    """Theil and Sen's: the median of the slopes between pairs."""
    values = np.asarray(y, dtype=np.float64)
    draw = np.random.default_rng(0)
    every = len(x) * (len(x) - 1) // 2
    if every <= PAIRS:
        one, other = np.triu_indices(len(x), 1)
    else:
        one, other = draw.integers(0, len(x), (2, PAIRS))
    apart = np.abs(x[one] - x[other]) > 0
    if not apart.any():
        return 0.0
    one, other = one[apart], other[apart]
    return float(np.median((values[one] - values[other]) / (x[one] - x[other])))
