"""The marks that stand for clips: a shape and a letter as well as a colour, painted once."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QImage, QPainter, QPen, QPixmap, QPolygonF

from curator.ui.theme import letters_on

SHAPES = ("disc", "square", "triangle", "diamond", "down", "hexagon", "pentagon", "plus")
CROSS = "cross"
THIN = ("plus", CROSS)
"""Shapes that no letter fits into."""

DOT = "dot"
"""A small disc, for what there is nothing to say about."""

LETTERS_FROM = 15
"""Marks of so many pixels hold a letter."""

OUTLINE = 0.4
"""How much of the text's colour is in a mark's outline, so that light yellow is seen on white."""

SEEN = 96
"""Pixels of a mark less opaque than this (of 255) leave what is behind."""

REMEMBERED = 1024
"""Marks that are kept as they were painted."""

ICON = 16
SHARPNESS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Stamp:
    """A mark as pixels. down, right: where they are from the middle. colours: 0xffrrggbb."""

    down: NDArray[np.intp]
    right: NDArray[np.intp]
    colours: NDArray[np.uint32]


def paint(
    painter: QPainter, size: float, shape: str, colour: str, outline: str, letter: str = ""
) -> None:
    """Paint a mark around the origin."""
    radius = size / 2 - 0.75
    painter.setPen(QPen(QColor(outline), 1.0))
    painter.setBrush(QColor(colour))
    if shape == DOT:
        painter.drawEllipse(QPointF(0, 0), 0.55 * radius, 0.55 * radius)
    elif shape == "disc":
        painter.drawEllipse(QPointF(0, 0), radius, radius)
    else:
        painter.drawPolygon(_outline(shape, radius))
    if letter and size >= LETTERS_FROM and shape not in (DOT, *THIN):
        font = QFont(painter.font())
        font.setPixelSize(round(size * (0.58 if len(letter) == 1 else 0.46)))
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(letters_on(colour)))
        low = {"triangle": 0.1, "down": -0.1}.get(shape, 0.0) * size  # where it is wide enough
        area = QRectF(-size, -size + low, 2 * size, 2 * size)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, letter)


def _outline(shape: str, radius: float) -> QPolygonF:
    def ring(corners: int, turned: float, times: float) -> QPolygonF:
        angles = [turned + 2 * math.pi * i / corners for i in range(corners)]
        return QPolygonF(
            [QPointF(times * radius * math.sin(a), -times * radius * math.cos(a)) for a in angles]
        )

    if shape == "square":
        return ring(4, math.pi / 4, 1.2)
    if shape == "diamond":
        return ring(4, 0.0, 1.12)
    if shape == "triangle":
        return ring(3, 0.0, 1.18)
    if shape == "down":
        return ring(3, math.pi, 1.18)
    if shape == "hexagon":
        return ring(6, 0.0, 1.05)
    if shape == "pentagon":
        return ring(5, 0.0, 1.1)
    thin, long = 0.38 * radius, 1.05 * radius
    corners = [
        (-thin, -long), (thin, -long), (thin, -thin), (long, -thin), (long, thin), (thin, thin),
        (thin, long), (-thin, long), (-thin, thin), (-long, thin), (-long, -thin), (-thin, -thin),
    ]  # fmt: skip
    if shape == "cross":
        half = math.sqrt(0.5)
        corners = [((x - y) * half, (x + y) * half) for x, y in corners]
    return QPolygonF([QPointF(x, y) for x, y in corners])


def mixed(one: str, other: str, share: float) -> str:
    """A colour between two. share: of the other, 0..1."""
    parts = [
        round(int(one[i : i + 2], 16) * (1 - share) + int(other[i : i + 2], 16) * share)
        for i in (1, 3, 5)
    ]
    return "#" + "".join(f"{part:02x}" for part in parts)


def as_pixel(colour: str) -> int:
    """``#rrggbb`` as an opaque pixel."""
    return 0xFF000000 | int(colour[1:], 16)


@lru_cache(maxsize=REMEMBERED)
def stamp(size: int, shape: str, colour: str, letter: str, text: str, surface: str) -> Stamp:
    """A mark of so many pixels. text, surface: the theme's, for outline and edges."""
    side = size + 2
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(side / 2, side / 2)
        paint(painter, size, shape, colour, mixed(colour, text, OUTLINE), letter)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(side, side, 4)
    alpha = pixels[:, :, 3]
    rows, columns = np.nonzero(alpha >= SEEN)
    behind = np.array([int(surface[i : i + 2], 16) for i in (5, 3, 1)])  # blue comes first
    seen = pixels[rows, columns].astype(np.int64)
    blended = seen[:, :3] + behind * (255 - seen[:, 3:]) // 255
    blue, green, red = np.minimum(blended, 255).T
    colours = (0xFF << 24) | (red << 16) | (green << 8) | blue
    middle = side // 2
    return Stamp(rows - middle, columns - middle, colours.astype(np.uint32))


@lru_cache(maxsize=REMEMBERED)
def icon(shape: str, colour: str, letter: str, text: str) -> QIcon:
    """A mark for lists and buttons."""
    pixmap = QPixmap(ICON * SHARPNESS, ICON * SHARPNESS)
    pixmap.setDevicePixelRatio(SHARPNESS)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(ICON / 2, ICON / 2)
        paint(painter, ICON - 1, shape, colour, mixed(colour, text, OUTLINE), letter)
    return QIcon(pixmap)
