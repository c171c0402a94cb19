"""Line plot of curves over steps: legend, axis titles, values under the pointer."""

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from curator.ui.theme import DARK, GRID, Roles, roles
from curator.ui.training.plot import (
    Floats,
    Line,
    Plot,
    Scale,
    arrays,
    log_ticks,
    make_scale,
    polygons,
    smoothed,
    ticks,
    value_at,
)
from curator.ui.wording import number

LEFT, RIGHT, TOP, BOTTOM = 9 * GRID, 2 * GRID, 6 * GRID, 6 * GRID
DOT = 3.0
SPAN_ALPHA, FAINT_ALPHA = 0.3, 0.35
FEW = 300
"""Upper bound of points drawn as a wide, antialiased line."""
NEAR_DOTS = 3
"""Dots need so many times their size of width each."""
COLOURS = {
    False: ("#1f5fa8", "#b45309", "#1b6e3c", "#9d2b6b", "#5c5f63", "#6d28d9", "#0f766e", "#a81e1e"),
    True: ("#7db4f0", "#f0b95a", "#7fd19b", "#f29bc9", "#a7adb3", "#c4a6f5", "#6fd3c9", "#ff9c94"),
}
"""Line colours of the light and the dark theme; contrast to the surface is at least 4.5."""
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)


