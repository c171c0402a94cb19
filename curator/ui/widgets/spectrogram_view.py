"""Which pitches sound when: shown on demand below the waveform, on the same timeline."""

from PySide6.QtCore import QObject, QRect, QRectF, QRunnable, QSize, Qt, QThreadPool, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from curator.ui.sound.playable import PlayableClip
from curator.ui.theme import roles
from curator.ui.widgets.spectrogram import HIGHEST_HZ, Levels, as_picture, levels
from curator.ui.widgets.timeline import Timeline

AT_ONCE_S = 6.0
"""Longer clips are computed beside the window, as they would hold it up."""

MARKS_HZ = (2000, 4000, 8000)

GAP = 4


class _Told(QObject):
    """What a computation tells the window."""

    computed = Signal(int, object)  # which computation, Levels


class _Computation(QRunnable):
    """The spectrogram of a long clip, on another thread."""

    def __init__(self, number: int, sound: PlayableClip, told: _Told) -> None:
        super().__init__()
        self._number, self._sound, self._told = number, sound, told

    def run(self) -> None:
        """Compute and tell."""
        self._told.computed.emit(self._number, levels(self._sound.samples, self._sound.rate))


class SpectrogramView(QWidget):
    """Draws one clip's spectrogram where the timeline has the clip."""

    def __init__(self, parent: QWidget | None = None, at_once_s: float = AT_ONCE_S) -> None:
        """at_once_s: longer clips are computed beside the window."""
        super().__init__(parent)
        self._at_once_s = at_once_s
        self._timeline: Timeline | None = None
        self._sound: PlayableClip | None = None
        self._levels: Levels | None = None
        self._image: QImage | None = None
        self._shade = ("", "")
        self._number = 0
        self._told = _Told()
        self._told.computed.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Spectrogram"))

    def set_sound(self, sound: PlayableClip | None) -> None:
        """Draw this clip; one that still fills is drawn when it is set again as a whole."""
        self._sound, self._levels, self._image = sound, None, None
        self._number += 1
        if sound is not None and sound.whole:
            if sound.seconds <= self._at_once_s:
                self._levels = levels(sound.samples, sound.rate)
            else:
                QThreadPool.globalInstance().start(_Computation(self._number, sound, self._told))
        self.update()

    @Slot(object)
    def set_timeline(self, timeline: Timeline) -> None:
        """Keep under the waveform: connect it to the waveform's ``viewed``."""
        self._timeline = timeline
        self.update()

    @property
    def ready(self) -> bool:
        """Whether the clip's spectrogram is there."""
        return self._levels is not None

    def sizeHint(self) -> QSize:
        """As wide as the waveform, less high."""
        return QSize(640, 128)

    def minimumSizeHint(self) -> QSize:
        """Less shows nothing."""
        return QSize(160, 64)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, stretched to where the clip is, and some frequencies."""
        look = roles(self)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(look.surface))
            if self._levels is not None and self._sound is not None:
                if self._image is None or self._shade != (look.surface, look.text):
                    self._shade = (look.surface, look.text)
                    self._image = as_picture(self._levels, look.surface, look.wave, look.text)
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                painter.drawImage(self._place(), self._image)
            self._paint_marks(painter, QColor(look.text), QColor(look.surface))

    @Slot(int, object)
    def _take(self, number: int, found: Levels) -> None:
        if number == self._number:  # otherwise another clip is looked at by now
            self._levels, self._image = found, None
            self.update()

    def _place(self) -> QRectF:
        assert self._sound is not None
        if self._timeline is None:
            return QRectF(self.rect())
        left = self._timeline.x(self._sound.span.start)
        right = self._timeline.x(self._sound.span.stop)
        return QRectF(left, 0, right - left, self.height())

    def _paint_marks(self, painter: QPainter, ink: QColor, paper: QColor) -> None:
        """A short line and a label, on paper of its own so that it can be read on any sound."""
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
