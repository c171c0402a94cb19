"""Widget of a line plot: smoothing, log scale, values under the pointer."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from curator.ui.theme import GRID
from curator.ui.training.plot import Floats, Plot, Scale, scale_of, smoothed_lines, value_at
from curator.ui.training.plot_painter import BOTTOM, LEFT, RIGHT, PlotPainter, top_of
from curator.ui.wording import number


class CurvesView(QWidget):
    """Plot of several lines; draws at most two points per pixel column and line."""

    step_pointed = Signal(object)  # step under the pointer, None without one

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
        self._drawn = smoothed_lines(self._plot, self._smoothing)
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
        self.point_at(scale.step_at(event.position().x()) if scale and inside else None)
        self.step_pointed.emit(self.pointed)

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the values."""
        self.point_at(None)
        self.step_pointed.emit(None)

    def point_at(self, step: float | None) -> None:
        """Show the values at a step, None for none."""
        self.pointed = step
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
        self.step_pointed.emit(self.pointed)

    def _scale(self) -> Scale | None:
        top = top_of(self._plot, self._drawn, self)
        area = QRectF(LEFT, top, self.width() - LEFT - RIGHT, self.height() - top - BOTTOM)
        return scale_of(self._plot, self._drawn, area, logarithmic=self._logarithmic)

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget."""
        with QPainter(self) as painter:
            painting = PlotPainter(painter, self, self._plot, self._drawn)
            painting.paint(self._scale(), smoothing=self._smoothing, pointed=self.pointed)
