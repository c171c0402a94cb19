"""Data of a plot, smoothing, and the mapping of values to pixels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPolygonF

from curator.ui.training.plot_zoom import PlotZoom
from curator.ui.training.run_record import Series
from curator.ui.training.x_axis import Floats, XAxis, ticks

ROOM = 0.08  # of the height, above and below the lines
BLOCK = 64
"""Values that are smoothed by one matrix product."""
UNSMOOTHED = (0.5, 99.5)
"""Percentiles of the values before smoothing that the scale has room for."""


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


@dataclass(frozen=True, slots=True)
class Scale:
    """Mapping of places and values to pixels. logarithmic: of the values; low and high are > 0."""

    first: float
    last: float
    low: float
    high: float
    area: QRectF
    logarithmic: bool = False

    def x(self, step: float) -> float:
        """x coordinate of a place."""
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
        """Place at an x coordinate."""
        return self.first + (x - self.area.left()) / self.area.width() * (self.last - self.first)


def make_scale(
    lines: Sequence[tuple[Floats, Floats]],
    more: Floats,
    area: QRectF,
    *,
    logarithmic: bool,
    zoom: PlotZoom | None = None,
) -> Scale | None:
    """Scale that shows all lines and the values ``more``; None if there is nothing to show.

    zoom: range of places; the values then fit the points in it, without ``more``.
    """
    if not lines:
        return None
    places = np.concatenate([places for places, _ in lines])
    known = [places, np.concatenate([values for _, values in lines])]
    if zoom is not None:
        inside = [_shown(line, zoom) for line in lines]
        known[1], more = np.concatenate(inside), np.zeros(0)
    values = np.concatenate([known[1], more])
    values = values[np.isfinite(values)]
    if not (places.size and values.size):
        return None
    first = float(places.min())
    last = float(places.max())
    last = last if last > first else first + 1
    if zoom is not None:
        first, last = zoom.first, zoom.last
    if logarithmic and (values > 0).any():
        values = values[values > 0]
        low, high = float(values.min()), float(values.max())
        room = (math.log(high / low) * ROOM) or ROOM
        return Scale(first, last, low * math.exp(-room), high * math.exp(room), area, True)
    low, high = float(values.min()), float(values.max())
    room = (high - low) * ROOM or (abs(high) or 1.0) * ROOM
    return Scale(first, last, low - room, high + room, area)


def _shown(line: tuple[Floats, Floats], zoom: PlotZoom) -> Floats:
    """Values of a line in a range, with those at its ends."""
    places, values = line
    there = np.isfinite(values)
    places, values = places[there], values[there]
    if not places.size or zoom.last < places[0] or zoom.first > places[-1]:
        return np.zeros(0)
    ends = np.interp([max(zoom.first, places[0]), min(zoom.last, places[-1])], places, values)
    return np.concatenate([values[(places >= zoom.first) & (places <= zoom.last)], ends])


def smoothed_lines(plot: Plot, weight: float) -> list[tuple[Floats, Floats]]:
    """Places and smoothed values of each line; evaluations are few and stay as they are."""
    drawn = []
    for line in plot.lines:
        places, values = line.points
        drawn.append((places, values if line.bold else smoothed(values, weight)))
    return drawn


def scale_of(
    plot: Plot,
    drawn: Sequence[tuple[Floats, Floats]],
    area: QRectF,
    *,
    logarithmic: bool,
    zoom: PlotZoom | None = None,
) -> Scale | None:
    """Scale of a plot with its intervals, its chance level and most values before smoothing.

    zoom: range of places that is shown; the values fit the lines in it.
    """
    ends = [value for line in plot.lines for value in (*line.low, *line.high)]
    if plot.chance is not None:
        ends.append(plot.chance)
    for line in plot.lines:
        values = line.points[1]
        values = values[np.isfinite(values)]
        if not line.bold and values.size:  # what smoothing hides is in the picture, too
            ends += np.percentile(values, UNSMOOTHED).tolist()
    if area.width() < 1 or area.height() < 1:
        return None
    more = np.array(ends, dtype=np.float64)
    scale = make_scale(drawn, more, area, logarithmic=logarithmic, zoom=zoom)
    if scale is None and zoom is not None:  # nothing is in the range
        return make_scale(drawn, more, area, logarithmic=logarithmic)
    return scale


def polygons(steps: Floats, values: Floats, scale: Scale) -> list[QPolygonF]:
    """Split the shown part of a line at gaps; keep minimum and maximum per pixel column."""
    inside = np.flatnonzero((steps >= scale.first) & (steps <= scale.last))
    if inside.size:
        part = slice(max(0, inside[0] - 1), inside[-1] + 2)
    else:  # between two points, or beside all
        after = int(np.searchsorted(steps, scale.first))
        part = slice(max(0, after - 1), after + 1)
    steps, values = steps[part], values[part]
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
