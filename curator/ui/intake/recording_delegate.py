"""Painting of a recording's name with its whole waveform below it."""

import numpy as np
from PySide6.QtCore import QLineF, QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from curator.audio.peaks import Pairs
from curator.audio.waveform import FULL_SCALE_16
from curator.ui.intake.recordings_model import WAVE
from curator.ui.theme import GRID, roles_of

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
            colour = QColor(roles_of(option.palette).wave_quiet)
            painter.save()
            painter.setPen(QPen(colour, 1))
            painter.drawLines(wave_lines(pairs, box))
            painter.restore()


def wave_lines(pairs: Pairs, box: QRectF) -> list[QLineF]:
    """One vertical line per pixel of a box, from the lowest to the highest sample there."""
    count = min(len(pairs), max(1, int(box.width())))
    starts = np.arange(count) * len(pairs) // count
    low = np.minimum.reduceat(pairs[:, 0], starts) / FULL_SCALE_16
    high = np.maximum.reduceat(pairs[:, 1], starts) / FULL_SCALE_16
    middle, half = box.center().y(), box.height() / 2
    step = box.width() / count
    return [
        QLineF(
            box.left() + x * step, middle - top * half, box.left() + x * step, middle - end * half
        )
        for x, (top, end) in enumerate(zip(high.tolist(), low.tolist(), strict=True))
    ]
