"""Text field for the transcript of a clip."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from curator.ui.theme import GRID, TRANSCRIPT_PT

LINES, MAX_LINES = 2, 7
"""Lines of text shown at least and at most; a longer text scrolls."""


class TranscriptEdit(QPlainTextEdit):
    """Text field in large type, as high as its text; emits the edited text when left."""

    corrected = Signal(int, str)  # clip id, text
    edited = Signal()  # the text or the focus changed

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clip: int | None = None
        self._shown = ""
        font = QFont(self.font())
        font.setPointSizeF(TRANSCRIPT_PT)
        self.setFont(font)
        self.setStyleSheet(f"font-size: {TRANSCRIPT_PT:g}pt;")
        self.setTabChangesFocus(True)
        self.setAccessibleName(self.tr("Transcript"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.textChanged.connect(self._follow_text)
        self._fit()

    def show_text(self, clip: int | None, text: str, *, certain: bool = True) -> None:
        """Show the transcript of a clip, unless that of the same clip is being edited.

        certain: False if the text is only expected, until the clip is transcribed.
        """
        if self.is_edited and clip == self._clip:
            return
        self.give_up_focus()
        self._clip, self._shown = clip, text
        if text != self.toPlainText():
            self.setPlainText(text)
        self.setReadOnly(clip is None)
        self.setPlaceholderText("" if certain else self.tr("Not transcribed yet"))

    @property
    def is_edited(self) -> bool:
        """Whether the field has the focus and its text was changed."""
        return self.hasFocus() and self.toPlainText() != self._shown

    def begin(self) -> None:
        """Take the focus, with the cursor at the end of the text."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def commit(self) -> None:
        """Emit the text if it was changed."""
        text = " ".join(self.toPlainText().split())
        if self._clip is not None and text != " ".join(self._shown.split()):
            self._shown = text
            self.corrected.emit(self._clip, text)

    def cancel(self) -> bool:
        """Discard the changes; returns whether there were any."""
        changed = self.is_edited
        if changed:
            self.setPlainText(self._shown)
        return changed

    def give_up_focus(self) -> None:
        """Commit the text before another clip is shown."""
        if self.hasFocus():
            self.commit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """See QWidget."""
        super().focusInEvent(event)
        self.edited.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Commit the text, unless a popup menu took the focus."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.commit()
            self.edited.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the height to the lines at the new width."""
        super().resizeEvent(event)
        self._fit()

    def _follow_text(self) -> None:
        self._fit()
        self.edited.emit()

    def _fit(self) -> None:
        lines = round(self.document().size().height())  # QPlainTextEdit counts lines, not pixels
        wanted = min(max(lines, LINES), MAX_LINES) * self.fontMetrics().lineSpacing() + 3 * GRID
        if wanted != self.height() or self.minimumHeight() != wanted:
            self.setFixedHeight(wanted)
