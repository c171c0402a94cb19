"""Drawing of a clip in its recording: waveform, words, edges and playhead."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from curator.audio.peaks import Peaks
from curator.domain.fact import Word
from curator.domain.span import Span
from curator.ui.sound.playable import PlayableClip
from curator.ui.widgets.timeline import Timeline, clock
from curator.ui.widgets.wave_image import loudest
from curator.ui.widgets.waveform_paint import (
    UNCERTAIN_BELOW,
    Scene,
    lines_needed,
    paint_above,
    paint_below,
)

FILLED = 0.95
"""Share of the height that the loudest sample of the recording fills."""

MAX_LEVEL_ZOOM = 128.0
"""Highest vertical magnification, 42 dB."""

FOLLOW_AT = 0.1
"""Position of the playhead after the view scrolled to it, as a share of the width."""


class WaveCanvas(QWidget):
    """Draws a recording around one of its clips. All positions are samples of the recording.

    follows: whether the view scrolls with the playhead.
    """

    viewed = Signal(object)  # Timeline
    cursor_set = Signal(object)  # sample, None without a cursor

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = Scene(Timeline.whole(1, 1, max(1, self.width())))
        self._below: QPixmap | None = None
        self.follows = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Waveform"))

    def show_recording(self, peaks: Peaks | None, samples: int, rate: int) -> None:
        """Show a whole recording. peaks: None if not computed."""
        self._scene.peaks = peaks
        self._scale_to(peaks)
        self._scene.clip = self._scene.sound = self._scene.playhead = self._scene.cursor = None
        self._scene.words = ()
        self._look(Timeline.whole(samples, rate, self.width()))

    def set_peaks(self, peaks: Peaks | None) -> None:
        """Replace the peaks of the recording shown, without moving the view."""
        self._scene.peaks = peaks
        self._scale_to(peaks)
        self._redraw()

    def show_clip(
        self, clip: Span, words: Sequence[Word] = (), neighbours: Sequence[Span] = ()
    ) -> None:
        """Zoom to a clip. neighbours: other clips; their edges are drawn as dashed lines."""
        self.update_clip(clip, words, neighbours)
        self._scene.selection = self._scene.cursor = self._scene.playhead = None
        self.cursor_set.emit(None)
        self._look(self._scene.timeline.showing(clip))

    def update_clip(
        self, clip: Span, words: Sequence[Word] = (), neighbours: Sequence[Span] = ()
    ) -> None:
        """Change the edges or words of the clip without moving the view."""
        self._scene.clip, self._scene.words = clip, tuple(words)
        self._scene.neighbours = tuple(neighbours)
        self._describe()
        self._redraw()

    def set_sound(self, sound: PlayableClip | None) -> None:
        """Set the samples of the clip, drawn where the peaks are too coarse."""
        self._scene.sound = sound
        self._redraw()

    def set_playhead(self, sample: int | None) -> None:
        """Set the playhead, None to hide it; scrolls if it leaves the view."""
        if sample == self._scene.playhead:
            return
        self._update_line(self._scene.playhead)
        word = self._scene.word_at(self._scene.playhead)
        self._scene.playhead = sample
        if self._scene.word_at(sample) != word:
            self.update()
        self._update_line(sample)
        if sample is not None and self.follows and not self.held:
            timeline = self._scene.timeline
            if not 0 <= timeline.x(sample) < timeline.pixels:
                self._look(timeline.scrolled(timeline.x(sample) - timeline.pixels * FOLLOW_AT))

    def set_cursor(self, sample: int | None) -> None:
        """Set the cursor, None to hide it."""
        self._scene.cursor = sample
        self.cursor_set.emit(sample)
        self.update()

    def reveal(self, sample: int) -> None:
        """Scroll so that a sample is visible."""
        timeline = self._scene.timeline
        x = timeline.x(sample)
        if not 0 <= x < timeline.pixels:
            self.scroll_by(x - timeline.pixels / 2)

    def zoom_to_clip(self) -> None:
        """Zoom to the clip."""
        if self._scene.clip is not None:
            self.show_span(self._scene.clip)

    def zoom_to_selection(self) -> None:
        """Zoom to the selected part, without one to the clip."""
        if self._scene.selection is not None and self._scene.selection.samples:
            self.show_span(self._scene.selection)
        else:
            self.zoom_to_clip()

    def set_selection(self, span: Span | None) -> None:
        """Set the selected part, None for none."""
        self._scene.selection = span
        self.update()

    @property
    def cursor_sample(self) -> int | None:
        """Sample of the cursor, None without one."""
        return self._scene.cursor

    @property
    def selection(self) -> Span | None:
        """Selected part, None without one."""
        return self._scene.selection

    @property
    def timeline(self) -> Timeline:
        """Visible part of the recording."""
        return self._scene.timeline

    @property
    def held(self) -> bool:
        """Whether something is dragged; the view then does not follow the playhead."""
        return False

    def zoom(self, times: float) -> None:
        """Zoom in, or out below 1, around the cursor or the centre."""
        timeline = self._scene.timeline
        x = timeline.pixels / 2
        if self._scene.cursor is not None and 0 <= timeline.x(self._scene.cursor) < 2 * x:
            x = timeline.x(self._scene.cursor)
        self._look(timeline.zoomed(times, x))

    @property
    def level_zoom(self) -> float:
        """Vertical magnification, 1 where the loudest sample of the recording fills the view."""
        return self._scene.level_zoom

    def zoom_level(self, times: float) -> None:
        """Magnify vertically by a factor; 0 goes back to the whole level."""
        wanted = self._scene.level_zoom * times if times else 1.0
        self._scene.level_zoom = min(max(1.0, wanted), MAX_LEVEL_ZOOM)
        self._scale_to(self._scene.peaks)
        self._redraw()

    def _scale_to(self, peaks: Peaks | None) -> None:
        self._scene.scale = FILLED / loudest(peaks) * self._scene.level_zoom

    def scroll_by(self, pixels: float) -> None:
        """Scroll by pixels; negative is earlier."""
        self._look(self._scene.timeline.scrolled(pixels))

    def show_span(self, span: Span) -> None:
        """Zoom to a part."""
        self._look(self._scene.timeline.showing(span))

    def sizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(640, 200)

    def minimumSizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(160, 96)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cached static layer and the moving parts above it."""
        ratio = self.devicePixelRatioF()
        if self._below is None or self._below.devicePixelRatio() != ratio:
            self._below = QPixmap(self.size() * ratio)
            self._below.setDevicePixelRatio(ratio)
            with QPainter(self._below) as painter:
                painter.setFont(self.font())
                paint_below(painter, self._scene, self)
        with QPainter(self) as painter:
            painter.drawPixmap(QPoint(0, 0), self._below)
            paint_above(painter, self._scene, self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the same part at another width."""
        self._look(self._scene.timeline.resized(self.width()))

    def changeEvent(self, event: QEvent) -> None:
        """Redraw after a change of palette or font."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._redraw()
        super().changeEvent(event)

    def _look(self, timeline: Timeline) -> None:
        if timeline != self._scene.timeline:
            self._scene.timeline = timeline
            self.viewed.emit(timeline)
        self._redraw()

    def _redraw(self) -> None:
        self._scene.word_lines = lines_needed(self._scene, self)
        self._below = None
        self.update()

    def _update_line(self, sample: int | None) -> None:
        if sample is not None:
            self.update(QRect(int(self._scene.timeline.x(sample)) - 2, 0, 5, self.height()))

    def _describe(self) -> None:
        clip, rate = self._scene.clip, self._scene.timeline.rate
        if clip is None:
            return
        uncertain = sum(word.probability < UNCERTAIN_BELOW for word in self._scene.words)
        text = self.tr("Clip from %1 to %2. Words: %3, uncertain: %4.")
        shown = (
            clock(clip.start / rate),
            clock(clip.stop / rate),
            len(self._scene.words),
            uncertain,
        )
        for index, value in enumerate(shown, 1):
            text = text.replace(f"%{index}", str(value))
        self.setAccessibleDescription(text)
