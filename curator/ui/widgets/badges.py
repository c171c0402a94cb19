"""Small signs that mean something without colour: kept, dropped, error, warning, category."""

from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPainter, QPen, QPixmap, QPolygonF

from curator.ui.theme import letters_on, roles_of

SIZE = 16
SHARPNESS = 3
"""Drawn so many times larger, for screens at 200 % and more."""


def sign(kind: str) -> QIcon:
    """A sign in the colours of the theme. kind: "kept", "dropped", "error" or "warning"."""
    colours = roles_of(QGuiApplication.palette())
    return _sign(kind, getattr(colours, kind))


def category_sign(letter: str, colour: str) -> QIcon:
    """A disc of a category's colour with its letter."""
    return _category(letter, colour)


@cache
def _sign(kind: str, colour: str) -> QIcon:
    pixmap, painter = _canvas()
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
        _bang(painter, letters_on(colour))
    else:
        painter.drawPolygon(QPolygonF([QPointF(8, 2.5), QPointF(14, 13), QPointF(2, 13)]))
        _bang(painter, colour, below=1.5)
    painter.end()
    return _icon(pixmap)


def _bang(painter: QPainter, colour: str, below: float = 0.0) -> None:
    painter.setPen(QPen(QColor(colour), 1.6))
    painter.drawLine(QPointF(8, 4.8 + below), QPointF(8, 8.4 + below))
    painter.drawPoint(QPointF(8, 10.8 + below / 3))


@cache
def _category(letter: str, colour: str) -> QIcon:
    pixmap, painter = _canvas()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(QRectF(1, 1, 14, 14))
    font = QFont(QGuiApplication.font())
    font.setPixelSize(10)
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(QColor(letters_on(colour)))
    painter.drawText(QRectF(0, 0, SIZE, SIZE), Qt.AlignmentFlag.AlignCenter, letter)
    painter.end()
    return _icon(pixmap)


def _icon(pixmap: QPixmap) -> QIcon:
    """The same in a chosen row, where Qt would tint it."""
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


def _canvas() -> tuple[QPixmap, QPainter]:
    pixmap = QPixmap(SIZE * SHARPNESS, SIZE * SHARPNESS)
    pixmap.setDevicePixelRatio(SHARPNESS)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return pixmap, painter
