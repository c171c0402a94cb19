"""Painting of a line plot: legend, grid, lines, levels and the values under the pointer."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from curator.ui.theme import DARK, GRID, roles
from curator.ui.training.plot import Plot, PlotLine, log_ticks, value_at
from curator.ui.training.plot_scale import Scale, polygons
from curator.ui.training.x_axis import TITLES, Floats, point_text, ticks, x_text, x_ticks
from curator.ui.wording import translated

LEFT, RIGHT, TOP, BOTTOM = 9 * GRID, 2 * GRID, 6 * GRID, 6 * GRID
LEGEND_ROW, LEGEND_ROWS = 2 * GRID, 3
"""Height of a row of the legend, and the upper bound of rows."""
TICK_ROOM = 10 * GRID
"""Least distance between the numbers of the horizontal axis."""
DOT = 3.0
SPAN_ALPHA, FAINT_ALPHA, SELECTED_ALPHA = 0.3, 0.35, 0.15
FEW = 300
"""Upper bound of points drawn as a wide, antialiased line."""
NEAR_DOTS = 3
"""Dots need so many times their size of width each."""
COLOURS = {
    False: ("#1f5fa8", "#b45309", "#1b6e3c", "#9d2b6b", "#5c5f63", "#6d28d9", "#0f766e", "#a81e1e"),
    True: ("#7db4f0", "#f0b95a", "#7fd19b", "#f29bc9", "#a7adb3", "#c4a6f5", "#6fd3c9", "#ff9c94"),
}
"""PlotLine colours of the light and the dark theme; contrast to the surface is at least 4.5."""
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)


def lines_in_legend(plot: Plot, drawn: Sequence[tuple[Floats, Floats]]) -> list[PlotLine]:
    """Lines that have points."""
    return [line for line, (steps, _) in zip(plot.lines, drawn, strict=True) if steps.size]


def legend_places(names: Sequence[str], metrics: QFontMetricsF, width: float) -> list[QPointF]:
    """Left ends of the legend's lines, in rows; fewer than names if they need too many rows."""
    places: list[QPointF] = []
    x, y = float(GRID), 4.0 * GRID
    for name in names:
        needed = 3 * GRID + metrics.horizontalAdvance(name)
        if x > GRID and x + needed > width - 3 * GRID:
            x, y = float(GRID), y + LEGEND_ROW
        if y > 4 * GRID + (LEGEND_ROWS - 1) * LEGEND_ROW:
            break
        places.append(QPointF(x, y))
        x += needed + 2 * GRID
    return places


def top_of(plot: Plot, drawn: Sequence[tuple[Floats, Floats]], widget: QWidget) -> float:
    """Height above the area of the lines: title and legend."""
    names = [line.name for line in lines_in_legend(plot, drawn)]
    places = legend_places(names, QFontMetricsF(widget.font()), widget.width())
    return places[-1].y() + 2 * GRID if places else TOP


