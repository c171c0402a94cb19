"""Text field for a query, with its syntax error."""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from curator.domain.clip_query import Query
from curator.domain.errors import WrongQuery
from curator.jobs.queries import read_query
from curator.store.project import Project
from curator.ui.page import label, restyle
from curator.ui.theme import GRID

TYPED_MS = 150
"""Delay between the last keystroke and the evaluation of the query."""


class QueryEdit(QLineEdit):
    """Line edit that Esc, Return and Enter leave."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See QLineEdit."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
            return
        super().keyPressEvent(event)


class QueryField(QWidget):
    """Emits a query as soon as it is valid. line: layout with space beside the field."""

    understood = Signal()  # ``query`` is up to date
    left = Signal()  # Esc, Return or Enter was pressed

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self.query = Query()
        self.edit = QueryEdit()
        self.edit.setPlaceholderText(
            self.tr("Filter: words, state:undecided, finding:any, emotion:none, snr<20, -drop …")
        )
        self.edit.setAccessibleName(self.tr("Clip filter"))
        self.edit.setClearButtonEnabled(True)
        self.error = label(role="error", wrap=True)
        self.error.hide()
        self._typing = QTimer(self, singleShot=True, interval=TYPED_MS)
        self.line, self.column = QHBoxLayout(), QVBoxLayout(self)
        self.line.addWidget(self.edit, 1)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(GRID // 2)
        self.column.addLayout(self.line)
        self.column.addWidget(self.error)
        self.edit.textEdited.connect(lambda: self._typing.start())
        self.edit.textChanged.connect(self._clear_at_once)
        self.edit.left.connect(self._leave)
        self._typing.timeout.connect(self.ask)

    def type_query(self) -> None:
        """Take the focus and select the text."""
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.edit.selectAll()

    def set_query(self, text: str) -> None:
        """Set the text and evaluate it."""
        self.edit.setText(text)
        self.ask()

    @Slot()
    def ask(self) -> None:
        """Parse the query; if it is invalid, show the position of the error and emit nothing."""
        self._typing.stop()
        try:
            self.query = read_query(self._project, self.edit.text())
        except WrongQuery as error:
            self._show_error(error)
            return
        self.error.hide()
        self.edit.setAccessibleDescription("")
        self._mark(wrong=False)
        self.understood.emit()

    def _show_error(self, error: WrongQuery) -> None:
        before = self.edit.text()[: error.column - 1]
        at = self.edit.fontMetrics().horizontalAdvance(before) + self.edit.textMargins().left()
        self.error.setIndent(min(at + GRID, self.edit.width() // 2))
        self.error.setText(f"^ {error}")
        self.error.show()
        self.edit.setAccessibleDescription(str(error))
        self._mark(wrong=True)

    def _mark(self, *, wrong: bool) -> None:
        self.edit.setProperty("wrong", wrong)
        restyle(self.edit)

    @Slot(str)
    def _clear_at_once(self, text: str) -> None:
        if not text:
            self.ask()

    @Slot()
    def _leave(self) -> None:
        if self._typing.isActive():
            self.ask()
        self.left.emit()
