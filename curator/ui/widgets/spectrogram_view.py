"""Spectrogram widget below the waveform, on the same timeline."""

from PySide6.QtCore import (
    QLineF,
    QObject,
    QRect,
    QRectF,
    QRunnable,
    QSize,
    Qt,
    QThreadPool,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from curator.domain.span import Span
from curator.ui.sound.playable import PlayableClip
from curator.ui.theme import Roles, roles
from curator.ui.widgets.range_drag import RangeDrag
from curator.ui.widgets.spectrogram import HIGHEST_HZ, Levels, as_picture, levels
from curator.ui.widgets.timeline import Timeline

AT_ONCE_S = 6.0
"""Longer clips are computed on another thread, so that they do not block the window."""

MARKS_HZ = (2000, 4000, 8000)

GAP = 4


class _ComputationSignals(QObject):
    """Signal of a finished computation."""

    computed = Signal(int, object)  # number of the computation, Levels


class _Computation(QRunnable):
    """Computation of a spectrogram on another thread."""

    def __init__(self, number: int, sound: PlayableClip, signals: _ComputationSignals) -> None:
        super().__init__()
        self._number, self._sound, self._signals = number, sound, signals

    def run(self) -> None:
        """Compute the levels and emit them."""
        self._signals.computed.emit(self._number, levels(self._sound.samples, self._sound.rate))


class SpectrogramView(QWidget):
    """Draws the spectrogram of one clip on the timeline, with playhead, cursor and selection."""

    clicked = Signal(int)  # sample
    selected = Signal(object)  # Span while and after it is dragged, None for none

    def __init__(self, parent: QWidget | None = None, at_once_s: float = AT_ONCE_S) -> None:
        """at_once_s: longer clips are computed on another thread."""
        super().__init__(parent)
        self._at_once_s = at_once_s
        self._timeline: Timeline | None = None
        self._sound: PlayableClip | None = None
        self._levels: Levels | None = None
        self._image: QImage | None = None
        self._shade = ("", "")
        self._playhead: int | None = None
        self._cursor: int | None = None
        self._selection: Span | None = None
        self._range: RangeDrag | None = None
        self._number = 0
        self._signals = _ComputationSignals()
        self._signals.computed.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Spectrogram"))

    def set_sound(self, sound: PlayableClip | None) -> None:
        """Set the clip; it is drawn once it is set fully decoded."""
        self._sound, self._levels, self._image = sound, None, None
        self._number += 1
        if sound is not None and sound.whole:
            if sound.seconds <= self._at_once_s:
                self._levels = levels(sound.samples, sound.rate)
            else:
                QThreadPool.globalInstance().start(_Computation(self._number, sound, self._signals))
        self.update()

    @Slot(object)
    def set_timeline(self, timeline: Timeline) -> None:
        """Follow the timeline of the waveform; connect it to ``viewed``."""
        self._timeline = timeline
        self.update()

    def set_playhead(self, sample: int | None) -> None:
        """Set the playhead, None to hide it."""
        if sample != self._playhead:
            self._update_line(self._playhead)
            self._playhead = sample
            self._update_line(sample)

    def set_cursor(self, sample: int | None) -> None:
        """Set the cursor, None to hide it."""
        self._cursor = sample
        self.update()

    def set_selection(self, span: Span | None) -> None:
        """Set the selected part, None for none."""
        self._selection = span
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Set the cursor; a selection may begin here."""
        if event.button() == Qt.MouseButton.LeftButton and self._timeline is not None:
            sample = self._timeline.sample(event.position().x())
            self._range = RangeDrag(event.position().x(), sample)
            self.selected.emit(None)
            self.clicked.emit(sample)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select the dragged part."""
        if self._range is None or self._timeline is None:
            return
        sample = self._timeline.sample(event.position().x())
        part = self._range.moved_to(event.position().x(), sample)
        if part is not None:
            self.selected.emit(part)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the selection."""
        self._range = None

    @property
    def ready(self) -> bool:
        """Whether the spectrogram is computed."""
        return self._levels is not None

    def sizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(640, 128)

    def minimumSizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(160, 64)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the image, stretched to the clip, and the frequency labels."""
        look = roles(self)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(look.surface))
            if self._levels is not None and self._sound is not None:
                if self._image is None or self._shade != (look.surface, look.text):
                    self._shade = (look.surface, look.text)
                    self._image = as_picture(self._levels, look.surface, look.wave, look.text)
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                painter.drawImage(self._clip_rect(), self._image)
            self._paint_times(painter, look)
            self._paint_marks(painter, QColor(look.text), QColor(look.surface))

    def _paint_times(self, painter: QPainter, look: Roles) -> None:
        """Draw selection, cursor and playhead as in the waveform."""
        if self._timeline is None:
            return
        if self._selection is not None and self._selection.samples:
            wash = QColor(look.accent)
            wash.setAlphaF(0.3)
            left, right = map(self._timeline.x, (self._selection.start, self._selection.stop))
            painter.fillRect(QRectF(left, 0, right - left, self.height()), wash)
        for sample, pen in (
            (self._cursor, QPen(QColor(look.text), 1, Qt.PenStyle.DotLine)),
            (self._playhead, QPen(QColor(look.playhead), 2)),
        ):
            if sample is not None:
                x = self._timeline.x(sample)
                painter.setPen(pen)
                painter.drawLine(QLineF(x, 0, x, self.height()))

    def _update_line(self, sample: int | None) -> None:
        if sample is not None and self._timeline is not None:
            self.update(QRect(int(self._timeline.x(sample)) - 2, 0, 5, self.height()))

    @Slot(int, object)
    def _take(self, number: int, levels_of_clip: Levels) -> None:
        if number == self._number:  # otherwise another clip is shown
            self._levels, self._image = levels_of_clip, None
            self.update()

    def _clip_rect(self) -> QRectF:
        assert self._sound is not None
        if self._timeline is None:
            return QRectF(self.rect())
        left = self._timeline.x(self._sound.span.start)
        right = self._timeline.x(self._sound.span.stop)
        return QRectF(left, 0, right - left, self.height())

    def _paint_marks(self, painter: QPainter, ink: QColor, paper: QColor) -> None:
        """Draw tick marks and labels on a plain background, readable on any image."""
        metrics = self.fontMetrics()
        for hz in MARKS_HZ:
            y = round(self.height() * (1 - hz / HIGHEST_HZ))
            text = self.tr("%1 kHz").replace("%1", str(hz // 1000))
            width, height = metrics.horizontalAdvance(text), metrics.height()
            box = QRect(2 * GAP, y - height // 2, width + 2 * GAP, height)
            painter.fillRect(box, paper)
            painter.setPen(ink)
            painter.drawLine(0, y, 2 * GAP, y)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
