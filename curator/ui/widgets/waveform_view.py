"""Interactive waveform: draggable edges, clickable words, and a cursor for the keyboard."""

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from curator.ui.plain_text import tool_tip
from curator.ui.widgets.range_drag import RangeDrag
from curator.ui.widgets.wave_canvas import WaveCanvas
from curator.ui.widgets.waveform_paint import word_boxes

GRIP = 7
"""Pixels on both sides of an edge where it can be grabbed."""

STEP_S, LEAP_S = 0.01, 0.1
"""Seconds that an arrow key moves the cursor, without and with Shift."""

NOTCH = 120
"""Angle delta per wheel notch."""

ZOOM = 1.25
SCROLL_PIXELS = 64


class WaveformView(WaveCanvas):
    """Shows a clip with mouse and keyboard input. Positions are samples of the recording.

    editable: whether edges can be dragged.
    """

    edge_moved = Signal(str, int)  # "start" or "stop", sample, after dragging
    edge_dragged = Signal(str, int)  # the same during dragging
    clicked = Signal(int)  # sample of the cursor, by mouse or arrow key
    selected = Signal(object)  # Span while and after it is dragged, None for none
    word_clicked = Signal(int)  # index of the word

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drag = ""  # "start", "stop", "select", "scroll" or nothing
        self._drag_from = 0
        self._range: RangeDrag | None = None
        self.editable = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    @property
    def held(self) -> bool:
        """See WaveCanvas."""
        return bool(self._drag)

    def event(self, event: QEvent) -> bool:
        """Show the confidence of a word as a tool tip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self._word_under(event.pos())
            text = ""
            if index is not None:
                word = self._scene.words[index]
                shown = round(100 * word.probability)
                text = self.tr("“%1”: confidence %2 %")
                text = text.replace("%1", word.text.strip()).replace("%2", str(shown))
            QToolTip.showText(event.globalPos(), tool_tip(text), self)
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the focus frame."""
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Remove the focus frame."""
        self.update()
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grab an edge, click a word, or set the cursor where a selection may begin."""
        if event.button() == Qt.MouseButton.MiddleButton:
            self._drag, self._drag_from = "scroll", event.position().toPoint().x()
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        position = event.position().toPoint()
        sample = self._scene.timeline.sample(event.position().x())
        word = self._word_under(position)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._begin_range(event.position().x(), sample)
        elif word is not None:
            self.word_clicked.emit(word)
        elif edge := self._edge_under(position.x()):
            self._drag = edge
        else:
            self._put_cursor(sample)
            self._begin_range(event.position().x(), sample)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the grabbed object, or show the cursor shape of the one below."""
        x = event.position().toPoint().x()
        sample = self._scene.timeline.sample(event.position().x())
        if self._drag == "scroll":
            self.scroll_by(self._drag_from - x)
            self._drag_from = x
        elif self._range is not None:
            part = self._range.moved_to(event.position().x(), sample)
            if part is not None:
                self.set_selection(part)
                self.selected.emit(part)
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
        """Emit the final edge or selection."""
        self._drag = ""
        if self._range is not None:
            self._range = None
            part = self._scene.selection
            self.selected.emit(part if part is not None and part.samples else None)
        elif self._scene.dragged is not None:
            which, sample = self._scene.dragged
            self._scene.dragged = None
            self._redraw()
            self.edge_moved.emit(which, sample)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl, zoom around the pointer, and with Shift too, zoom vertically."""
        notches = (event.angleDelta().y() or event.angleDelta().x()) / NOTCH
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if event.modifiers() & both == both:
            self.zoom_level(ZOOM**notches)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._look(self._scene.timeline.zoomed(ZOOM**notches, event.position().x()))
        else:
            self.scroll_by(-notches * SCROLL_PIXELS)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move the cursor; Esc cancels dragging an edge."""
        key, shift = event.key(), event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if key == Qt.Key.Key_Escape and self._drag:
            self._drag, self._scene.dragged, self._range = "", None, None
            self._redraw()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = round((LEAP_S if shift else STEP_S) * self._scene.timeline.rate)
            at = self._scene.cursor
            if at is None:
                at = self._scene.clip.start if self._scene.clip else self._scene.timeline.span.start
            self._put_cursor(at + (step if key == Qt.Key.Key_Right else -step))
        else:
            super().keyPressEvent(event)

    def _begin_range(self, x: float, sample: int) -> None:
        self._drag, self._range = "select", RangeDrag(x, sample)
        self.set_selection(None)

    def _put_cursor(self, sample: int) -> None:
        sample = min(max(0, sample), self._scene.timeline.samples)
        self.set_cursor(sample)
        self.reveal(sample)
        self.clicked.emit(sample)

    def _allowed(self, sample: int) -> int:
        """Clamp a dragged edge to its side of the other edge."""
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
