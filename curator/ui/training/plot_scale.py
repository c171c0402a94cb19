"""Mapping of places and values to pixels, fitted to the lines of a plot."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPolygonF

from curator.ui.training.plot import Plot
from curator.ui.training.plot_zoom import PlotZoom
from curator.ui.training.x_axis import Floats

ROOM = 0.08  # of the height, above and below the lines
FARTHEST = 1000
"""Heights of the area up to which lines are drawn beyond it; Qt cannot draw to any number."""
LEAST_VALUES = 1e-3
"""Smallest shown range of values, of their size; the numbers of the axis have six digits."""
TINY = 1e-12
"""Smallest one around 0."""
UNSMOOTHED = (0.5, 99.5)
"""Percentiles of the values before smoothing that the scale has room for."""


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
        levels = self.levels
        if self.logarithmic:
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.log(values)
        shares = (values - levels.first) / (levels.last - levels.first)
        shares[np.isfinite(shares)] = np.clip(shares[np.isfinite(shares)], -FARTHEST, FARTHEST)
        return self.area.bottom() - shares * self.area.height()

    def step_at(self, x: float) -> float:
        """Place at an x coordinate."""
        return self.first + (x - self.area.left()) / self.area.width() * (self.last - self.first)

    @property
    def levels(self) -> PlotZoom:
        """Shown range of values; of their logarithms on a logarithmic axis."""
        return PlotZoom(self.level(self.low), self.level(self.high))

    def level(self, value: float) -> float:
        """Value, or its logarithm on a logarithmic axis: what is proportional to the height."""
        return math.log(value) if self.logarithmic else value

    def level_at(self, y: float) -> float:
        """Level at a y coordinate."""
        levels = self.levels
        share = (self.area.bottom() - y) / self.area.height()
        return levels.first + share * (levels.last - levels.first)

    def values_of(self, levels: PlotZoom) -> PlotZoom:
        """Range of values of a range of levels."""
        if not self.logarithmic:
            return levels
        return PlotZoom(math.exp(levels.first), math.exp(levels.last))

    def least_levels(self, levels: PlotZoom) -> float:
        """Smallest width of a range of levels there that can be shown."""
        if self.logarithmic:
            return LEAST_VALUES
        return max(LEAST_VALUES * max(abs(levels.first), abs(levels.last)), TINY)


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


def scale_of(
    plot: Plot,
    drawn: Sequence[tuple[Floats, Floats]],
    area: QRectF,
    *,
    logarithmic: bool,
    zoom: PlotZoom | None = None,
    value_zoom: PlotZoom | None = None,
) -> Scale | None:
    """Scale of a plot with its intervals, its chance level and most values before smoothing.

    zoom: range of places that is shown; the values fit the lines in it.
    value_zoom: range of values that is shown instead, unless a logarithmic axis does not have it.
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
        scale = make_scale(drawn, more, area, logarithmic=logarithmic)
    if scale is None or value_zoom is None or (scale.logarithmic and value_zoom.first <= 0):
        return scale
    return replace(scale, low=value_zoom.first, high=value_zoom.last)


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
