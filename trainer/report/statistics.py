"""95 % percentile bootstrap intervals with a fixed seed; None for fewer than six values."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from trainer.optim.early_stopping import FEWEST_CLIPS

DRAWS = 2000
SEED = 20
TAIL = 2.5  # percentile outside on either side

Floats = NDArray[np.float64]
Interval = tuple[float, float]


def mean_interval(values: Sequence[float]) -> Interval | None:
    """Interval of the mean; None for too few values."""
    return _interval(np.asarray(values, dtype=np.float64)[:, None], lambda drawn: drawn[..., 0])


def weighted_interval(values: Sequence[float], weights: Sequence[float]) -> Interval | None:
    """Interval of the mean weighted by numbers of targets."""
    table = np.column_stack([np.multiply(values, weights), weights]).astype(np.float64)
    return _interval(table, lambda drawn: drawn[..., 0] / drawn[..., 1])


def difference_interval(some: Sequence[float], others: Sequence[float]) -> Interval | None:
    """Interval of mean(others) - mean(some) of two independent groups."""
    if min(len(some), len(others)) < FEWEST_CLIPS:
        return None
    one, two = np.asarray(some, dtype=np.float64), np.asarray(others, dtype=np.float64)
    draw = np.random.default_rng(SEED)
    first = one[draw.integers(0, len(one), (DRAWS, len(one)))].mean(axis=1)
    second = two[draw.integers(0, len(two), (DRAWS, len(two)))].mean(axis=1)
    return _bounds(second - first)


def binomial_p_value(won: int, of: int) -> float:
    """Two-sided p-value of a binomial test against 0.5."""
    from math import comb

    if not of:
        return 1.0
    most = max(won, of - won)
    return min(1.0, 2.0 * sum(comb(of, at) for at in range(most, of + 1)) / float(2**of))


def _interval(table: Floats, of: Callable[[Floats], Floats]) -> Interval | None:
    if len(table) < FEWEST_CLIPS:
        return None
    draw = np.random.default_rng(SEED)
    chosen = draw.integers(0, len(table), (DRAWS, len(table)))
    return _bounds(of(table[chosen].mean(axis=1)))


def _bounds(statistics: Floats) -> Interval:
    low, high = np.percentile(statistics, [TAIL, 100 - TAIL])
    return float(low), float(high)
