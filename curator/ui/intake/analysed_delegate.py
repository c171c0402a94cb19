"""Painting of a recording's progress: what runs, its rate and remaining time, and a bar."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from curator.ui.intake.recordings_model import DONE, STAGE
from curator.ui.intake.stage_rates import RecordingStage
from curator.ui.theme import GRID, Roles, roles_of

Index = QModelIndex | QPersistentModelIndex

BAR = 3
"""Height of the bar, in pixels."""


class AnalysedDelegate(QStyledItemDelegate):
    """Share of the analysis with a bar; while a stage runs on the recording, its progress."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Leave the background to the style; the texts are painted below."""
        super().initStyleOption(option, index)
        if index.data(STAGE) is not None or _is_partly_done(index):
            option.text = ""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """See QStyledItemDelegate."""
        super().paint(painter, option, index)
        stage, look = index.data(STAGE), roles_of(option.palette)
        room = option.rect.adjusted(GRID + 2, 2, -GRID, -BAR - 3)
        painter.save()
        if isinstance(stage, RecordingStage):
            _paint_stage(painter, room, stage, look)
            _paint_bar(painter, room, stage.share, look)
        elif _is_partly_done(index):
            painter.setPen(QColor(look.text))
            aligned = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(room, int(aligned), str(index.data()))
            _paint_bar(painter, room, float(index.data(DONE)), look)
        painter.restore()


def _is_partly_done(index: Index) -> bool:
    done = index.data(DONE)
    return done is not None and 0.0 < float(done) < 1.0


def _paint_stage(painter: QPainter, room: QRect, stage: RecordingStage, look: Roles) -> None:
    """Paint name and percentage above, rate and remaining time below."""
    metrics, right = painter.fontMetrics(), Qt.TextElideMode.ElideRight
    percent = f" {int(100 * stage.share)} %"
    title_room = room.width() - metrics.horizontalAdvance(percent)
    line = metrics.height()
    top = room.top() + max(0, (room.height() - 2 * line) // 2)
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.setPen(QColor(look.text))
    title = metrics.elidedText(stage.title, right, title_room) + percent
    painter.drawText(QRect(room.left(), top, room.width(), line), int(left), title)
    painter.setPen(QColor(look.quiet))
    detail = metrics.elidedText(stage.detail, right, room.width())
    painter.drawText(QRect(room.left(), top + line, room.width(), line), int(left), detail)


def _paint_bar(painter: QPainter, room: QRect, share: float, look: Roles) -> None:
    bar = QRectF(room.left(), room.bottom() + 2, room.width(), BAR)
    painter.fillRect(bar, QColor(look.raised))
    bar.setWidth(bar.width() * share)
    painter.fillRect(bar, QColor(look.accent))
