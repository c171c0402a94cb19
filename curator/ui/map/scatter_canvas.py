"""Scatter plot of clips: a cached image of all points, with rings and axes painted over it."""

import math
import sys
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from curator.ui.map.axes import Axes, paint_axes
from curator.ui.map.colouring import Colouring, LegendEntry
from curator.ui.map.density import MANY
from curator.ui.map.layers import DrawOrder, draw_order, layer_of
from curator.ui.map.marks import as_pixel
from curator.ui.map.point_grid import PointGrid
from curator.ui.map.raster import Raster
from curator.ui.map.screen_points import ScreenPoints, ShuffledPoints
from curator.ui.map.viewport import MAX_ZOOM, Viewport
from curator.ui.theme import GRID, Roles, roles

Points = NDArray[np.float64]  # (clips, 2)
Mask = NDArray[np.bool_]  # (clips,)

SIZES = ((150, 19), (900, 15), (4_000, 11), (MANY, 7))
"""Mark size in pixels, by the largest number of marks in view."""
RADII = ((15_000, 3), (sys.maxsize, 2))
"""Radius of the shaded discs when there are more marks, by their largest number."""

BEYOND = 11
"""Pixels outside the view from which a mark may reach into it: half the largest mark."""

ZOOM = 1.25
RINGS = (9.0, 11.0)
"""Minimum radius of the rings around the hovered clip and the current one, in pixels."""
MIN_ZOOM = 0.4


