"""The map under a pointer: hover, click, drag around clips, drag the map, come closer."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QWidget

from curator.ui.map.scatter_canvas import ScatterCanvas
from curator.ui.theme import Roles

REACH = 14.0
"""Pixels from a clip at which the pointer still means it."""
CLICK = 4.0
"""Pixels a pointer may move between press and release of a click."""
LASSO_STEP = 3.0
"""Pixels between two corners of a lasso."""
WHEEL_STEP = 120
"""What a wheel's notch says, in Qt's eighths of a degree."""


class Tool(StrEnum):
    """What dragging with the first button does."""

    LASSO = "lasso"
    BOX = "box"
    HAND = "hand"


class Gathering(StrEnum):
    """What becomes of the clips chosen before."""

    INSTEAD = "instead"
    MORE = "more"
    LESS = "less"


class ScatterView(ScatterCanvas):
    """Says what the person did, in positions of points."""

    pointed = Signal(int)  # at a point, -1: at none
    clicked = Signal(int, str)  # a point (-1: none), and what becomes of those chosen before
    opened = Signal(int)  # a point was clicked twice
    gathered = Signal(object, str)  # positions, and what becomes of those chosen before

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tool = Tool.LASSO
        self._pressed: QPointF | None = None
        self._dragged_from: QPointF | None = None
        self._line: list[QPointF] = []

    def point_at(self, place: QPointF) -> int | None:
        """The wanted point below or near a pixel."""
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
        how = _gathering(event)
        if pressed is not None and (place - pressed).manhattanLength() <= CLICK:
            row = self.point_at(place)
            self.clicked.emit(-1 if row is None else row, str(how))
        elif len(line) > 1:
            self.gathered.emit(self._inside([*line, place]), str(how))
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """See QWidget."""
        row = self.point_at(event.position())
        if row is not None:
            self.opened.emit(row)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Come closer, or go away."""
        self.zoom(event.angleDelta().y() / WHEEL_STEP, event.position())
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is elsewhere."""
        super().leaveEvent(event)
        self.show_hovered(None)
        self.pointed.emit(-1)

    def give_up_drag(self) -> bool:
        """Forget what is being drawn; whether there was anything."""
        drawing = bool(self._line)
        self._line, self._pressed = [], None
        self.update()
        return drawing

    def paint_over(self, painter: QPainter, colours: Roles) -> None:
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
        """The wanted points inside what was drawn."""
        corners = [self.view.on_map(place.x(), place.y()) for place in line]
        if self.tool is Tool.BOX:
            found = self.grid.in_box(corners[0], corners[-1])
        else:
            found = self.grid.in_polygon(np.array(corners))
        return found[self.shown[found]]


def _gathering(event: QMouseEvent) -> Gathering:
    keys = event.modifiers()
    if keys & Qt.KeyboardModifier.ShiftModifier:
        return Gathering.MORE
    if keys & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
        return Gathering.LESS
    return Gathering.INSTEAD
