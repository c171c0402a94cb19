"""Histogram of a score with a draggable threshold."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from curator.ui.map.axes import round_values
from curator.ui.map.measures import Measure
from curator.ui.theme import GRID, roles

BINS = 48
HEIGHT = 12 * GRID
SCALE = 20
"""Height of the scale below the bars, pixels."""
FINE, COARSE = 1, 8
"""Step of an arrow key in percent of the range, alone and with Shift."""

Values = NDArray[np.float64]


def height_of(count: int, most: int, height: float) -> float:
    """Height of a bar; a root keeps a bar of one clip in sight beside one of ten thousand."""
    return math.sqrt(count / most) * height


class HistogramView(QWidget):
    """Bars of all clips, in front the highlighted ones, and the threshold."""

    moved = Signal()  # threshold changed or removed
    list_wanted = Signal()  # Return was pressed
    brushed = Signal(float, float)  # lowest and highest value of a range dragged with Shift

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setAccessibleName(self.tr("Histogram with a threshold"))
        self.low, self.high = 0.0, 1.0
        self.threshold: float | None = None
        self.cuts_above = False
        self._brushed_from: float | None = None
        self.measure: Measure | None = None
        self._edges: Values = np.linspace(0, 1, BINS + 1)
        self._bars: NDArray[np.int64] = np.zeros(BINS, np.int64)
        self._highlighted: NDArray[np.int64] = np.zeros(BINS, np.int64)

    def sizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(28 * GRID, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(16 * GRID, HEIGHT)

    def show_values(self, values: Values, highlighted: Values, measure: Measure) -> None:
        """Show values of all clips and of the highlighted ones, both without NaN."""
        if measure != self.measure:
            self.threshold = None
        self.measure = measure
        if values.size:
            low, high = float(values.min()), float(values.max())
            self.low, self.high = (low, high) if high > low else (low - 0.5, high + 0.5)
        self._edges = np.linspace(self.low, self.high, BINS + 1)
        self._bars = np.histogram(values, self._edges)[0]
        self._highlighted = np.histogram(highlighted, self._edges)[0]
        self.update()

    def show_highlighted(self, highlighted: Values) -> None:
        """Change the highlighted clips."""
        self._highlighted = np.histogram(highlighted, self._edges)[0]
        self.update()

    def set_threshold(self, value: float | None) -> None:
        """Set the threshold, or remove it with None."""
        if value is not None:
            value = self._rounded(min(max(value, self.low), self.high))
        if value != self.threshold:
            self.threshold = value
            if value is not None and self.measure is not None:
                said = self.tr("Threshold at %1").replace("%1", self.measure.format(value))
                self.setAccessibleDescription(said)
            self.update()
            self.moved.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Set the threshold; with Shift, begin a range."""
        value = self._value(event.position().x())
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._brushed_from = value
        else:
            self.set_threshold(value)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the threshold or the end of the range."""
        value = self._value(event.position().x())
        if self._brushed_from is not None:
            self.brushed.emit(min(value, self._brushed_from), max(value, self._brushed_from))
        elif event.buttons() & Qt.MouseButton.LeftButton:
            self.set_threshold(value)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the range."""
        self._brushed_from = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the threshold, Home and End set it to the limits, Delete removes it."""
        key, step = event.key(), (self.high - self.low) / 100
        step *= COARSE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else FINE
        start = self.high if self.cuts_above else self.low
        now = start if self.threshold is None else self.threshold
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Down):
            self.set_threshold(now - step)
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Up):
            self.set_threshold(now + step)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.set_threshold(self.low if key == Qt.Key.Key_Home else self.high)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.set_threshold(None)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.list_wanted.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """See QWidget."""
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        colours = roles(self)
        painter.fillRect(self.rect(), QColor(colours.surface))
        area = QRectF(GRID, GRID / 2, self.width() - 2 * GRID, self.height() - SCALE - GRID / 2)
        most = max(1, int(self._bars.max()))
        wide = area.width() / BINS
        for n, (count, highlighted) in enumerate(zip(self._bars, self._highlighted, strict=True)):
            cut = self._is_cut((self._edges[n] + self._edges[n + 1]) / 2)
            for value, colour in (
                (count, colours.hairline if cut else colours.wave_quiet),
                (highlighted, colours.wave_quiet if cut else colours.wave),
            ):
                tall = height_of(value, most, area.height())
                bar = QRectF(area.x() + n * wide, area.bottom() - tall, max(1.0, wide - 1), tall)
                painter.fillRect(bar, QColor(colour))
        self._paint_scale(painter, area)
        self._paint_line(painter, area)
        painter.setPen(QPen(QColor(colours.accent if self.hasFocus() else colours.hairline), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inset = 1 if self.hasFocus() else 0
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if inset:
            painter.drawRect(self.rect().adjusted(1, 1, -2, -2))

    def _paint_scale(self, painter: QPainter, area: QRectF) -> None:
        colours = roles(self)
        painter.setPen(QPen(QColor(colours.hairline), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(QColor(colours.quiet))
        if self.measure is None or not self._bars.any():
            return
        for value in round_values(self.low, self.high, 4):
            x = self._place(value)
            text = QRectF(x - 40, area.bottom() + 1, 80, SCALE - 2)
            if text.center().x() > area.left() + 12 and text.center().x() < area.right() - 12:
                painter.drawText(text, Qt.AlignmentFlag.AlignCenter, self.measure.format(value))

    def _paint_line(self, painter: QPainter, area: QRectF) -> None:
        if self.threshold is None:
            return
        colours, x = roles(self), self._place(self.threshold)
        shade = QColor(colours.dropped)
        shade.setAlphaF(0.10)
        left, right = (x, area.right()) if self.cuts_above else (area.left(), x)
        painter.fillRect(QRectF(left, area.top(), right - left, area.height()), shade)
        painter.setPen(QPen(QColor(colours.dropped), 2))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setBrush(QColor(colours.dropped))
        painter.drawEllipse(QPointF(x, area.top() + 4), 4, 4)

    def _is_cut(self, value: float) -> bool:
        if self.threshold is None:
            return False
        return value >= self.threshold if self.cuts_above else value < self.threshold

    def _place(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return GRID + share * (self.width() - 2 * GRID)

    def _value(self, x: float) -> float:
        share = (x - GRID) / max(1, self.width() - 2 * GRID)
        return self.low + share * (self.high - self.low)

    def _rounded(self, value: float) -> float:
        """Round to the resolution of one step."""
        digits = 2 - math.floor(math.log10(self.high - self.low))
        return round(value, digits)