class ScatterCanvas(QWidget):
    """Points with marks. Knows rows and positions only, not clips."""

    restyled = Signal()  # another theme
    viewed = Signal()  # the view was panned or zoomed
    shaded = Signal(bool)  # whether density is shaded, after it changed

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(30 * GRID, 24 * GRID)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.points: Points = np.zeros((0, 2))
        self.grid = PointGrid(self.points)
        self._positions = ShuffledPoints.of(self.points)
        self.colouring = Colouring((LegendEntry("", "#888888", "disc"),), np.zeros(0, np.uint8))
        self.shown: Mask = np.zeros(0, np.bool_)
        self.highlighted: Mask | None = None
        self.view = Viewport()
        self.axes: Axes | None = None
        self.current: int | None = None
        self.hovered: int | None = None
        self._fitted = self.view
        self._is_moved = False
        self._drawn_order: DrawOrder | None = None
        self._screen: ScreenPoints | None = None
        self._raster: Raster | None = None
        self._image: QImage | None = None
        self.mark_size = 0
        self._is_shaded = False

    # Contents

    def show_points(
        self,
        points: Points,
        axes: Axes | None = None,
        grid: PointGrid | None = None,
        *,
        keep_view: bool,
    ) -> None:
        """Show points of shape (clips, 2), NaN for clips without a place, all marked alike.

        grid: index of the points, if there is one.
        """
        self.points, self.axes = points, axes
        self._positions = ShuffledPoints.of(points)
        self.grid = grid or PointGrid(points)
        self.shown, self.highlighted = np.ones(len(points), np.bool_), None
        self.colouring = replace(self.colouring, codes=np.zeros(len(points), np.uint8))
        self._fitted = self.view.fitted(points)
        if not keep_view or not self._is_moved:
            self.view, self._is_moved = self._fitted, False
        self.current = self.hovered = None
        self._redraw()

    def show_colours(self, colouring: Colouring) -> None:
        """Set the mark of every point."""
        self.colouring = colouring
        self._redraw()

    def show_shown(self, shown: Mask) -> None:
        """Set which points pass the filters; the others are faint and ignore the pointer."""
        self.shown = shown
        self._redraw()

    def show_highlighted(self, highlighted: Mask | None) -> None:
        """Set which points are highlighted; None for all."""
        self.highlighted = highlighted
        self._redraw()

    def show_current(self, row: int | None, *, look: bool = True) -> None:
        """Draw the ring of the current clip. look: bring it into view."""
        self.current = row
        if look and row is not None and np.isfinite(self.points[row]).all():
            x, y = self.points[row].tolist()
            self.look(self.view.showing(x, y, 6 * GRID))
        self.update()

    def show_hovered(self, row: int | None) -> None:
        """Draw the thin ring of the clip under the pointer."""
        if row != self.hovered:
            self.hovered = row
            self.update()

    def place_of(self, row: int) -> QPointF | None:
        """Position of a point in pixels; None if it has none or is out of view."""
        if not np.isfinite(self.points[row]).all():
            return None
        x, y = self.view.on_screen(self.points[row : row + 1])[:, 0].tolist()
        inside = 0 <= x < self.view.width and 0 <= y < self.view.height
        return QPointF(x, y) if inside else None

    def middle(self) -> int | None:
        """Row of the shown point nearest to the centre of the view; None without any."""
        distance = ((self.points - (self.view.x, self.view.y)) ** 2).sum(axis=1)
        distance[~self.shown | np.isnan(distance)] = np.inf
        return int(distance.argmin()) if np.isfinite(distance).any() else None

    def in_view(self) -> Mask:
        """Mask of the shown points in view."""
        seen = np.zeros(len(self.points), np.bool_)
        corners = self.view.on_map(0, 0), self.view.on_map(self.view.width, self.view.height)
        seen[self.grid.in_box(*corners)] = True
        return seen & self.shown

    # View

    def look(self, view: Viewport) -> None:
        """Change the view, unless it exceeds the zoom limits."""
        low, high = self._fitted.scale * MIN_ZOOM, self._fitted.scale * MAX_ZOOM
        if view == self.view or not low <= view.scale <= high:
            return
        self.view, self._is_moved = view, True
        self._image = None
        self.update()
        self.viewed.emit()

    def zoom(self, steps: float, at: QPointF | None = None) -> None:
        """Zoom in by steps (out if negative) around a pixel, or around the centre."""
        x, y = (at.x(), at.y()) if at else (self.view.width / 2, self.view.height / 2)
        self.look(self.view.zoomed(ZOOM**steps, x, y))

    def look_at_all(self) -> None:
        """Fit the whole map into the view."""
        self.view, self._is_moved = self._fitted, False
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
        if not self._is_moved:
            self.view = self._fitted
        self._image = None

    def changeEvent(self, event: QEvent) -> None:
        """See QWidget."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._redraw()
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.restyled.emit()

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
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        painter.drawImage(QPointF(0, 0), self.picture())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = roles(self)
        if self.axes is not None:
            paint_axes(painter, self.view, self.axes, colours)
        self._paint_rings(painter, colours)
        self.paint_drag(painter, colours)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def paint_drag(self, painter: QPainter, colours: Roles) -> None:
        """Paint the shape being dragged; nothing here."""

    def picture(self) -> QImage:
        """Image of all points, cached until something changes; then its pixels are overwritten."""
        if self._image is None:
            self._raster = self._rastered()
            self._image = self._raster.image()
            self._image.setDevicePixelRatio(self.devicePixelRatioF())
        return self._image

    def _redraw(self) -> None:
        self._drawn_order = self._image = None
        self.update()

    def _paint_rings(self, painter: QPainter, colours: Roles) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        half = self.mark_size / 2
        for row, smallest, width in ((self.hovered, RINGS[0], 1.5), (self.current, RINGS[1], 2.5)):
            place = self.place_of(row) if row is not None and row < len(self.points) else None
            if place is None:
                continue
            radius = max(smallest, half + 4)
            for colour, wide in ((colours.surface, width + 3), (colours.accent, width)):
                painter.setPen(QPen(QColor(colour), wide))
                painter.drawEllipse(place, radius, radius)

    def _order(self) -> DrawOrder:
        if self._drawn_order is None:
            self._drawn_order = draw_order(
                self._positions, self.colouring, self.shown, self.highlighted
            )
        return self._drawn_order

    def _on_screen(self, ratio: float, margin: int) -> ScreenPoints:
        """Pixels of the points, kept while the view is the same."""
        if self._screen is None or not self._screen.is_of(self._positions, self.view, ratio):
            self._screen = ScreenPoints(self._positions, self.view, ratio, margin)
        return self._screen

    def _cleared(self, width: int, height: int, border: int) -> Raster:
        """Raster of this size on the plain ground, the last one if it fits."""
        raster, ground = self._raster, as_pixel(roles(self).surface)
        if raster is None or (raster.width, raster.height, raster.border) != (
            width,
            height,
            border,
        ):
            return Raster(width, height, ground, border)
        raster.clear(ground)
        return raster

    def _rastered(self) -> Raster:
        ratio, view, colours = self.devicePixelRatioF(), self.view, roles(self)
        wide, tall = round(view.width * ratio), round(view.height * ratio)
        beyond = math.ceil(BEYOND * ratio)
        screen, order = self._on_screen(ratio, beyond), self._order()
        columns, rows, layers = order.on_screen(screen)
        size = next((size for most, size in SIZES if screen.count <= most), 0)
        radius = next(radius for most, radius in RADII if screen.count <= most)
        self.mark_size = size or 2 * radius + 1
        pixels = round(self.mark_size * ratio)
        styles = [layer_of(entry, level, pixels, colours) for entry, level in order.layers]
        if self._is_shaded != (not size):
            self._is_shaded = not size
            self.shaded.emit(self._is_shaded)
        raster = self._cleared(wide, tall, 2 * beyond + 2)
        if not size:
            bands = screen.bands(tall, wide, pixels)
            raster.dilate(rows, columns, layers, styles, round(radius * ratio), bands)
            return raster
        starts = np.searchsorted(layers, np.arange(len(styles) + 1))
        for number, layer in enumerate(styles):
            part = slice(starts[number], starts[number + 1])
            if part.start < part.stop:
                raster.stamp(rows[part], columns[part], layer.stamp)
        return raster
