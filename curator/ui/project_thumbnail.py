"""Thumbnail of a project: waveform of its longest recording, and shares of its decisions."""

import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QObject, QRectF, QRunnable, QSize, Qt, QThreadPool, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from curator.domain.span import Span
from curator.ui.project_memory import ProjectMemory
from curator.ui.theme import GRID, roles
from curator.ui.widgets.wave_strip import wave_lines

if TYPE_CHECKING:
    from curator.audio.peaks import Pairs

SIZE = QSize(14 * GRID, 5 * GRID)
BAR = 3
"""Height of the bar of decisions, in pixels."""

MOST_FILES = 5000
"""Files of a cache that are looked at, so that a huge one takes no time."""


def longest_wave(project: Path, points: int) -> "Pairs | None":
    """Normalised extremes of the longest recording in a project's cache; None without any.

    Only files are read, no database, so that a project that is open elsewhere does not matter.
    Shape (points, 2), int16.
    """
    from curator.audio.peaks import read_peaks

    cache = project / "cache"
    if cache.is_symlink() or not cache.is_dir():
        return None
    with os.scandir(cache) as entries:
        files = [
            (entry.stat(follow_symlinks=False).st_size, entry.name)
            for entry in islice(entries, MOST_FILES)
            if entry.name.endswith(".peaks") and entry.is_file(follow_symlinks=False)
        ]
    if not files:
        return None
    peaks = read_peaks(cache / max(files)[1])
    pairs = peaks.seen(Span(0, peaks.samples), points).astype(np.float32)
    loudest = float(np.abs(pairs).max(initial=0.0)) or 1.0
    return (pairs * (np.iinfo(np.int16).max / loudest)).astype(np.int16)


class _WaveSignals(QObject):
    """Signal of a waveform that was read."""

    read = Signal(object)  # Pairs


class _WaveReading(QRunnable):
    """Reads the waveform of a project on another thread."""

    def __init__(self, project: Path, signals: _WaveSignals) -> None:
        super().__init__()
        self._project, self._signals = project, signals

    def run(self) -> None:
        """Read it; a project that cannot be read has none."""
        try:
            pairs = longest_wave(self._project, SIZE.width())
        except (OSError, ValueError):
            return
        if pairs is not None:
            self._signals.read.emit(pairs)


class ProjectThumbnail(QWidget):
    """Small picture of a project; the waveform appears once it is read. pairs: None until then."""

    def __init__(self, project: Path, memory: ProjectMemory) -> None:
        super().__init__()
        self._project, self._memory = project, memory
        self.pairs: Pairs | None = None
        self._is_asked = False
        self._signals = _WaveSignals()
        self._signals.read.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self.setFixedSize(SIZE)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is known; the first painting asks for the waveform."""
        if not self._is_asked:
            self._is_asked = True
            QThreadPool.globalInstance().start(_WaveReading(self._project, self._signals))
        look = roles(self)
        with QPainter(self) as painter:
            painter.setPen(QPen(QColor(look.hairline), 1))
            painter.setBrush(QColor(look.surface))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
            box = QRectF(self.rect()).adjusted(4, 4, -4, -BAR - 6)
            middle = round(box.center().y()) + 0.5
            painter.drawLine(QLineF(box.left(), middle, box.right(), middle))
            if self.pairs is not None:
                painter.setPen(QPen(QColor(look.wave), 1))
                painter.drawLines(wave_lines(self.pairs, box))
            self._paint_decisions(painter)

    def _paint_decisions(self, painter: QPainter) -> None:
        """Draw kept, dropped and undecided clips as parts of a bar."""
        look, memory = roles(self), self._memory
        if not memory.clips:
            return
        dropped = max(0, memory.clips - memory.kept - memory.left)
        room, x = self.width() - 8, 4.0
        parts = (memory.kept, look.kept), (dropped, look.dropped), (memory.left, look.hairline)
        for count, colour in parts:
            width = room * count / memory.clips
            painter.fillRect(QRectF(x, self.height() - BAR - 4, width, BAR), QColor(colour))
            x += width

    @Slot(object)
    def _show(self, pairs: "Pairs") -> None:
        self.pairs = pairs
        self.update()
