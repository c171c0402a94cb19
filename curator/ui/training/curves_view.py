"""Plot of a loss over steps: training faint, evaluation bold, chance level dotted."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from curator.ui.theme import GRID, Roles, roles
from curator.ui.training.run_record import Series
from curator.ui.wording import number

LEFT, RIGHT, TOP, BOTTOM = 7 * GRID, 2 * GRID, 3 * GRID, 3 * GRID
TICKS = 5
ROOM = 0.08  # of the height, above and below the lines
DOT = 3.0
SPAN_ALPHA = 0.3
FEW = 300
"""Upper bound of points drawn as a wide, antialiased line."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shown:
    """What is drawn. best: a step, None for none. chance: a level, None where it is not known.

    low, high: of each evaluation, where its value may as well lie; empty where nobody says.
    """

    title: str
    training: Series
    evaluation: Series
    best: int | None = None
    chance: float | None = None
    low: Sequence[float] = ()
    high: Sequence[float] = ()


class CurvesView(QWidget):
    """Plot of one loss; draws at most two points per pixel column."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = Shown("", Series(), Series())
        self.setMinimumHeight(20 * GRID)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(80 * GRID, 36 * GRID)

    def show_series(self, shown: Shown) -> None:
        """Show another or a longer series."""
        self._shown = shown
        self.setAccessibleName(shown.title)
        self.setAccessibleDescription(self._in_words())
        self.update()

    def _in_words(self) -> str:
        """Return the last and first value as text, for screen readers."""
        evaluation = self._shown.evaluation
        if not evaluation.steps:
            return self.tr("Not evaluated yet.")
        text = self.tr("%1 at step %2, %3 at step %4.")
        last, first = evaluation.values[-1], evaluation.values[0]
        return (
            text.replace("%1", f"{last:.3f}")
            .replace("%2", number(evaluation.steps[-1]))
            .replace("%3", f"{first:.3f}")
            .replace("%4", number(evaluation.steps[0]))
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget."""
        colours = roles(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.surface))
        painter.setPen(QColor(colours.quiet))
        painter.drawText(LEFT, 2 * GRID, self._shown.title)
        area = QRectF(LEFT, TOP, self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM)
        lines = [_arrays(each) for each in (self._shown.training, self._shown.evaluation)]
        ends = np.array([*self._shown.low, *self._shown.high], dtype=np.float64)
        scale = _scale(lines, self._shown.chance, ends, area)
        if scale is None or area.width() < 1 or area.height() < 1:
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.tr("No steps yet"))
        else:
            self._grid(painter, scale, colours)
            self._draw(painter, scale, colours, lines)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _grid(self, painter: QPainter, scale: "Scale", colours: Roles) -> None:
        area = scale.area
        for tick in _ticks(scale.low, scale.high):
            y = scale.y(tick)
            painter.setPen(QColor(colours.hairline))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(colours.quiet))
            place = QRectF(0, y - GRID, LEFT - GRID, 2 * GRID)
            painter.drawText(
                place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{tick:g}"
            )
        for tick in _ticks(scale.first, scale.last):
            place = QRectF(scale.x(tick) - 4 * GRID, area.bottom() + 4, 8 * GRID, 2 * GRID)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, number(round(tick)))

    def _draw(
        self,
        painter: QPainter,
        scale: "Scale",
        colours: Roles,
        lines: list[tuple[Floats, Floats]],
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = scale.area
        if self._shown.chance is not None:
            y = scale.y(self._shown.chance)
            painter.setPen(QPen(QColor(colours.quiet), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.drawText(
                QRectF(area.right() - 10 * GRID, y - 2 * GRID, 10 * GRID, 2 * GRID),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom,
                self.tr("chance"),
            )
        if self._shown.best is not None and scale.first <= self._shown.best <= scale.last:
            x = scale.x(self._shown.best)
            painter.setPen(QPen(QColor(colours.playhead), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            right = x + 10 * GRID < area.right()
            place = QRectF(x + 4 if right else x - 10 * GRID - 4, area.top(), 10 * GRID, 2 * GRID)
            side = Qt.AlignmentFlag.AlignLeft if right else Qt.AlignmentFlag.AlignRight
            painter.drawText(
                place, side, self.tr("best: %1").replace("%1", number(self._shown.best))
            )
        self._spans(painter, scale, colours)
        for (steps, values), colour in zip(
            lines, (colours.wave_quiet, colours.accent), strict=True
        ):
            # Wide smooth strokes of a line that turns at every pixel take a tenth of a second.
            dense = steps.size > FEW
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, not dense)
            painter.setPen(QPen(QColor(colour), 1 if dense else 2))
            for line in polygons(steps, values, scale):
                painter.drawPolyline(line)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(colours.accent))
        if lines[1][0].size <= area.width() / (3 * DOT):
            for x, y in zip(*lines[1], strict=True):
                if math.isfinite(y):
                    painter.drawEllipse(QPointF(scale.x(x), scale.y(y)), DOT, DOT)

    def _spans(self, painter: QPainter, scale: "Scale", colours: Roles) -> None:
        """Draw confidence intervals as vertical bars."""
        colour = QColor(colours.accent)
        colour.setAlphaF(SPAN_ALPHA)
        painter.setPen(QPen(colour, 2 * DOT, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        shown = self._shown
        for step, low, high in zip(shown.evaluation.steps, shown.low, shown.high, strict=False):
            if math.isfinite(low) and math.isfinite(high):
                x = scale.x(step)
                painter.drawLine(QPointF(x, scale.y(low)), QPointF(x, scale.y(high)))


@dataclass(frozen=True, slots=True)
class Scale:
    """Mapping of steps and values to pixels."""

    first: float
    last: float
    low: float
    high: float
    area: QRectF

    def x(self, step: float) -> float:
        """x coordinate of a step."""
        return self.area.left() + (step - self.first) / (self.last - self.first) * self.area.width()

    def y(self, value: float) -> float:
        """y coordinate of a value."""
        return self.area.bottom() - (value - self.low) / (self.high - self.low) * self.area.height()


def _arrays(series: Series) -> tuple[Floats, Floats]:
    return np.array(series.steps, dtype=np.float64), np.array(series.values, dtype=np.float64)


def _scale(
    lines: list[tuple[Floats, Floats]], chance: float | None, ends: Floats, area: QRectF
) -> Scale | None:
    steps = np.concatenate([each for each, _ in lines])
    values = np.concatenate([*(each for _, each in lines), ends])
    values = values[np.isfinite(values)]
    if not values.size:
        return None
    low, high = float(values.min()), float(values.max())
    if chance is not None:
        low, high = min(low, chance), max(high, chance)
    room = (high - low) * ROOM or max(abs(high), 1.0) * ROOM
    first = float(steps.min())
    return Scale(first, max(float(steps.max()), first + 1), low - room, high + room, area)


def polygons(steps: Floats, values: Floats, scale: Scale) -> list[QPolygonF]:
    """Split a line at gaps; keep minimum and maximum per pixel column."""
    if not steps.size:
        return []
    xs = scale.area.left() + (steps - scale.first) / (scale.last - scale.first) * scale.area.width()
    if xs.size > 2 * scale.area.width():
        xs, values = _thinned(xs, values)
    ys = scale.area.bottom() - (values - scale.low) / (scale.high - scale.low) * scale.area.height()
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


def _ticks(low: float, high: float) -> list[float]:
    """Return about TICKS round numbers between low and high."""
    step = 10 ** math.floor(math.log10((high - low) / TICKS))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= TICKS)
    return [
        round(at * step, 10) for at in range(math.ceil(low / step), math.floor(high / step) + 1)
    ]
