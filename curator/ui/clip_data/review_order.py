"""In which order clips are heard, and what a random sample says about the rest."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curator.ui.clip_data.column_groups import FINDING, Positions
from curator.ui.clip_data.column_source import ColumnSource

Z_95 = 1.959963984540054
"""Standard deviations around the mean of a normal distribution that hold 95 % of it."""

BAD_IF_ERROR, BAD_IF_WARNING, BAD_IF_NOTHING = 0.5, 0.2, 0.02
"""How often a clip with such a finding is dropped, before anybody has decided."""

WORTH = 4
"""So many decisions weigh as much as the figures above: after a dozen it is the person's habit
that counts. Clips without findings are many and seldom bad, so that for them it takes more."""
WORTH_NOTHING = 25

DECIDING_S = 1.5
"""What a decision takes besides listening."""


@dataclass(frozen=True, slots=True)
class Order:
    """A way through the clips. column: what to sort by, or "" where ``special`` says how."""

    column: str = "recorded"
    descending: bool = False
    special: str = ""
    seed: int = 0

    def arrange(self, columns: ColumnSource, where: Positions) -> Positions:
        """The clips at ``where``, which come as recorded, in this order."""
        if self.special:
            return _SPECIAL[self.special](columns, where, self)
        if self.column == "recorded" and not self.descending:
            return where
        return columns.ordered(where, self.column, self.descending)


AS_RECORDED = Order()
WORST_FIRST = Order("", special="worst")
BY_CATEGORY = Order("emotion")


def sample(seed: int) -> Order:
    """A random order; the same for the same seed, however many clips come or go."""
    return Order("", special="random", seed=seed)


def gain(columns: ColumnSource) -> NDArray[np.float64]:
    """For every clip, the seconds of bad sound that hearing it for a second keeps out of the set.

    How likely a clip is bad follows from its findings, and from how often the person has dropped
    clips with the same ones.
    """
    dropped, decided = columns.column("state") == 2, columns.column("state") > 0
    errors, warnings = columns.column("errors"), columns.column("warnings")
    nothing = errors + warnings == 0
    good = np.full(
        len(columns), 1 - _share(dropped, decided, nothing, BAD_IF_NOTHING, WORTH_NOTHING)
    )
    for key in columns.finding_keys():
        has = columns.column(f"{FINDING}{key}")
        if has.any():
            usual = BAD_IF_ERROR if np.mean(errors[has] > 0) > 0.5 else BAD_IF_WARNING
            good[has] *= 1 - _share(dropped, decided, has, usual, WORTH)
    seconds = columns.column("duration")
    found: NDArray[np.float64] = (1 - good) * seconds / (seconds + DECIDING_S)
    return found


def _share(
    dropped: NDArray[np.bool_],
    decided: NDArray[np.bool_],
    among: NDArray[np.bool_],
    usual: float,
    worth: int,
) -> float:
    """How often clips ``among`` are dropped, by what was decided and what is usual."""
    bad, heard = np.count_nonzero(dropped & among), np.count_nonzero(decided & among)
    return float((bad + usual * worth) / (heard + worth))


def _worst(columns: ColumnSource, where: Positions, order: Order) -> Positions:
    """Undecided clips with the highest gain first; what is decided comes last, as recorded."""
    keys = np.where(columns.column("state") == 0, -gain(columns), np.inf)
    return where[np.argsort(keys[where], kind="stable")]


def _random(columns: ColumnSource, where: Positions, order: Order) -> Positions:
    return where[np.argsort(_scattered(columns.ids[where], order.seed), kind="stable")]


def _scattered(numbers: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    """Numbers that look random and depend on nothing but id and seed: splitmix64."""
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
