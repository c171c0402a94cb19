"""Sort orders of the clip list, and the estimate from a random sample."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from curator.ui.clip_data.column_groups import FINDING, Positions
from curator.ui.clip_data.column_source import ColumnSource

Z_95 = 1.959963984540054
"""Quantile of the standard normal distribution for a 95 % interval."""

BAD_IF_ERROR, BAD_IF_WARNING, BAD_IF_NOTHING = 0.5, 0.2, 0.02
"""Prior probability that a clip with an error, a warning or no finding is dropped."""

PRIOR_WEIGHT = 4
"""Weight of the prior, in decisions; larger for clips without findings, which are rarely bad."""
PRIOR_WEIGHT_NO_FINDING = 25

DECIDING_S = 1.5
"""Time for a decision in addition to playback, in seconds."""


@dataclass(frozen=True, slots=True)
class Order:
    """Sort order. column: column to sort by, "" if ``special`` is "worst" or "random"."""

    column: str = "recorded"
    descending: bool = False
    special: str = ""
    seed: int = 0

    def arrange(self, columns: ColumnSource, where: Positions) -> Positions:
        """Sort positions that are in recording order."""
        if self.special:
            return _SPECIAL[self.special](columns, where, self)
        if self.column == "recorded" and not self.descending:
            return where
        return columns.ordered(where, self.column, self.descending)


def stored_order(values: Mapping[str, object]) -> Order | None:
    """Order from the values of a stored one; None for values that are none."""
    usual = asdict(Order())
    if values.keys() != usual.keys():
        return None
    if any(type(values[key]) is not type(usual[key]) for key in usual):
        return None
    return Order(**values)  # type: ignore[arg-type]  # their types were compared


AS_RECORDED = Order()
WORST_FIRST = Order("", special="worst")
BY_CATEGORY = Order("emotion")


def sample(seed: int) -> Order:
    """Random order by seed; independent of added or removed clips."""
    return Order("", special="random", seed=seed)


def gain(columns: ColumnSource) -> NDArray[np.float64]:
    """Expected seconds of bad audio removed per second of review, for every clip, float64.

    The probability that a clip is bad is estimated from its findings and from how often clips with
    the same findings were dropped.
    """
    dropped, decided = columns.column("state") == 2, columns.column("state") > 0
    errors, warnings = columns.column("errors"), columns.column("warnings")
    nothing = errors + warnings == 0
    good = np.full(
        len(columns), 1 - _share(dropped, decided, nothing, BAD_IF_NOTHING, PRIOR_WEIGHT_NO_FINDING)
    )
    for key in columns.finding_keys():
        has = columns.column(f"{FINDING}{key}")
        if has.any():
            prior = BAD_IF_ERROR if np.mean(errors[has] > 0) > 0.5 else BAD_IF_WARNING
            good[has] *= 1 - _share(dropped, decided, has, prior, PRIOR_WEIGHT)
    seconds = columns.column("duration")
    rate: NDArray[np.float64] = (1 - good) * seconds / (seconds + DECIDING_S)
    return rate


def _share(
    dropped: NDArray[np.bool_],
    decided: NDArray[np.bool_],
    among: NDArray[np.bool_],
    prior: float,
    weight: int,
) -> float:
    """Posterior mean of the share of dropped clips ``among``, with a beta prior."""
    bad, count = np.count_nonzero(dropped & among), np.count_nonzero(decided & among)
    return float((bad + prior * weight) / (count + weight))


def _worst(columns: ColumnSource, where: Positions, order: Order) -> Positions:
    """Undecided clips with the highest gain first, decided clips last in recording order."""
    keys = np.where(columns.column("state") == 0, -gain(columns), np.inf)
    return where[np.argsort(keys[where], kind="stable")]


def _random(columns: ColumnSource, where: Positions, order: Order) -> Positions:
    return where[np.argsort(_scattered(columns.ids[where], order.seed), kind="stable")]


def _scattered(numbers: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    """Pseudo-random uint64 per id and seed, by splitmix64."""
    with np.errstate(over="ignore"):
        mixed = numbers.astype(np.uint64) + np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15)
        mixed += np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))


_SPECIAL: Mapping[str, Callable[[ColumnSource, Positions, Order], Positions]] = {
    "worst": _worst,
    "random": _random,
}


def wilson_interval(bad: int, decided: int) -> tuple[float, float]:
    """Wilson score interval of the share of bad clips at 95 % confidence.

    bad: number among ``decided`` clips drawn at random. (0, 1) if none was decided.

    >>> ["%.3f" % share for share in wilson_interval(3, 50)]
    ['0.021', '0.162']
    """
    if not decided:
        return 0.0, 1.0
    share, z2, count = bad / decided, Z_95**2, decided
    centre = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z_95 * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return max(0.0, centre - half), min(1.0, centre + half)