class PlotPainter:
    """Paints a plot. drawn: steps and smoothed values of its lines."""

    def __init__(
        self, painter: QPainter, widget: QWidget, plot: Plot, drawn: Sequence[tuple[Floats, Floats]]
    ) -> None:
        self._painter, self._widget, self._plot, self._drawn = painter, widget, plot, drawn
        self._colours = roles(widget)
        self._smoothing = 0.0

    def paint(
        self,
        scale: Scale | None,
        *,
        smoothing: float,
        pointed: float | None,
        dragged: QRectF | None = None,
    ) -> None:
        """Paint everything. scale: None without values. pointed: place under the pointer.

        dragged: part that is being selected, in pixels.
        """
        painter, colours, widget = self._painter, self._colours, self._widget
        self._smoothing = smoothing
        painter.fillRect(widget.rect(), QColor(colours.surface))
        painter.setPen(QColor(colours.text))
        painter.drawText(GRID, 2 * GRID, self._plot.title)
        if scale is None:
            painter.setPen(QColor(colours.quiet))
            painter.drawText(widget.rect(), Qt.AlignmentFlag.AlignCenter, self._tr("No steps yet"))
        else:
            self._draw_legend()
            self._draw_grid(scale)
            self._draw_levels(scale)
            painter.setClipRect(scale.area.adjusted(-DOT, -DOT, DOT, DOT))
            for line, drawn in zip(self._plot.lines, self._drawn, strict=True):
                self._draw_line(scale, line, drawn)
            painter.setClipping(False)
            if dragged is not None:
                self._draw_dragged(dragged)
            elif pointed is not None:
                self._draw_pointed(scale, pointed)
        if widget.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(widget.rect().adjusted(1, 1, -1, -1))

    def _tr(self, text: str) -> str:
        return QCoreApplication.translate("CurvesView", text)

    def _colour(self, line: PlotLine) -> QColor:
        colours = COLOURS[self._colours is DARK]
        return QColor(colours[line.colour % len(colours)])

    def _values_at(self, step: float) -> list[tuple[PlotLine, float, float]]:
        """Lines with their point nearest to a step."""
        points = [
            (line, value_at(drawn, step))
            for line, drawn in zip(self._plot.lines, self._drawn, strict=True)
        ]
        return [(line, *point) for line, point in points if point is not None]

    def _draw_legend(self) -> None:
        painter, metrics = self._painter, QFontMetricsF(self._painter.font())
        lines = lines_in_legend(self._plot, self._drawn)
        places = legend_places([line.name for line in lines], metrics, self._widget.width())
        down = QPointF(0, metrics.ascent() / 2 - 1)
        for line, place in zip(lines, places, strict=False):
            painter.setPen(_pen(self._colour(line), line))
            painter.drawLine(place, place + QPointF(2.5 * GRID, 0))
            painter.setPen(QColor(self._colours.text))
            painter.drawText(place + QPointF(3 * GRID, 0) + down, line.name)
        if len(places) < len(lines):
            painter.setPen(QColor(self._colours.quiet))
            painter.drawText(QPointF(self._widget.width() - 2 * GRID, 4 * GRID) + down, "…")

    def _draw_grid(self, scale: Scale) -> None:
        area = scale.area
        values = log_ticks if scale.logarithmic else ticks
        for tick in values(scale.low, scale.high):
            y = scale.y(tick)
            self._painter.setPen(QColor(self._colours.hairline))
            self._painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            self._painter.setPen(QColor(self._colours.quiet))
            place = QRectF(2 * GRID, y - GRID, LEFT - 3 * GRID, 2 * GRID)
            self._painter.drawText(
                place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{tick:g}"
            )
        self._painter.setPen(QColor(self._colours.quiet))
        axis = self._plot.axis
        most = max(2, int(area.width() / TICK_ROOM))
        for tick in x_ticks(axis, scale.first, scale.last, most):
            place = QRectF(scale.x(tick) - 4 * GRID, area.bottom() + 4, 8 * GRID, 2 * GRID)
            self._painter.drawText(place, Qt.AlignmentFlag.AlignCenter, x_text(axis, tick))
        under = QRectF(area.left(), area.bottom() + 3 * GRID, area.width(), 2.5 * GRID)
        title = translated("Training", TITLES[axis])
        self._painter.drawText(under, Qt.AlignmentFlag.AlignCenter, title)
        self._painter.save()
        self._painter.translate(2 * GRID, area.center().y())
        self._painter.rotate(-90)
        beside = QRectF(-area.height() / 2, -1.5 * GRID, area.height(), 2.5 * GRID)
        self._painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, self._plot.unit)
        self._painter.restore()

    def _draw_levels(self, scale: Scale) -> None:
        """Draw the chance level and the best step."""
        area = scale.area
        chance = self._plot.chance
        if chance is not None and scale.low <= chance <= scale.high:
            y = scale.y(chance)
            self._painter.setPen(QPen(QColor(self._colours.quiet), 1, Qt.PenStyle.DotLine))
            self._painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            place = QRectF(area.right() - 14 * GRID, y - 2 * GRID, 14 * GRID, 2 * GRID)
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            self._painter.drawText(place, side, self._tr("chance"))
        best = self._plot.best
        if best is not None and scale.first <= best <= scale.last:
            x = scale.x(best)
            self._painter.setPen(QPen(QColor(self._colours.playhead), 1, Qt.PenStyle.DashLine))
            self._painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            right = x + 14 * GRID < area.right()
            left, top = x + 4 if right else x - 14 * GRID - 4, area.top()
            if chance is not None and scale.y(chance) < top + 4 * GRID:
                top = max(top, scale.y(chance) + 2)  # below the text of the level
            place = QRectF(left, top, 14 * GRID, 2 * GRID)
            align = Qt.AlignmentFlag.AlignLeft if right else Qt.AlignmentFlag.AlignRight
            self._painter.drawText(
                place, align, self._tr("best: %1").replace("%1", x_text(self._plot.axis, best))
            )

    def _draw_line(self, scale: Scale, line: PlotLine, drawn: tuple[Floats, Floats]) -> None:
        colour = self._colour(line)
        if not line.bold and self._smoothing:
            faint = QColor(colour)
            faint.setAlphaF(FAINT_ALPHA)
            self._painter.setPen(QPen(faint, 1))
            for polygon in polygons(*line.points, scale):
                self._painter.drawPolyline(polygon)
        span = QColor(colour)
        span.setAlphaF(SPAN_ALPHA)
        self._painter.setPen(QPen(span, 2 * DOT, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        for place, low, high in zip(line.places, line.low, line.high, strict=False):
            if math.isfinite(low) and math.isfinite(high):
                x = scale.x(place)
                self._painter.drawLine(QPointF(x, scale.y(low)), QPointF(x, scale.y(high)))
        steps, values = drawn
        # Wide smooth strokes of a line that turns at every pixel take a tenth of a second.
        dense = steps.size > FEW
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing, not dense)
        pen = _pen(colour, line)
        self._painter.setPen(QPen(colour, 1, pen.style()) if dense else pen)
        for polygon in polygons(steps, values, scale):
            self._painter.drawPolyline(polygon)
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if line.bold and steps.size <= scale.area.width() / (NEAR_DOTS * DOT):
            self._painter.setPen(QPen(colour, 1))
            self._painter.setBrush(colour)
            for x, y in zip(steps, scale.ys(values), strict=True):
                if math.isfinite(y):
                    self._painter.drawEllipse(QPointF(scale.x(x), y), DOT, DOT)
            self._painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_dragged(self, dragged: QRectF) -> None:
        """Shade the part that a release zooms to."""
        shade = QColor(self._colours.accent)
        shade.setAlphaF(SELECTED_ALPHA)
        self._painter.fillRect(dragged, shade)
        self._painter.setPen(QPen(QColor(self._colours.accent), 1))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRect(dragged)

    def _draw_pointed(self, scale: Scale, pointed: float) -> None:
        """Draw the values at the pointer, in a box beside it."""
        points = self._values_at(pointed)
        if not points:
            return
        x = scale.x(pointed)
        self._painter.setPen(QPen(QColor(self._colours.quiet), 1))
        self._painter.drawLine(QPointF(x, scale.area.top()), QPointF(x, scale.area.bottom()))
        texts = [
            self._tr("%1: %2 (%3)")
            .replace("%1", line.name)
            .replace("%2", f"{value:.4g}")
            .replace("%3", point_text(self._plot.axis, step))
            for line, step, value in points
        ]
        metrics = QFontMetricsF(self._painter.font())
        width = max(metrics.horizontalAdvance(text) for text in texts) + 4 * GRID
        height = len(texts) * metrics.height() + GRID
        left = x + GRID if x + GRID + width < self._widget.width() else x - GRID - width
        box = QRectF(left, scale.area.top() + GRID, width, height)
        self._painter.setPen(QColor(self._colours.edge))
        self._painter.setBrush(QColor(self._colours.raised))
        self._painter.drawRect(box)
        for row, ((line, _, _), text) in enumerate(zip(points, texts, strict=True)):
            y = box.top() + GRID / 2 + row * metrics.height() + metrics.ascent()
            self._painter.fillRect(QRectF(left + GRID, y - GRID, GRID, GRID), self._colour(line))
            self._painter.setPen(QColor(self._colours.text))
            self._painter.drawText(QPointF(left + 3 * GRID, y), text)
        self._painter.setBrush(Qt.BrushStyle.NoBrush)


def _pen(colour: QColor, line: PlotLine) -> QPen:
    """Pen of a line; lines of the second round of colours are dashed."""
    style = STYLES[(line.style + line.colour // len(COLOURS[False])) % len(STYLES)]
    return QPen(colour, 2 if line.bold else 1, style)
