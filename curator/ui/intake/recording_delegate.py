"""Painting of a recording's name with its whole waveform below it."""

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from curator.ui.intake.recordings_model import WAVE
from curator.ui.theme import GRID, roles_of
from curator.ui.widgets.wave_strip import wave_lines

Index = QModelIndex | QPersistentModelIndex

WAVE_HEIGHT = 2 * GRID


class RecordingDelegate(QStyledItemDelegate):
    """Name above, waveform below; without a waveform the name stands in the middle."""

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
            box = QRectF(option.rect).adjusted(GRID + 4, 0, -GRID, -4)
            box.setTop(box.bottom() - WAVE_HEIGHT)
            colour = QColor(roles_of(option.palette).wave)
            painter.save()
            painter.setPen(QPen(colour, 1))
            painter.drawLines(wave_lines(pairs, box))
            painter.restore()
