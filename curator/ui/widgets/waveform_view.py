"""The waveform with hands: edges to drag, words to click, a cursor for keys."""

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from curator.domain.span import Span
from curator.ui.widgets.wave_canvas import WaveCanvas
from curator.ui.widgets.waveform_paint import word_boxes

GRIP = 7
"""Pixels to both sides of an edge where it can be taken."""

STEP_S, LEAP_S = 0.01, 0.1
"""How far an arrow key moves the cursor, and with Shift."""

NOTCH = 120
"""A wheel's units a notch."""

ZOOM = 1.25
SCROLL_PIXELS = 64


class WaveformView(WaveCanvas):
    """Shows a clip and lets people point at it. Positions are samples of the recording.

    editable: whether edges can be dragged.
    """

    edge_moved = Signal(str, int)  # "start" or "stop" and where it was let go
    edge_dragged = Signal(str, int)  # the same while it is held
    clicked = Signal(int)  # the cursor was put here, by mouse or by arrow key
    selected = Signal(object)  # a Span drawn with Shift, or None
    word_clicked = Signal(int)  # its place in the words

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drag = ""  # "start", "stop", "select", "scroll" or nothing
        self._drag_from = 0
        self.editable = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    @property
    def held(self) -> bool:
        """See WaveCanvas."""
        return bool(self._drag)

    def event(self, event: QEvent) -> bool:
        """Say of a doubtful word how sure the transcriber was."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self._word_under(event.pos())
            text = ""
            if index is not None:
                word = self._scene.words[index]
                shown = round(100 * word.probability)
                text = self.tr("“%1”, heard with %2 % certainty")
                text = text.replace("%1", word.text.strip()).replace("%2", str(shown))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        self.update()
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take an edge, a word, a place or, with Shift, a part."""
        if event.button() == Qt.MouseButton.MiddleButton:
            self._drag, self._drag_from = "scroll", event.position().toPoint().x()
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        position = event.position().toPoint()
        sample = self._scene.timeline.sample(event.position().x())
        word = self._word_under(position)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._drag, self._drag_from = "select", sample
        elif word is not None:
            self.word_clicked.emit(word)
        elif edge := self._edge_under(position.x()):
            self._drag = edge
        else:
            self._put_cursor(sample)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what was taken, or show what could be."""
        x = event.position().toPoint().x()
        sample = self._scene.timeline.sample(event.position().x())
        if self._drag == "scroll":
            self.scroll_by(self._drag_from - x)
            self._drag_from = x
        elif self._drag == "select":
            self.set_selection(Span(min(sample, self._drag_from), max(sample, self._drag_from)))
        elif self._drag:
            self._scene.dragged = (self._drag, self._allowed(sample))
            self.edge_dragged.emit(*self._scene.dragged)
            self._redraw()
        elif self._word_under(event.position().toPoint()) is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        elif self._edge_under(x):
            self.setCursor(Qt.CursorShape.SplitHCursor)
        else:
            self.unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Say where an edge or a part ended up."""
        drag, self._drag = self._drag, ""
        if drag == "select":
            part = self._scene.selection
            self.selected.emit(part if part is not None and part.samples else None)
        elif self._scene.dragged is not None:
            which, sample = self._scene.dragged
            self._scene.dragged = None
            self._redraw()
            self.edge_moved.emit(which, sample)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl, zoom around the pointer."""
        notches = (event.angleDelta().y() or event.angleDelta().x()) / NOTCH
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._look(self._scene.timeline.zoomed(ZOOM**notches, event.position().x()))
        else:
            self.scroll_by(-notches * SCROLL_PIXELS)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the cursor; Esc lets go of an edge without moving it."""
        key, shift = event.key(), event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if key == Qt.Key.Key_Escape and self._drag:
            self._drag, self._scene.dragged = "", None
            self._redraw()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = round((LEAP_S if shift else STEP_S) * self._scene.timeline.rate)
            at = self._scene.cursor
            if at is None:
                at = self._scene.clip.start if self._scene.clip else self._scene.timeline.span.start
            self._put_cursor(at + (step if key == Qt.Key.Key_Right else -step))
        else:
            super().keyPressEvent(event)

    def _put_cursor(self, sample: int) -> None:
        sample = min(max(0, sample), self._scene.timeline.samples)
        self.set_cursor(sample)
        x = self._scene.timeline.x(sample)
        if not 0 <= x < self._scene.timeline.pixels:
            self.scroll_by(x - self._scene.timeline.pixels / 2)
        self.clicked.emit(sample)

    def _allowed(self, sample: int) -> int:
        """An edge stays on its side of the other."""
        assert self._scene.clip is not None
        if self._drag == "start":
            return min(sample, self._scene.clip.stop - 1)
        return max(sample, self._scene.clip.start + 1)

    def _edge_under(self, x: int) -> str:
        clip, timeline = self._scene.clip, self._scene.timeline
        if clip is None or not self.editable:
            return ""
        near = [
            (abs(timeline.x(clip.start) - x), "start"),
            (abs(timeline.x(clip.stop) - x), "stop"),
        ]
        distance, edge = min(near)
        return edge if distance <= GRIP else ""

    def _word_under(self, position: QPoint) -> int | None:
        for index, box in word_boxes(self._scene, self):
            if box.contains(position):
                return index
        return None
