"""Clips as points: a picture that is drawn anew when it has changed, and what lies over it."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from curator.ui.map.axes import Axes, paint_axes
from curator.ui.map.colouring import Colouring, Kind
from curator.ui.map.layers import Arranged, Places, arranged, layer_of
from curator.ui.map.marks import as_pixel
from curator.ui.map.point_grid import PointGrid
from curator.ui.map.raster import Raster
from curator.ui.map.viewport import CLOSEST, Viewport
from curator.ui.theme import GRID, Roles, roles

Points = NDArray[np.float64]  # (clips, 2)
Mask = NDArray[np.bool_]  # (clips,)

SIZES = ((150, 19), (900, 15), (4_000, 11), (15_000, 7))
"""Up to so many marks in view they are so many pixels large."""
MANY_RADIUS = 2
"""Of the discs of still more."""

BEYOND = 11
"""Pixels outside the view at which a clip's mark may still reach into it: half the largest."""

ZOOM = 1.25
RINGS = (9.0, 11.0)
"""Radius around the clip under the pointer and around the current one, at least."""
LEAST_ZOOM = 0.4


class ScatterCanvas(QWidget):
    """Points with marks. It knows positions only, not what they stand for."""

    viewed = Signal()  # another part of the map is looked at

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(30 * GRID, 24 * GRID)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.points: Points = np.zeros((0, 2))
        self.grid = PointGrid(self.points)
        self._places = Places.of(self.points)
        self.colouring = Colouring((Kind("", "#888888", "disc"),), np.zeros(0, np.uint8))
        self.shown: Mask = np.zeros(0, np.bool_)
        self.meant: Mask | None = None
        self.view = Viewport()
        self.axes: Axes | None = None
        self.current: int | None = None
        self.hovered: int | None = None
        self._fitted = self.view
        self._touched = False
        self._drawn: Arranged | None = None
        self._raster: Raster | None = None
        self._image: QImage | None = None
        self.mark_size = 0

    # What is shown

    def show_points(
        self,
        points: Points,
        axes: Axes | None = None,
        grid: PointGrid | None = None,
        *,
        keep_view: bool,
    ) -> None:
        """Show points at these places; NaN for those that have none. grid: of them, if made."""
        self.points, self.axes = points, axes
        self._places = Places.of(points)
        self.grid = grid or PointGrid(points)
        if len(points) != self.shown.size:
            self.shown, self.meant = np.ones(len(points), np.bool_), None
            self.colouring = replace(self.colouring, codes=np.zeros(len(points), np.uint8))
        self._fitted = self.view.fitted(points)
        if not keep_view or not self._touched:
            self.view, self._touched = self._fitted, False
        self.current = self.hovered = None
        self._forget()

    def show_colours(self, colouring: Colouring) -> None:
        """Give every point its mark."""
        self.colouring = colouring
        self._forget()

    def show_shown(self, shown: Mask) -> None:
        """Which points are wanted; the others are faint and cannot be pointed at."""
        self.shown = shown
        self._forget()

    def show_meant(self, meant: Mask | None) -> None:
        """Which points stand out; None for all."""
        self.meant = meant
        self._forget()

    def show_current(self, row: int | None, *, look: bool = True) -> None:
        """Put a ring around a point, and have it in view if that is wanted."""
        self.current = row
        if look and row is not None and np.isfinite(self.points[row]).all():
            x, y = self.points[row].tolist()
            self.look(self.view.showing(x, y, 6 * GRID))
        self.update()

    def show_hovered(self, row: int | None) -> None:
        """Put a thin ring around a point."""
        if row != self.hovered:
            self.hovered = row
            self.update()

    def place_of(self, row: int) -> QPointF | None:
        """Where a point is on the screen; None if it has no place or is out of view."""
        if not np.isfinite(self.points[row]).all():
            return None
        x, y = self.view.on_screen(self.points[row : row + 1])[:, 0].tolist()
        inside = 0 <= x < self.view.width and 0 <= y < self.view.height
        return QPointF(x, y) if inside else None

    def middle(self) -> int | None:
        """The wanted point nearest to the middle of the view."""
        far = ((self.points - (self.view.x, self.view.y)) ** 2).sum(axis=1)
        far[~self.shown | np.isnan(far)] = np.inf
        return int(far.argmin()) if np.isfinite(far).any() else None

    def in_view(self) -> Mask:
        """Which of the wanted points are in view."""
        seen = np.zeros(len(self.points), np.bool_)
        corners = self.view.on_map(0, 0), self.view.on_map(self.view.width, self.view.height)
        seen[self.grid.in_box(*corners)] = True
        return seen & self.shown

    # Where it is looked at

    def look(self, view: Viewport) -> None:
        """Look at another part, within reason."""
        least, most = self._fitted.scale * LEAST_ZOOM, self._fitted.scale * CLOSEST
        if view == self.view or not least <= view.scale <= most:
            return
        self.view, self._touched = view, True
        self._image = None
        self.update()
        self.viewed.emit()

    def zoom(self, steps: float, at: QPointF | None = None) -> None:
        """So many steps closer, around a pixel or the middle."""
        x, y = (at.x(), at.y()) if at else (self.view.width / 2, self.view.height / 2)
        self.look(self.view.zoomed(ZOOM**steps, x, y))

    def look_at_all(self) -> None:
        """Have the whole map in view."""
        self.view, self._touched = self._fitted, False
        self._image = None
        self.update()
        self.viewed.emit()

    # Painting

    def sizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(90 * GRID, 70 * GRID)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget."""
        super().resizeEvent(event)
        self.view = self.view.sized(self.width(), self.height())
        self._fitted = self.view.fitted(self.points)
        if not self._touched:
            self.view = self._fitted
        self._image = None

    def changeEvent(self, event: QEvent) -> None:
        """Dressed otherwise."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._forget()
        super().changeEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """See QWidget."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """See QWidget."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """See QWidget."""
        painter = QPainter(self)
        painter.drawImage(QPointF(0, 0), self.picture())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = roles(self)
        if self.axes is not None:
            paint_axes(painter, self.view, self.axes, colours)
        self._paint_rings(painter, colours)
        self.paint_over(painter, colours)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def paint_over(self, painter: QPainter, colours: Roles) -> None:
        """What a person is drawing."""

    def picture(self) -> QImage:
        """All points as they are now."""
        if self._image is None:
            self._raster = self._rastered()
            self._image = self._raster.image()
            self._image.setDevicePixelRatio(self.devicePixelRatioF())
        return self._image

    def _forget(self) -> None:
        self._drawn = self._image = None
        self.update()

    def _paint_rings(self, painter: QPainter, colours: Roles) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        half = self.mark_size / 2
        for row, least, width in ((self.hovered, RINGS[0], 1.5), (self.current, RINGS[1], 2.5)):
            place = self.place_of(row) if row is not None and row < len(self.points) else None
            if place is None:
                continue
            radius = max(least, half + 4)
            for colour, wide in ((colours.surface, width + 3), (colours.accent, width)):
                painter.setPen(QPen(QColor(colour), wide))
                painter.drawEllipse(place, radius, radius)

    def _arranged(self) -> Arranged:
        if self._drawn is None:
            self._drawn = arranged(self._places, self.colouring, self.shown, self.meant)
        return self._drawn

    def _rastered(self) -> Raster:
        ratio, view, colours = self.devicePixelRatioF(), self.view, roles(self)
        wide, tall = round(view.width * ratio), round(view.height * ratio)
        beyond = math.ceil(BEYOND * ratio)
        raster = Raster(wide, tall, as_pixel(colours.surface), 2 * beyond + 2)
        drawn = self._arranged()
        columns, rows, layers = drawn.on_screen(view, ratio, beyond)
        size = next((size for most, size in SIZES if layers.size <= most), 0)
        self.mark_size = size or 2 * MANY_RADIUS + 1
        pixels = round(self.mark_size * ratio)
        of = [layer_of(kind, seen, pixels, colours) for kind, seen in drawn.layers]
        if not size:
            raster.thicken(rows, columns, layers, of, round(MANY_RADIUS * ratio))
            return raster
        starts = np.searchsorted(layers, np.arange(len(of) + 1))
        for number, layer in enumerate(of):
            part = slice(starts[number], starts[number + 1])
            if part.start < part.stop:
                raster.stamp(rows[part], columns[part], layer.stamp)
        return raster
