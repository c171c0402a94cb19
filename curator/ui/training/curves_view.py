"""Widget of a line plot: smoothing, log scale, zoom, values under the pointer."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from curator.ui.theme import GRID
from curator.ui.training.plot import Plot, smoothed_lines, value_at, value_text
from curator.ui.training.plot_painter import BOTTOM, LEFT, RIGHT, PlotPainter, top_of
from curator.ui.training.plot_scale import Scale, scale_of
from curator.ui.training.plot_zoom import PAN, PlotZoom, dragged_part
from curator.ui.training.x_axis import Floats, point_text
from curator.ui.widgets.range_drag import CLICK_PIXELS

NOTCH = 120
"""One notch of a wheel, in eighths of a degree."""


class CurvesView(QWidget):
    """Plot of several lines; draws at most two points per pixel column and line.

    A drag selects a box, or a range of one axis if it is straight. The wheel zooms the horizontal
    axis, with Ctrl the vertical one, which fits what is shown until it is zoomed itself.
    """

    step_pointed = Signal(object)  # place under the pointer, None without one
    zoomed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._plot = Plot()
        self._drawn: list[tuple[Floats, Floats]] = []
        self._smoothing = 0.0
        self._logarithmic = False
        self.pointed: float | None = None
        self.zoom: PlotZoom | None = None  # shown places, None for all
        self.value_zoom: PlotZoom | None = None  # shown values, None for those of the places
        self._pressed_at: QPointF | None = None
        self._dragged: QRectF | None = None
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
        self.set_zoom(self.zoom)

    def set_smoothing(self, weight: float) -> None:
        """Set the weight of the moving average, 0 to below 1."""
        self._smoothing = weight
        self._smooth()

    def set_logarithmic(self, on: bool) -> None:
        """Set whether the values have a logarithmic axis."""
        self._logarithmic = on
        self.update()

    def set_zoom(self, zoom: PlotZoom | None) -> None:
        """Show this range of the axis, None for all; it stays within the points."""
        known = [places for places, _ in self._drawn if places.size]
        if zoom is not None and known:
            low, high = (float(end) for end in (min(map(min, known)), max(map(max, known))))
            zoom = zoom.within(low, high)
        if zoom != self.zoom:
            self.zoom = zoom
            self.update()
            self.zoomed.emit()

    def set_value_zoom(self, zoom: PlotZoom | None) -> None:
        """Show this range of values, None for those of the shown places."""
        if zoom != self.value_zoom:
            self.value_zoom = zoom
            self.update()
            self.zoomed.emit()

    @property
    def is_zoomed(self) -> bool:
        """Whether a part of either axis is shown."""
        return self.zoom is not None or self.value_zoom is not None

    def zoom_to_fit(self) -> None:
        """Show all places and values."""
        self.set_zoom(None)
        self.set_value_zoom(None)

    def zoom_by(self, steps: float, around: float | None = None) -> None:
        """Zoom in by steps, out if negative. around: a place; the pointed one or the middle."""
        scale = self._scale()
        if scale is None:
            return
        if around is None:
            around = self.pointed
        if around is None or not scale.first <= around <= scale.last:
            around = (scale.first + scale.last) / 2
        self.set_zoom(PlotZoom(scale.first, scale.last).zoomed(steps, around))

    def pan(self, share: float) -> None:
        """Move the shown range by a share of its width."""
        if self.zoom is not None:
            self.set_zoom(self.zoom.panned(share))

    def zoom_values_by(self, steps: float, around: float | None = None) -> None:
        """Zoom in vertically by steps, out if negative.

        around: a level of the scale; that of the pointed evaluation or the middle if None.
        """
        scale = self._scale()
        if scale is not None:
            around = self._pointed_level(scale) if around is None else around
            self._show_levels(scale, scale.levels.zoomed(steps, around))

    def pan_values(self, share: float) -> None:
        """Move the shown range of values by a share of its height, up if positive."""
        scale = self._scale()
        if scale is not None and self.value_zoom is not None:
            self._show_levels(scale, scale.levels.panned(share))

    def _pointed_level(self, scale: Scale) -> float:
        """Level of the evaluation nearest to the pointed place, the middle if none is shown."""
        lines = zip(self._plot.lines, self._drawn, strict=True)
        drawn = next((drawn for line, drawn in lines if line.bold), None)
        if self.pointed is not None and drawn is not None:
            point = value_at(drawn, self.pointed)
            if point is not None and scale.low <= point[1] <= scale.high:
                return scale.level(point[1])
        return (scale.levels.first + scale.levels.last) / 2

    def _show_levels(self, scale: Scale, levels: PlotZoom) -> None:
        """Show a range of levels within those of all points; it fits if it has all shown ones."""
        fitted = self._fitted(self.zoom)
        if fitted is None or levels.contains(fitted.levels):
            self.set_value_zoom(None)
            return
        whole = self._fitted(None)
        if whole is None or whole.logarithmic != scale.logarithmic:
            whole = fitted
        limits, least = whole.levels, scale.least_levels(levels)
        shown = levels.within(limits.first, limits.last, least)
        self.set_value_zoom(None if shown is None else scale.values_of(shown))

    def _smooth(self) -> None:
        self._drawn = smoothed_lines(self._plot, self._smoothing)
        self.update()

    def _in_words(self) -> str:
        """Return the last and first value as text, for screen readers."""
        line = next((line for line in self._plot.lines if line.bold), None)
        if line is None or not line.series.steps:
            return self.tr("Not evaluated yet.")
        places, values = line.points
        return (
            self.tr("%1 at %2, %3 at %4.")
            .replace("%1", value_text(float(values[-1])))
            .replace("%2", point_text(self._plot.axis, float(places[-1])))
            .replace("%3", value_text(float(values[0])))
            .replace("%4", point_text(self._plot.axis, float(places[0])))
        )

    def values_at(self, place: float) -> list[tuple[str, float, float]]:
        """Name, place and value of each line, nearest to a place."""
        points = [
            (line.name, value_at(drawn, place))
            for line, drawn in zip(self._plot.lines, self._drawn, strict=True)
        ]
        return [(name, *point) for name, point in points if point is not None]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to select a part."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = event.position() if self._is_inside(event) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the values under the pointer, or the part that is selected."""
        scale, pointer, pressed = self._scale(), event.position(), self._pressed_at
        if scale is None:
            return
        if pressed is not None:
            is_drag = (pointer - pressed).manhattanLength() >= CLICK_PIXELS
            if self._dragged is not None or is_drag:
                self._dragged = dragged_part(pressed, pointer, scale.area)
        self.point_at(scale.step_at(pointer.x()) if self._is_inside(event) else None)
        self.step_pointed.emit(self.pointed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Zoom to the selected part."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        dragged, self._dragged, self._pressed_at = self._dragged, None, None
        scale = self._scale()
        if dragged is not None and not dragged.isEmpty() and scale is not None:
            self._zoom_to(scale, dragged)
        self.update()

    def _zoom_to(self, scale: Scale, part: QRectF) -> None:
        """Zoom to a part of the area; an axis that it has all of stays as it is."""
        if part.height() < scale.area.height():
            levels = PlotZoom(scale.level_at(part.bottom()), scale.level_at(part.top()))
            self._show_levels(scale, levels)
        if part.width() < scale.area.width():
            self.set_zoom(PlotZoom(scale.step_at(part.left()), scale.step_at(part.right())))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all of both axes."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = self._dragged = None
            self.zoom_to_fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer, with Ctrl vertically; Shift or a horizontal wheel pans."""
        scale, turned, keys = self._scale(), event.angleDelta(), event.modifiers()
        if scale is None:
            return
        sideways = turned.x() or (turned.y() if keys & Qt.KeyboardModifier.ShiftModifier else 0)
        if keys & Qt.KeyboardModifier.ControlModifier:
            notches = (turned.y() or turned.x()) / NOTCH
            self.zoom_values_by(notches, scale.level_at(event.position().y()))
        elif sideways:
            self.pan(-PAN * sideways / NOTCH)
        else:
            self.zoom_by(turned.y() / NOTCH, scale.step_at(event.position().x()))
        event.accept()

    def _is_inside(self, event: QMouseEvent) -> bool:
        scale = self._scale()
        return scale is not None and scale.area.contains(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the values."""
        self.point_at(None)
        self.step_pointed.emit(None)

    def point_at(self, place: float | None) -> None:
        """Show the values at a place, None for none."""
        self.pointed = place
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move to the neighbouring evaluation; Home and End to the ends."""
        steps = sorted(
            {place for line in self._plot.lines if line.bold for place in line.places.tolist()}
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
        self._show_pointed(self.pointed)

    def _show_pointed(self, place: float) -> None:
        """Bring a place into the shown range, and describe its values."""
        if self.zoom is not None and not self.zoom.first <= place <= self.zoom.last:
            half = (self.zoom.last - self.zoom.first) / 2
            self.set_zoom(PlotZoom(place - half, place + half))
        said = [f"{name} {value_text(value)}" for name, _, value in self.values_at(place)]
        text = self.tr("%1: %2").replace("%1", point_text(self._plot.axis, place))
        text = text.replace("%2", ", ".join(said))
        self.setAccessibleDescription(text[:1].upper() + text[1:])
        self.update()
        self.step_pointed.emit(place)

    def _scale(self) -> Scale | None:
        return self._fitted(self.zoom, self.value_zoom)

    def _fitted(self, zoom: PlotZoom | None, value_zoom: PlotZoom | None = None) -> Scale | None:
        top = top_of(self._plot, self._drawn, self)
        area = QRectF(LEFT, top, self.width() - LEFT - RIGHT, self.height() - top - BOTTOM)
        return scale_of(
            self._plot,
            self._drawn,
            area,
            logarithmic=self._logarithmic,
            zoom=zoom,
            value_zoom=value_zoom,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget."""
        with QPainter(self) as painter:
            painting = PlotPainter(painter, self, self._plot, self._drawn)
            painting.paint(
                self._scale(),
                smoothing=self._smoothing,
                pointed=self.pointed,
                dragged=self._dragged,
            )
