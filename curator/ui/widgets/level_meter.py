"""Level meter of the audio that plays, with a scale in dBFS below it.

RMS is a bar, the peak its lighter end, the highest peak a line and a number.
"""

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from curator.ui.sound.level import FLOOR_DB, SoundLevel
from curator.ui.theme import GRID, roles

BAR = 6
"""Height of the bar, in pixels."""

CLIPPED_DB = -0.1
"""Peak from which the sound counts as clipped, dBFS."""

TICKS_DB = (-48, -36, -24, -12, -6, 0)
"""Levels of the scale; one without room for its label has only its tick."""

ROOM = 4
"""Least space between two labels, and above and below the bar, in pixels."""


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
        return QSize(20 * GRID, self._height())

    def minimumSizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(10 * GRID, self._height())

    def _height(self) -> int:
        """Height of the bar and of the labels below it."""
        return ROOM + BAR + ROOM // 2 + self.fontMetrics().height()

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
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(self._number(level)) for level in (FLOOR_DB, -48.8))
        return self.width() - widest - 2 * GRID

    def _number(self, decibels: float) -> str:
        """Level as a text; only an upper bound is known of silence."""
        if decibels <= FLOOR_DB:
            return self.tr("< %1 dB").replace("%1", f"{FLOOR_DB:.0f}")
        return self.tr("%1 dB").replace("%1", f"{decibels:.1f}")

    def _length(self, decibels: float) -> float:
        return self._room() * min(1.0, max(0.0, 1.0 - decibels / FLOOR_DB))

    def labels(self) -> list[tuple[float, str]]:
        """Left edges in pixels and texts of the labels that have room, quietest first."""
        metrics, placed = self.fontMetrics(), list[tuple[float, str]]()
        end = -float(ROOM)
        for tick in reversed(TICKS_DB):  # the loud end matters more
            text = str(tick)
            width = metrics.horizontalAdvance(text)
            left = max(0.0, self._length(tick) - width / 2)
            if not placed or left + width + ROOM <= end:
                placed.append((left, text))
                end = left
        return placed[::-1]

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget."""
        look = roles(self)
        with QPainter(self) as painter:
            bar = QRectF(0, ROOM, self._room(), BAR)
            painter.fillRect(bar, QColor(look.raised))
            if self.level is not None:
                light = QColor(look.accent)
                light.setAlphaF(0.45)
                painter.fillRect(QRectF(0, ROOM, self._length(self.level.peak_db), BAR), light)
                rms = QRectF(0, ROOM, self._length(self.level.rms_db), BAR)
                painter.fillRect(rms, QColor(look.accent))
            self._paint_scale(painter)
            if self.level is not None:
                self._paint_highest(painter)

    def _paint_scale(self, painter: QPainter) -> None:
        look, metrics = roles(self), self.fontMetrics()
        painter.setPen(QPen(QColor(look.edge), 1))
        for tick in TICKS_DB:
            x = round(self._length(tick)) + 0.5
            painter.drawLine(QLineF(x, ROOM + BAR - 2, x, ROOM + BAR + 1))
        painter.setPen(QColor(look.quiet))
        baseline = ROOM + BAR + ROOM // 2 + metrics.ascent()
        for left, text in self.labels():
            painter.drawText(QPointF(left, baseline), text)

    def _paint_highest(self, painter: QPainter) -> None:
        look = roles(self)
        colour = QColor(look.dropped if self.highest_db >= CLIPPED_DB else look.text)
        painter.setPen(QPen(colour, 2))
        x = self._length(self.highest_db)
        painter.drawLine(QLineF(x, ROOM - 2, x, ROOM + BAR + 2))
        aligned = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        painter.drawText(self.rect(), aligned, self._number(self.highest_db))
