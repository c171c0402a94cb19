"""Mouse on the map: hover, click, lasso and box selection, pan, zoom."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QWidget

from curator.ui.map.scatter_canvas import ScatterCanvas
from curator.ui.theme import Roles

REACH = 14.0
"""Distance in pixels at which the pointer still hits a clip."""
CLICK = 4.0
"""Largest movement in pixels between press and release of a click."""
LASSO_STEP = 3.0
"""Pixels between two vertices of a lasso."""
WHEEL_STEP = 120
"""One notch of a wheel, in eighths of a degree."""


class Tool(StrEnum):
    """What dragging with the first button does."""

    LASSO = "lasso"
    BOX = "box"
    HAND = "hand"


class SelectionChange(StrEnum):
    """What the clips of a gesture do to the selection."""

    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"


class ScatterView(ScatterCanvas):
    """Reports gestures by rows of points."""

    pointed = Signal(int)  # row under the pointer, -1 for none
    clicked = Signal(int, str)  # row (-1 for none) and SelectionChange
    opened = Signal(int)  # row of a double click
    enclosed = Signal(object, str)  # rows inside a lasso or box, and SelectionChange

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tool = Tool.LASSO
        self._pressed: QPointF | None = None
        self._dragged_from: QPointF | None = None
        self._line: list[QPointF] = []

    def point_at(self, place: QPointF) -> int | None:
        """Row of the shown point at or near a pixel; None without one."""
        x, y = self.view.on_map(place.x(), place.y())
        return self.grid.nearest(x, y, REACH / self.view.scale, self.shown)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """See QWidget."""
        place = event.position()
        first = event.button() is Qt.MouseButton.LeftButton
        if first and self.tool is not Tool.HAND:
            self._pressed, self._line = place, [place]
        else:
            self._pressed = place if first else None
            self._dragged_from = place
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self.show_hovered(None)
        self.pointed.emit(-1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """See QWidget."""
        place = event.position()
        if self._pressed is not None and (place - self._pressed).manhattanLength() > CLICK:
            self._pressed = None  # a drag, even if it ends where it began
        if self._dragged_from is not None:
            step = place - self._dragged_from
            self._dragged_from = place
            self.look(self.view.moved(step.x(), step.y()))
        elif self._line:
            if (place - self._line[-1]).manhattanLength() >= LASSO_STEP:
                self._line.append(place)
                self.update()
        else:
            row = self.point_at(place)
            if row != self.hovered:
                self.show_hovered(row)
                self.pointed.emit(-1 if row is None else row)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """See QWidget."""
        place, line, pressed = event.position(), self._line, self._pressed
        self._line, self._pressed, self._dragged_from = [], None, None
        self.unsetCursor()
        change = _selection_change(event)
        if pressed is not None:
            row = self.point_at(place)
            self.clicked.emit(-1 if row is None else row, str(change))
        elif len(line) > 1:
            self.enclosed.emit(self._inside([*line, place]), str(change))
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """See QWidget."""
        row = self.point_at(event.position())
        if row is not None:
            self.opened.emit(row)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        self.zoom(event.angleDelta().y() / WHEEL_STEP, event.position())
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """See QWidget."""
        super().leaveEvent(event)
        self.show_hovered(None)
        self.pointed.emit(-1)

    def cancel_drag(self) -> bool:
        """Cancel a lasso or box; returns whether there was one."""
        had_line = bool(self._line)
        self._line, self._pressed = [], None
        self.update()
        return had_line

    def paint_drag(self, painter: QPainter, colours: Roles) -> None:
        """See ScatterCanvas."""
        if len(self._line) < 2:
            return
        inside = QColor(colours.accent)
        inside.setAlphaF(0.12)
        painter.setBrush(inside)
        painter.setPen(QPen(QColor(colours.accent), 1.5))
        if self.tool is Tool.BOX:
            painter.drawRect(QRectF(self._line[0], self._line[-1]).normalized())
        else:
            painter.drawPolygon(QPolygonF(self._line))

    def _inside(self, line: list[QPointF]) -> NDArray[np.intp]:
        """Rows of the shown points inside the dragged shape."""
        corners = [self.view.on_map(place.x(), place.y()) for place in line]
        if self.tool is Tool.BOX:
            rows = self.grid.in_box(corners[0], corners[-1])
        else:
            rows = self.grid.in_polygon(np.array(corners))
        return rows[self.shown[rows]]


def _selection_change(event: QMouseEvent) -> SelectionChange:
    keys = event.modifiers()
    if keys & Qt.KeyboardModifier.ShiftModifier:
        return SelectionChange.ADD
    if keys & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
        return SelectionChange.REMOVE
    return SelectionChange.REPLACE
