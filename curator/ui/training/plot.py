"""Data of a plot, smoothing, and texts of values."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from curator.ui.training.run_record import Series
from curator.ui.training.x_axis import Floats, XAxis, ticks

BLOCK = 64
"""Values that are smoothed by one matrix product."""


@dataclass(frozen=True)
class PlotLine:
    """Line of a plot.

    bold: drawn with dots, else thin. low, high: confidence interval of each point, empty without
    one. colour: index of the line's colour. style: index of its dashes. x: places on the axis, the
    steps if None.
    """

    name: str
    series: Series
    colour: int = 0
    bold: bool = True
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    style: int = 0
    x: Floats | None = None

    @property
    def places(self) -> Floats:
        """Places of the points on the horizontal axis."""
        return np.array(self.series.steps, dtype=np.float64) if self.x is None else self.x

    @property
    def points(self) -> tuple[Floats, Floats]:
        """Places and values."""
        return self.places, np.array(self.series.values, dtype=np.float64)


@dataclass(frozen=True)
class Plot:
    """What is drawn. unit: title of the y axis. best: place of the best step, None for none.

    chance: level of a random guess, None if unknown. short: title where there is little room.
    """

    title: str = ""
    unit: str = ""
    lines: Sequence[PlotLine] = field(default_factory=tuple)
    best: float | None = None
    chance: float | None = None
    short: str = ""
    axis: XAxis = XAxis.STEP


def smoothed(values: Floats, weight: float) -> Floats:
    """Exponential moving average with bias correction, as TensorBoard's; gaps stay.

    weight: of the previous average, 0 (unchanged) to below 1.
    """
    if not weight or not values.size:
        return values
    there = np.isfinite(values)
    known = values[there]
    averages = _moving_average(known, weight) / (1.0 - weight ** np.arange(1, known.size + 1))
    result = np.full_like(values, np.nan)
    result[there] = averages
    return result


def _moving_average(values: Floats, weight: float) -> Floats:
    """Exponential moving average from 0, in blocks: SciPy would take most of a second to import."""
    count = -(-values.size // BLOCK)
    blocks = np.zeros((count, BLOCK))
    blocks.reshape(-1)[: values.size] = values
    ages = np.subtract.outer(np.arange(BLOCK), np.arange(BLOCK))
    averages = blocks @ np.where(ages < 0, 0.0, (1.0 - weight) * weight ** np.maximum(ages, 0)).T
    fading = weight ** np.arange(1, BLOCK + 1)
    for before, block in pairwise(averages):  # rows are views, so each adds to a finished one
        block += fading * before[-1]
    flat: Floats = averages.reshape(-1)[: values.size]
    return flat


def smoothed_lines(plot: Plot, weight: float) -> list[tuple[Floats, Floats]]:
    """Places and smoothed values of each line; evaluations are few and stay as they are."""
    drawn = []
    for line in plot.lines:
        places, values = line.points
        drawn.append((places, values if line.bold else smoothed(values, weight)))
    return drawn


def log_ticks(low: float, high: float) -> list[float]:
    """Round numbers between low and high, above 0; linear ones for less than a decade."""
    if high / low < 10:
        return [tick for tick in ticks(low, high) if tick > 0]
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    factors = (1, 2, 5) if len(decades) < 4 else (1,)
    return [
        10.0**decade * factor
        for decade in decades
        for factor in factors
        if low <= 10.0**decade * factor <= high
    ]


def value_at(line: tuple[Floats, Floats], place: float) -> tuple[float, float] | None:
    """Point of a line nearest to a place: (place, value); None without one."""
    places, values = line
    there = np.flatnonzero(np.isfinite(values))
    if not there.size:
        return None
    nearest = there[int(np.argmin(np.abs(places[there] - place)))]
    return float(places[nearest]), float(values[nearest])


def value_text(value: float) -> str:
    """Text of a value: three decimals, or three digits if it is very small."""
    return f"{value:.3f}" if value == 0 or abs(value) >= 0.001 else f"{value:.3g}"