class CurvesView(QWidget):
    """Plot of several lines; draws at most two points per pixel column and line."""

    def __init__(self) -> None:
        super().__init__()
        self._plot = Plot()
        self._drawn: list[tuple[Floats, Floats]] = []
        self._smoothing = 0.0
        self._logarithmic = False
        self.pointed: float | None = None
        self.setMinimumHeight(26 * GRID)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(80 * GRID, 40 * GRID)

    def show_plot(self, plot: Plot) -> None:
        """Show other or longer lines."""
        self._plot = plot
        self.setAccessibleName(plot.title)
        self.setAccessibleDescription(self._in_words())
        self._smooth()

    def set_smoothing(self, weight: float) -> None:
        """Set the weight of the moving average, 0 to below 1."""
        self._smoothing = weight
        self._smooth()

    def set_logarithmic(self, on: bool) -> None:
        """Set whether the values have a logarithmic axis."""
        self._logarithmic = on
        self.update()

    def _smooth(self) -> None:
        """Smooth the training lines; evaluations are few and stay as they are."""
        self._drawn = []
        for line in self._plot.lines:
            steps, values = arrays(line.series)
            self._drawn.append((steps, values if line.bold else smoothed(values, self._smoothing)))
        self.update()

    def _in_words(self) -> str:
        """Return the last and first value as text, for screen readers."""
        series = next((line.series for line in self._plot.lines if line.bold), None)
        if series is None or not series.steps:
            return self.tr("Not evaluated yet.")
        text = self.tr("%1 at step %2, %3 at step %4.")
        return (
            text.replace("%1", f"{series.values[-1]:.3f}")
            .replace("%2", number(series.steps[-1]))
            .replace("%3", f"{series.values[0]:.3f}")
            .replace("%4", number(series.steps[0]))
        )

    def values_at(self, step: float) -> list[tuple[str, float, float]]:
        """Name, step and value of each line, nearest to a step."""
        points = [
            (line.name, value_at(drawn, step))
            for line, drawn in zip(self._plot.lines, self._drawn, strict=True)
        ]
        return [(name, *point) for name, point in points if point is not None]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the values under the pointer."""
        scale = self._scale()
        inside = scale is not None and scale.area.contains(event.position())
        self.pointed = scale.step_at(event.position().x()) if scale and inside else None
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the values."""
        self.pointed = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move to the neighbouring evaluation; Home and End to the ends."""
        steps = sorted(
            {step for line in self._plot.lines if line.bold for step in line.series.steps}
        )
        key = event.key()
        if not steps or key not in (
            Qt.Key.Key_Left,
            Qt.Key.Key_Right,
            Qt.Key.Key_Home,
            Qt.Key.Key_End,
        ):
            super().keyPressEvent(event)
            return
        at = self.pointed
        after = next((step for step in steps if at is None or step > at), steps[-1])
        before = next((step for step in reversed(steps) if at is not None and step < at), steps[0])
        self.pointed = {
            Qt.Key.Key_Left: before,
            Qt.Key.Key_Right: after,
            Qt.Key.Key_Home: steps[0],
            Qt.Key.Key_End: steps[-1],
        }[Qt.Key(key)]
        said = [f"{name} {value:.3f}" for name, _, value in self.values_at(self.pointed)]
        text = self.tr("Step %1: %2").replace("%1", number(round(self.pointed)))
        self.setAccessibleDescription(text.replace("%2", ", ".join(said)))
        self.update()

    def _scale(self) -> Scale | None:
        area = QRectF(LEFT, TOP, self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM)
        ends = [value for line in self._plot.lines for value in (*line.low, *line.high)]
        if self._plot.chance is not None:
            ends.append(self._plot.chance)
        if area.width() < 1 or area.height() < 1:
            return None
        more = np.array(ends, dtype=np.float64)
        return make_scale(self._drawn, more, area, logarithmic=self._logarithmic)

    def colour(self, line: Line) -> QColor:
        """Colour of a line."""
        colours = COLOURS[roles(self) is DARK]
        return QColor(colours[line.colour % len(colours)])

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget."""
        colours = roles(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.surface))
        painter.setPen(QColor(colours.text))
        painter.drawText(GRID, 2 * GRID, self._plot.title)
        scale = self._scale()
        if scale is None:
            painter.setPen(QColor(colours.quiet))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("No steps yet"))
        else:
            self._draw_legend(painter, colours)
            self._draw_grid(painter, scale, colours)
            self._draw_levels(painter, scale, colours)
            painter.setClipRect(scale.area.adjusted(-DOT, -DOT, DOT, DOT))
            for line, drawn in zip(self._plot.lines, self._drawn, strict=True):
                self._draw_line(painter, scale, line, drawn)
            painter.setClipping(False)
            if self.pointed is not None:
                self._draw_pointed(painter, scale, colours)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _draw_legend(self, painter: QPainter, colours: Roles) -> None:
        metrics = QFontMetricsF(painter.font())
        x, y = float(GRID), 4 * GRID
        for line in self._plot.lines:
            width = 4 * GRID + metrics.horizontalAdvance(line.name)
            if x + width > self.width() - GRID:
                painter.setPen(QColor(colours.quiet))
                painter.drawText(QPointF(x, y + metrics.ascent() / 2 - 1), "…")
                break
            painter.setPen(_pen(self.colour(line), line))
            painter.drawLine(QPointF(x, y), QPointF(x + 2.5 * GRID, y))
            painter.setPen(QColor(colours.text))
            painter.drawText(QPointF(x + 3 * GRID, y + metrics.ascent() / 2 - 1), line.name)
            x += width + 2 * GRID

    def _draw_grid(self, painter: QPainter, scale: Scale, colours: Roles) -> None:
        area = scale.area
        values = log_ticks if scale.logarithmic else ticks
        for tick in values(scale.low, scale.high):
            y = scale.y(tick)
            painter.setPen(QColor(colours.hairline))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(colours.quiet))
            place = QRectF(2 * GRID, y - GRID, LEFT - 3 * GRID, 2 * GRID)
            painter.drawText(
                place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{tick:g}"
            )
        painter.setPen(QColor(colours.quiet))
        for tick in ticks(scale.first, scale.last):
            place = QRectF(scale.x(tick) - 4 * GRID, area.bottom() + 4, 8 * GRID, 2 * GRID)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, number(round(tick)))
        under = QRectF(area.left(), area.bottom() + 3 * GRID, area.width(), 2.5 * GRID)
        painter.drawText(under, Qt.AlignmentFlag.AlignCenter, self.tr("Step"))
        painter.save()
        painter.translate(2 * GRID, area.center().y())
        painter.rotate(-90)
        beside = QRectF(-area.height() / 2, -1.5 * GRID, area.height(), 2.5 * GRID)
        painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, self._plot.unit)
        painter.restore()

    def _draw_levels(self, painter: QPainter, scale: Scale, colours: Roles) -> None:
        """Draw the chance level and the best step."""
        area = scale.area
        if self._plot.chance is not None:
            y = scale.y(self._plot.chance)
            painter.setPen(QPen(QColor(colours.quiet), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            place = QRectF(area.right() - 14 * GRID, y - 2 * GRID, 14 * GRID, 2 * GRID)
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            painter.drawText(place, side, self.tr("chance"))
        best = self._plot.best
        if best is not None and scale.first <= best <= scale.last:
            x = scale.x(best)
            painter.setPen(QPen(QColor(colours.playhead), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            right = x + 14 * GRID < area.right()
            place = QRectF(x + 4 if right else x - 14 * GRID - 4, area.top(), 14 * GRID, 2 * GRID)
            align = Qt.AlignmentFlag.AlignLeft if right else Qt.AlignmentFlag.AlignRight
            painter.drawText(place, align, self.tr("best: %1").replace("%1", number(best)))

    def _draw_line(
        self, painter: QPainter, scale: Scale, line: Line, drawn: tuple[Floats, Floats]
    ) -> None:
        colour = self.colour(line)
        if not line.bold and self._smoothing:
            faint = QColor(colour)
            faint.setAlphaF(FAINT_ALPHA)
            painter.setPen(QPen(faint, 1))
            for polygon in polygons(*arrays(line.series), scale):
                painter.drawPolyline(polygon)
        span = QColor(colour)
        span.setAlphaF(SPAN_ALPHA)
        painter.setPen(QPen(span, 2 * DOT, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        for step, low, high in zip(line.series.steps, line.low, line.high, strict=False):
            if math.isfinite(low) and math.isfinite(high):
                x = scale.x(step)
                painter.drawLine(QPointF(x, scale.y(low)), QPointF(x, scale.y(high)))
        steps, values = drawn
        # Wide smooth strokes of a line that turns at every pixel take a tenth of a second.
        dense = steps.size > FEW
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not dense)
        pen = _pen(colour, line)
        painter.setPen(QPen(colour, 1) if dense else pen)
        for polygon in polygons(steps, values, scale):
            painter.drawPolyline(polygon)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if line.bold and steps.size <= scale.area.width() / (NEAR_DOTS * DOT):
            painter.setPen(QPen(colour, 1))
            painter.setBrush(colour)
            for x, y in zip(steps, scale.ys(values), strict=True):
                if math.isfinite(y):
                    painter.drawEllipse(QPointF(scale.x(x), y), DOT, DOT)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_pointed(self, painter: QPainter, scale: Scale, colours: Roles) -> None:
        """Draw the values at the pointer, in a box beside it."""
        assert self.pointed is not None
        points = self.values_at(self.pointed)
        if not points:
            return
        x = scale.x(self.pointed)
        painter.setPen(QPen(QColor(colours.quiet), 1))
        painter.drawLine(QPointF(x, scale.area.top()), QPointF(x, scale.area.bottom()))
        texts = [
            self.tr("%1: %2 (step %3)")
            .replace("%1", name)
            .replace("%2", f"{value:.4g}")
            .replace("%3", number(round(step)))
            for name, step, value in points
        ]
        metrics = QFontMetricsF(painter.font())
        width = max(metrics.horizontalAdvance(text) for text in texts) + 4 * GRID
        height = len(texts) * metrics.height() + GRID
        left = x + GRID if x + GRID + width < self.width() else x - GRID - width
        box = QRectF(left, scale.area.top() + GRID, width, height)
        painter.setPen(QColor(colours.edge))
        painter.setBrush(QColor(colours.raised))
        painter.drawRect(box)
        by_name = {line.name: line for line in self._plot.lines}
        for row, ((name, _, _), text) in enumerate(zip(points, texts, strict=True)):
            y = box.top() + GRID / 2 + row * metrics.height() + metrics.ascent()
            painter.fillRect(QRectF(left + GRID, y - GRID, GRID, GRID), self.colour(by_name[name]))
            painter.setPen(QColor(colours.text))
            painter.drawText(QPointF(left + 3 * GRID, y), text)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _pen(colour: QColor, line: Line) -> QPen:
    """Pen of a line; lines of the second round of colours are dashed."""
    style = STYLES[line.colour // len(COLOURS[False]) % len(STYLES)]
    return QPen(colour, 2 if line.bold else 1, style)
