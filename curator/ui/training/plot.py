"""Data of a plot, smoothing, and the mapping of values to pixels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPolygonF

from curator.ui.training.run_record import Series

TICKS = 5
ROOM = 0.08  # of the height, above and below the lines
UNSMOOTHED = (0.5, 99.5)
"""Percentiles of the values before smoothing that the scale has room for."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PlotLine:
    """PlotLine of a plot.

    bold: drawn with dots, else thin. low, high: confidence interval of each point, empty without
    one. colour: index of the line's colour.
    """

    name: str
    series: Series
    colour: int = 0
    bold: bool = True
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True)
class Plot:
    """What is drawn. unit: title of the y axis. best: a step, None for none.

    chance: level of a random guess, None if unknown. short: title where there is little room.
    """

    title: str = ""
    unit: str = ""
    lines: Sequence[PlotLine] = field(default_factory=tuple)
    best: int | None = None
    chance: float | None = None
    short: str = ""


def arrays(series: Series) -> tuple[Floats, Floats]:
    """Steps and values of a series."""
    return np.array(series.steps, dtype=np.float64), np.array(series.values, dtype=np.float64)


def smoothed(values: Floats, weight: float) -> Floats:
    """Exponential moving average with bias correction, as TensorBoard's; gaps stay.

    weight: of the previous average, 0 (unchanged) to below 1.
    """
    if not weight or not values.size:
        return values
    there = np.isfinite(values)
    known = values[there]
    new = ((1.0 - weight) * known).tolist()  # SciPy would take most of a second to import
    averages = np.array(list(accumulate(new, lambda last, value: weight * last + value)))
    averages /= 1.0 - weight ** np.arange(1, known.size + 1)
    result = np.full_like(values, np.nan)
    result[there] = averages
    return result


@dataclass(frozen=True, slots=True)
class Scale:
    """Mapping of steps and values to pixels. logarithmic: of the values; low and high are > 0."""

    first: float
    last: float
    low: float
    high: float
    area: QRectF
    logarithmic: bool = False

    def x(self, step: float) -> float:
        """x coordinate of a step."""
        return self.area.left() + (step - self.first) / (self.last - self.first) * self.area.width()

    def y(self, value: float) -> float:
        """y coordinate of a value."""
        return float(self.ys(np.array([value]))[0])

    def ys(self, values: Floats) -> Floats:
        """y coordinates of values."""
        low, high = self.low, self.high
        if self.logarithmic:
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.log(values)
            low, high = math.log(low), math.log(high)
        return self.area.bottom() - (values - low) / (high - low) * self.area.height()

    def step_at(self, x: float) -> float:
        """Step at an x coordinate."""
        return self.first + (x - self.area.left()) / self.area.width() * (self.last - self.first)


def make_scale(
    lines: Sequence[tuple[Floats, Floats]], more: Floats, area: QRectF, *, logarithmic: bool
) -> Scale | None:
    """Scale that shows all lines and the values ``more``; None if there is nothing to show."""
    if not lines:
        return None
    steps = np.concatenate([steps for steps, _ in lines])
    values = np.concatenate([*(values for _, values in lines), more])
    values = values[np.isfinite(values)]
    if not (steps.size and values.size):
        return None
    first = float(steps.min())
    last = max(float(steps.max()), first + 1)
    if logarithmic and (values > 0).any():
        values = values[values > 0]
        low, high = float(values.min()), float(values.max())
        room = (math.log(high / low) * ROOM) or ROOM
        return Scale(first, last, low * math.exp(-room), high * math.exp(room), area, True)
    low, high = float(values.min()), float(values.max())
    room = (high - low) * ROOM or max(abs(high), 1.0) * ROOM
    return Scale(first, last, low - room, high + room, area)


def smoothed_lines(plot: Plot, weight: float) -> list[tuple[Floats, Floats]]:
    """Steps and smoothed values of each line; evaluations are few and stay as they are."""
    drawn = []
    for line in plot.lines:
        steps, values = arrays(line.series)
        drawn.append((steps, values if line.bold else smoothed(values, weight)))
    return drawn


def scale_of(
    plot: Plot, drawn: Sequence[tuple[Floats, Floats]], area: QRectF, *, logarithmic: bool
) -> Scale | None:
    """Scale of a plot with its intervals, its chance level and most values before smoothing."""
    ends = [value for line in plot.lines for value in (*line.low, *line.high)]
    if plot.chance is not None:
        ends.append(plot.chance)
    for line in plot.lines:
        values = arrays(line.series)[1]
        values = values[np.isfinite(values)]
        if not line.bold and values.size:  # what smoothing hides is in the picture, too
            ends += np.percentile(values, UNSMOOTHED).tolist()
    if area.width() < 1 or area.height() < 1:
        return None
    return make_scale(drawn, np.array(ends, dtype=np.float64), area, logarithmic=logarithmic)


def polygons(steps: Floats, values: Floats, scale: Scale) -> list[QPolygonF]:
    """Split a line at gaps; keep minimum and maximum per pixel column."""
    if not steps.size:
        return []
    xs = scale.area.left() + (steps - scale.first) / (scale.last - scale.first) * scale.area.width()
    if xs.size > 2 * scale.area.width():
        xs, values = _thinned(xs, values)
    ys = scale.ys(values)
    segments, line = [], QPolygonF()
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        if math.isfinite(y):
            line.append(QPointF(x, y))
        elif line:
            segments.append(line)
            line = QPolygonF()
    return [*segments, line] if line else segments


def _thinned(xs: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Reduce to minimum and maximum per pixel column; columns without a number are gaps."""
    columns = np.floor(xs).astype(np.int64)
    starts = np.flatnonzero(np.diff(columns, prepend=columns[0] - 1))
    there = np.isfinite(values)
    low = np.minimum.reduceat(np.where(there, values, np.inf), starts)
    high = np.maximum.reduceat(np.where(there, values, -np.inf), starts)
    pairs = np.stack([low, high], axis=1).ravel()
    return np.repeat(xs[starts], 2), np.where(np.isfinite(pairs), pairs, np.nan)


def ticks(low: float, high: float) -> list[float]:
    """About TICKS round numbers between low and high."""
    step = 10 ** math.floor(math.log10((high - low) / TICKS))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= TICKS)
    return [
        round(at * step, 10) for at in range(math.ceil(low / step), math.floor(high / step) + 1)
    ]


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


def value_at(series: tuple[Floats, Floats], step: float) -> tuple[float, float] | None:
    """Point of a line nearest to a step: (step, value); None without one."""
    steps, values = series
    there = np.flatnonzero(np.isfinite(values))
    if not there.size:
        return None
    nearest = there[int(np.argmin(np.abs(steps[there] - step)))]
    return float(steps[nearest]), float(values[nearest])
