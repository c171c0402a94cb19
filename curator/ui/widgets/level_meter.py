"""Level meter of the audio that plays.

RMS is a bar, the peak its lighter end, the highest peak a line and a number.
"""

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from curator.ui.sound.level import FLOOR_DB, SoundLevel
from curator.ui.theme import GRID, roles

BAR = 6
"""Height of the bar, in pixels."""

CLIPPED_DB = -0.1
"""Peak from which the sound counts as clipped, dBFS."""

TICKS_DB = (-48, -36, -24, -12, -6)


class LevelMeter(QWidget):
    """Shows the level of what plays; empty while nothing plays. highest_db: since the start."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.level: SoundLevel | None = None
        self.highest_db = FLOOR_DB
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Level meter"))
        self.setToolTip(self.tr("Peak and RMS in dBFS, before loudness matching"))

    def sizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(20 * GRID, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(10 * GRID, self.fontMetrics().height())

    def show_level(self, level: SoundLevel | None) -> None:
        """Show a level, None for nothing; paints only what is seen to change."""
        if level is None:
            self.highest_db = FLOOR_DB
        else:
            self.highest_db = max(self.highest_db, level.peak_db)
        before, self.level = self.level, level
        if self._seen(before) != self._seen(level):
            self.update()

    def _seen(self, level: SoundLevel | None) -> tuple[int, int] | None:
        """Lengths of the bar in pixels."""
        if level is None:
            return None
        return round(self._length(level.rms_db)), round(self._length(level.peak_db))

    def _room(self) -> float:
        """Width of the bar; the number stands beside it."""
        return self.width() - self.fontMetrics().horizontalAdvance("-88.8 dB") - GRID

    def _length(self, decibels: float) -> float:
        return self._room() * min(1.0, max(0.0, 1.0 - decibels / FLOOR_DB))

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget."""
        look = roles(self)
        with QPainter(self) as painter:
            top = (self.height() - BAR) / 2
            bar = QRectF(0, top, self._room(), BAR)
            painter.fillRect(bar, QColor(look.raised))
            if self.level is not None:
                light = QColor(look.accent)
                light.setAlphaF(0.45)
                painter.fillRect(QRectF(0, top, self._length(self.level.peak_db), BAR), light)
                rms = QRectF(0, top, self._length(self.level.rms_db), BAR)
                painter.fillRect(rms, QColor(look.accent))
            painter.setPen(QPen(QColor(look.hairline), 1))
            for tick in TICKS_DB:
                x = round(self._length(tick)) + 0.5
                painter.drawLine(QLineF(x, top, x, top + BAR))
            if self.level is not None:
                self._paint_highest(painter, top)

    def _paint_highest(self, painter: QPainter, top: float) -> None:
        look = roles(self)
        colour = QColor(look.dropped if self.highest_db >= CLIPPED_DB else look.text)
        painter.setPen(QPen(colour, 2))
        x = self._length(self.highest_db)
        painter.drawLine(QLineF(x, top - 2, x, top + BAR + 2))
        text = self.tr("%1 dB").replace("%1", f"{self.highest_db:.1f}")
        aligned = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), aligned, text)
