"""Icons of decisions, findings and categories, distinct without colour."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPainter, QPen, QPixmap, QPolygonF

from curator.ui.theme import letters_on, roles_of

SIZE = 16
SCALE = 3
"""Device pixel ratio of the icons, for screens at 200 % and more."""


def badge(kind: str, colour: str = "") -> QIcon:
    """Icon of a kind: "kept", "dropped", "error" or "warning". colour: the theme's without one."""
    return _badge(kind, colour or getattr(roles_of(QGuiApplication.palette()), kind))


def category_badge(letter: str, colour: str) -> QIcon:
    """Disc in the colour of a category with its letter."""
    return _category(letter, colour)


@cache
def _badge(kind: str, colour: str) -> QIcon:
    with _canvas() as (pixmap, painter):
        pen = QPen(QColor(colour), 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        if kind == "kept":
            painter.drawPolyline(QPolygonF([QPointF(3, 8.5), QPointF(6.5, 12), QPointF(13, 4.5)]))
        elif kind == "dropped":
            painter.drawLine(QPointF(4, 4), QPointF(12, 12))
            painter.drawLine(QPointF(12, 4), QPointF(4, 12))
        elif kind == "error":
            painter.setBrush(QColor(colour))
            painter.drawEllipse(QRectF(2.5, 2.5, 11, 11))
            _exclamation_mark(painter, letters_on(colour))
        else:
            painter.drawPolygon(QPolygonF([QPointF(8, 2.5), QPointF(14, 13), QPointF(2, 13)]))
            _exclamation_mark(painter, colour, below=1.5)
    return _icon(pixmap)


def _exclamation_mark(painter: QPainter, colour: str, below: float = 0.0) -> None:
    painter.setPen(QPen(QColor(colour), 1.6))
    painter.drawLine(QPointF(8, 4.8 + below), QPointF(8, 8.4 + below))
    painter.drawPoint(QPointF(8, 10.8 + below / 3))


@cache
def _category(letter: str, colour: str) -> QIcon:
    with _canvas() as (pixmap, painter):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawEllipse(QRectF(1, 1, 14, 14))
        font = QFont(QGuiApplication.font())
        font.setPixelSize(10 if len(letter) == 1 else 8)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(letters_on(colour)))
        painter.drawText(QRectF(0, 0, SIZE, SIZE), Qt.AlignmentFlag.AlignCenter, letter)
    return _icon(pixmap)


def _icon(pixmap: QPixmap) -> QIcon:
    """Icon that Qt does not tint in a selected row."""
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


@contextmanager
def _canvas() -> Iterator[tuple[QPixmap, QPainter]]:
    pixmap = QPixmap(SIZE * SCALE, SIZE * SCALE)
    pixmap.setDevicePixelRatio(SCALE)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        yield pixmap, painter
