"""Small plots of all curves of a run beside the large one; a click shows one of them large."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QSizePolicy, QWidget

from curator.ui.plain_text import tool_tip
from curator.ui.theme import DARK, GRID, roles
from curator.ui.training.plot import Plot, smoothed_lines, value_at
from curator.ui.training.plot_painter import COLOURS, STYLES
from curator.ui.training.plot_scale import Scale, polygons, scale_of
from curator.ui.training.plot_zoom import PlotZoom
from curator.ui.training.x_axis import Floats

WIDTH, HEIGHT = 22 * GRID, 11 * GRID
GAP = GRID
SCROLL_BAR = 2 * GRID
FONT_SHARE = 0.9
"""Size of the letters of a small plot, of those of the window."""


class SmallPlot(QWidget):
    """Title, lines and newest value of a plot, without axes."""

    chosen = Signal(str)  # the key of its curve
    step_pointed = Signal(object)  # step under the pointer, None without one

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self.is_current = False
        self._plot = Plot()
        self._smoothing = 0.0
        self._smoothed: list[tuple[Floats, Floats]] | None = None
        self._pointed: float | None = None
        self._logarithmic = False
        self._zoom: PlotZoom | None = None
        self.setFixedSize(WIDTH, HEIGHT)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_plot(self, plot: Plot, *, smoothing: float, logarithmic: bool) -> None:
        """Show other or longer lines. smoothing: weight of the moving average."""
        self._plot = replace(plot, chance=None)  # it would take the height of the lines
        self._logarithmic = logarithmic
        self._smoothing, self._smoothed = smoothing, None
        self.setAccessibleName(plot.title)
        self.setToolTip(tool_tip(plot.title))
        self.update()

    def point_at(self, step: float | None) -> None:
        """Show the value at a step, None for the newest."""
        self._pointed = step
        self.update()

    @property
    def _drawn(self) -> list[tuple[Floats, Floats]]:
        """Places and smoothed values of the lines, computed when the plot is first seen."""
        if self._smoothed is None:
            self._smoothed = smoothed_lines(self._plot, self._smoothing)
        return self._smoothed

    def set_zoom(self, zoom: PlotZoom | None) -> None:
        """Show this range of the axis, None for all."""
        self._zoom = zoom
        self.update()

    @property
    def value(self) -> float | None:
        """Value of the main line at the pointed place, else the newest one; None without any."""
        lines = [
            (not line.bold, drawn)
            for line, drawn in zip(self._plot.lines, self._drawn, strict=True)
            if drawn[0].size
        ]
        if not lines:
            return None
        main = min(lines, key=lambda line: line[0])[1]
        at = float(main[0][-1]) if self._pointed is None else self._pointed
        point = value_at(main, at)
        return point[1] if point is not None else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """See QWidget."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.chosen.emit(self.key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the values of all plots at the step under the pointer."""
        scale = self._scale()
        if scale is not None:
            step = scale.step_at(event.position().x())
            self.step_pointed.emit(min(max(step, scale.first), scale.last))

    def leaveEvent(self, event: QEvent) -> None:
        """Show the newest values again."""
        self.step_pointed.emit(None)

    def _scale(self) -> Scale | None:
        top = 2.5 * GRID
        area = QRectF(GRID, top, self.width() - 2 * GRID, self.height() - top - GRID)
        return scale_of(
            self._plot, self._drawn, area, logarithmic=self._logarithmic, zoom=self._zoom
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget."""
        with QPainter(self) as painter:
            colours = roles(self)
            painter.fillRect(self.rect(), QColor(colours.surface))
            scale = self._scale()
            if scale is not None:
                self._draw_lines(painter, scale)
            self._draw_texts(painter)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            edge = colours.accent if self.is_current else colours.hairline
            painter.setPen(QPen(QColor(edge), 2 if self.is_current else 1))
            inset = int(self.is_current)
            painter.drawRect(self.rect().adjusted(inset, inset, -1, -1))

    def _draw_texts(self, painter: QPainter) -> None:
        colours, font = roles(self), painter.font()
        font.setPointSizeF(font.pointSizeF() * FONT_SHARE)
        painter.setFont(font)
        row = QRectF(GRID, GRID / 2, self.width() - 2 * GRID, 2 * GRID)
        value = "" if self.value is None else f"{self.value:.3g}"
        painter.setPen(QColor(colours.text))
        painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)
        metrics = painter.fontMetrics()
        room = int(row.width()) - metrics.horizontalAdvance(value) - GRID
        title = metrics.elidedText(
            self._plot.short or self._plot.title, Qt.TextElideMode.ElideRight, room
        )
        painter.setPen(QColor(colours.quiet))
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)

    def _draw_lines(self, painter: QPainter, scale: Scale) -> None:
        look = COLOURS[roles(self) is DARK]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(scale.area.adjusted(-1, -1, 1, 1))
        for line, (steps, values) in zip(self._plot.lines, self._drawn, strict=True):
            colour, width = QColor(look[line.colour % len(look)]), 1.6 if line.bold else 0.8
            painter.setPen(QPen(colour, width, STYLES[line.style % len(STYLES)]))
            for polygon in polygons(steps, values, scale):
                painter.drawPolyline(polygon)
        painter.setClipping(False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        if self._pointed is not None and scale.first <= self._pointed <= scale.last:
            x, area = scale.x(self._pointed), scale.area
            painter.setPen(QPen(QColor(roles(self).quiet), 1))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))


class CurvesStrip(QScrollArea):
    """Columns of small plots, which scroll; all show the step under the pointer."""

    chosen = Signal(str)  # the key of a curve
    step_pointed = Signal(object)  # step under the pointer, None without one

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plots: list[SmallPlot] = []
        self._columns = 1
        self._zoom: PlotZoom | None = None
        inside = QWidget()
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys are those of the box of curves
        self.setAccessibleName(self.tr("All curves"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)

    def sizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(self._columns * (WIDTH + GAP) + SCROLL_BAR, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(self.sizeHint().width(), HEIGHT)

    def set_columns(self, columns: int) -> None:
        """Set the number of columns."""
        if columns != self._columns:
            self._columns = columns
            self._arrange()
            self.updateGeometry()

    def show_plots(
        self,
        plots: Sequence[tuple[str, Plot]],
        current: str,
        *,
        smoothing: float,
        logarithmic: bool,
    ) -> None:
        """Show these plots by key. current: key of the one that is shown large."""
        keys = [key for key, _ in plots]
        if [plot.key for plot in self.plots] != keys:
            self._make(keys)
        for small, (_, plot) in zip(self.plots, plots, strict=True):
            small.is_current = small.key == current
            small.show_plot(plot, smoothing=smoothing, logarithmic=logarithmic)

    def point_at(self, step: float | None) -> None:
        """Show the values at a step, None for the newest."""
        for small in self.plots:
            small.point_at(step)

    def set_zoom(self, zoom: PlotZoom | None) -> None:
        """Show this range of the axis in all plots, None for all."""
        self._zoom = zoom
        for small in self.plots:
            small.set_zoom(zoom)

    def _make(self, keys: Sequence[str]) -> None:
        for old in self.plots:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.plots = [SmallPlot(key) for key in keys]
        for small in self.plots:
            small.chosen.connect(self.chosen)
            small.step_pointed.connect(self.step_pointed)
            small.set_zoom(self._zoom)
        self._arrange()

    def _arrange(self) -> None:
        for place, small in enumerate(self.plots):
            self._grid.addWidget(small, *divmod(place, self._columns))
