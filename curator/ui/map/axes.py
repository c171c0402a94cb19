"""Axes of the map when positions are two scores."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from curator.ui.map.measures import Measure
from curator.ui.map.viewport import Viewport
from curator.ui.theme import GRID, Roles, luminance

WIDE, TALL = 30.0, 20.0
"""Length of the axes in map units, whatever they measure."""
TICKS = 5


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis. low, high: values at its ends. span: its length in map units."""

    measure: Measure
    low: float
    high: float
    span: float

    @classmethod
    def of(cls, values: NDArray[np.float64], measure: Measure, span: float) -> "Axis":
        """Axis from the smallest to the largest value."""
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        return cls(measure, low, high if high > low else low + 1.0, span)

    def places(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map coordinates of values."""
        return np.asarray((values - self.low) / (self.high - self.low) * self.span)

    def value(self, place: float) -> float:
        """Value at a map coordinate."""
        return self.low + place / self.span * (self.high - self.low)

    def ticks(self, first: float, last: float) -> list[tuple[float, str]]:
        """Map coordinates and labels of round values between two coordinates."""
        return [
            (float(self.places(np.array([value]))[0]), self.measure.format(value))
            for value in round_values(self.value(first), self.value(last), TICKS)
        ]


@dataclass(frozen=True, slots=True)
class Axes:
    """right: horizontal axis. up: vertical axis."""

    right: Axis
    up: Axis


def round_values(low: float, high: float, about: int) -> list[float]:
    """Roughly ``about`` round values between two."""
    if not high > low:
        return []
    rough = (high - low) / about
    unit = 10.0 ** np.floor(np.log10(rough))
    step = next((unit * times for times in (1, 2, 5, 10) if unit * times >= rough), 10 * unit)
    first = np.ceil(low / step)
    count = int(np.floor(high / step) - first) + 1
    return [float((first + i) * step) + 0.0 for i in range(max(0, count))]


def paint_axes(painter: QPainter, view: Viewport, axes: Axes, colours: Roles) -> None:
    """Paint grid lines below the marks and tick labels at the edges."""
    modes, dark = QPainter.CompositionMode, luminance(colours.surface) < 0.5
    below = modes.CompositionMode_Lighten if dark else modes.CompositionMode_Darken
    left, top = view.on_map(0, 0)
    right, low = view.on_map(view.width, view.height)
    line, text = QPen(QColor(colours.hairline), 1), QPen(QColor(colours.quiet))
    tall, wide = 2.5 * GRID, 12 * GRID
    for place, said in axes.right.ticks(left, right):
        x = float((place - view.x) * view.scale + view.width / 2)
        painter.setCompositionMode(below)
        painter.setPen(line)
        painter.drawLine(QPointF(x, 0), QPointF(x, view.height))
        painter.setCompositionMode(modes.CompositionMode_SourceOver)
        painter.setPen(text)
        area = QRectF(x - wide / 2, view.height - tall, wide, tall)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, said)
    for place, said in axes.up.ticks(low, top):
        y = float((view.y - place) * view.scale + view.height / 2)
        painter.setCompositionMode(below)
        painter.setPen(line)
        painter.drawLine(QPointF(0, y), QPointF(view.width, y))
        painter.setCompositionMode(modes.CompositionMode_SourceOver)
        painter.setPen(text)
        area = QRectF(GRID, y - tall, wide, tall)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, said)
    painter.setPen(QPen(QColor(colours.text)))
    ground = QColor(colours.surface)
    ground.setAlphaF(0.8)
    for said, area, side in (
        (
            f"\N{UPWARDS ARROW} {axes.up.measure.title}",
            QRectF(2 * GRID, GRID, view.width - 4 * GRID, tall),
            Qt.AlignmentFlag.AlignLeft,
        ),
        (
            f"{axes.right.measure.title} \N{RIGHTWARDS ARROW}",
            QRectF(2 * GRID, view.height - 2 * tall, view.width - 4 * GRID, tall),
            Qt.AlignmentFlag.AlignRight,
        ),
    ):
        painter.fillRect(painter.boundingRect(area, side, said), ground)
        painter.drawText(area, side, said)
