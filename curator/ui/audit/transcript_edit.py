"""The text of a clip, edited in place."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from curator.ui.theme import GRID, TRANSCRIPT_PT

LINES = 3


class TranscriptEdit(QPlainTextEdit):
    """Large text. What was typed is told once, when the field is left."""

    corrected = Signal(int, str)  # the clip and what was typed, once it is left

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clip: int | None = None
        self._shown = ""
        font = QFont(self.font())
        font.setPointSizeF(TRANSCRIPT_PT)
        self.setFont(font)
        self.setStyleSheet(f"font-size: {TRANSCRIPT_PT:g}pt;")
        self.setTabChangesFocus(True)
        self.setAccessibleName(self.tr("Text of the clip"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * LINES + 3 * GRID)

    def show_text(self, clip: int | None, text: str, *, sure: bool = True) -> None:
        """Show a clip's text, unless somebody is typing in this very clip.

        sure: False for words that are only expected, until the machine has listened again.
        """
        if self.is_typed_in and clip == self._clip:
            return
        self.give_up_focus()
        self._clip, self._shown = clip, text
        if text != self.toPlainText():
            self.setPlainText(text)
        self.setReadOnly(clip is None)
        self.setPlaceholderText("" if sure else self.tr("Not heard yet"))

    @property
    def is_typed_in(self) -> bool:
        """Whether the field has the focus and its text is another than was shown."""
        return self.hasFocus() and self.toPlainText() != self._shown

    def begin(self) -> None:
        """Let the person type, from the end of the text."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def commit(self) -> None:
        """Tell what was typed, if anything was."""
        text = " ".join(self.toPlainText().split())
        if self._clip is not None and text != " ".join(self._shown.split()):
            self._shown = text
            self.corrected.emit(self._clip, text)

    def give_up_focus(self) -> None:
        """Nothing more is typed about the clip that was shown."""
        if self.hasFocus():
            self.commit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the field is what decides; a menu over it is no leaving."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.commit()
