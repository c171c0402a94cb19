"""Painting of a recording's name with its whole waveform below it."""

import numpy as np
from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from curator.ui.intake.recordings_model import PLAYHEAD, WAVE
from curator.ui.theme import GRID, roles_of
from curator.ui.widgets.wave_strip import wave_lines

Index = QModelIndex | QPersistentModelIndex

WAVE_HEIGHT = 2 * GRID


class RecordingDelegate(QStyledItemDelegate):
    """Name above, waveform below; without a waveform the name stands in the middle.

    clicked: the waveform of the recording that plays; index, and share of its length.
    """

    clicked = Signal(object, float)

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """See QStyledItemDelegate."""
        super().initStyleOption(option, index)
        if index.data(WAVE) is not None:
            option.displayAlignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """See QStyledItemDelegate."""
        super().paint(painter, option, index)
        pairs = index.data(WAVE)
        if isinstance(pairs, np.ndarray) and len(pairs):
            box, colours = _box(option), roles_of(option.palette)
            painter.save()
            painter.setPen(QPen(QColor(colours.wave), 1))
            painter.drawLines(wave_lines(pairs, box))
            playhead = index.data(PLAYHEAD)
            if playhead is not None:
                x = box.left() + playhead * box.width()
                painter.setPen(QPen(QColor(colours.playhead), 2))
                painter.drawLine(QPointF(x, box.top() - 2), QPointF(x, box.bottom() + 2))
            painter.restore()

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """See QStyledItemDelegate."""
        if (
            isinstance(event, QMouseEvent)
            and event.type() == QEvent.Type.MouseButtonRelease
            and event.button() == Qt.MouseButton.LeftButton
            and index.data(PLAYHEAD) is not None
        ):
            box, x = _box(option), event.position().x()
            if event.position().y() >= box.top() - GRID and box.left() <= x <= box.right():
                self.clicked.emit(index, (x - box.left()) / box.width())
                return True
        return super().editorEvent(event, model, option, index)


def _box(option: QStyleOptionViewItem) -> QRectF:
    """Room of the waveform."""
    box = QRectF(option.rect).adjusted(GRID + 4, 0, -GRID, -4)
    box.setTop(box.bottom() - WAVE_HEIGHT)
    return box
