"""Text field for a query, with completion, history, terms and syntax error."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from curator.domain.clip_query import Query
from curator.domain.errors import WrongQuery
from curator.jobs.queries import read_query
from curator.store.project import Project
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.page import label, restyle
from curator.ui.query_history import QueryHistory
from curator.ui.theme import GRID
from curator.ui.widgets.query_chips import QueryChips
from curator.ui.widgets.query_completer import QueryCompleter
from curator.ui.wording import translated

TYPED_MS = 150
"""Delay between the last keystroke and the evaluation of the query."""


COMMON = (
    (QT_TRANSLATE_NOOP("Queries", "Undecided"), "state:undecided"),
    (QT_TRANSLATE_NOOP("Queries", "Kept"), "state:kept"),
    (QT_TRANSLATE_NOOP("Queries", "Dropped"), "state:dropped"),
    (QT_TRANSLATE_NOOP("Queries", "With findings"), "finding:any"),
    (QT_TRANSLATE_NOOP("Queries", "Without category"), "emotion:none -state:dropped"),
    (QT_TRANSLATE_NOOP("Queries", "Text typed by a person"), "has:correction"),
)
"""Queries of the filter menu."""


class QueryEdit(QLineEdit):
    """Line edit that Esc, Return and Enter leave; Tab completes, Up and Down are the history.

    complete: offers completions; returns whether there are any.
    """

    left = Signal()
    walked = Signal(int)  # 1 for an older query, -1 for a newer one

    def __init__(self) -> None:
        super().__init__()
        self.complete: Callable[[], bool] = lambda: False

    def event(self, event: QEvent) -> bool:
        """Complete with Tab; without a completion it moves the focus."""
        is_tab = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab
        if event.type() == QEvent.Type.KeyPress and is_tab and self.complete():
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See QLineEdit."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.walked.emit(1 if event.key() == Qt.Key.Key_Up else -1)
            return
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
        self._place = -1  # in the history; -1 for what is typed
        self.history: QueryHistory | None = None
        self.query = Query()
        self.edit = QueryEdit()
        self.edit.setPlaceholderText(
            self.tr("Filter: words, state:undecided, finding:any, snr<20, -drop … Tab completes")
        )
        self.edit.setAccessibleName(self.tr("Clip filter"))
        self.edit.setClearButtonEnabled(True)
        self.completer = QueryCompleter(project, self.edit)
        self.edit.complete = self.completer.offer
        self.completer.activated.connect(self.edit.setText)
        self.chips = QueryChips(self)
        self.menu_button = self._menu_button()
        self.error = label(role="error", wrap=True)
        self.error.hide()
        self._typing = QTimer(self, singleShot=True, interval=TYPED_MS)
        self.line, self.column = QHBoxLayout(), QVBoxLayout(self)
        self.line.addWidget(self.menu_button)
        self.line.addWidget(self.edit, 1)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(GRID // 2)
        self.column.addLayout(self.line)
        self.column.addWidget(self.chips)
        self.column.addWidget(self.error)
        self.edit.textEdited.connect(lambda: self._typing.start())
        self.completer.activated.connect(lambda: self._typing.start())
        self.edit.walked.connect(self._walk)
        self.chips.query_wanted.connect(self.set_query)
        self.edit.textChanged.connect(self._clear_at_once)
        self.edit.left.connect(self._leave)
        self._typing.timeout.connect(self.ask)

    def _menu_button(self) -> QToolButton:
        """Button with a menu of common and recent queries."""
        opener = QToolButton()
        opener.setText(self.tr("Filter"))
        opener.setProperty("role", "menu")
        opener.setToolTip(self.tr("Common and recent filters"))
        opener.setAccessibleName(self.tr("Common and recent filters"))
        opener.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(opener)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        opener.setMenu(menu)
        return opener

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        for text, query in COMMON:
            menu.addAction(translated("Queries", text), partial(self.set_query, query))
        recent = self.history.queries if self.history else ()
        if recent:
            menu.addSection(self.tr("Recent"))
        for query in recent:
            menu.addAction(query.replace("&", "&&"), partial(self.set_query, query))
        menu.addSeparator()
        menu.addAction(self.tr("Show all clips"), lambda: self.set_query(""))

    @Slot(int)
    def _walk(self, step: int) -> None:
        """Show an older (1) or newer (-1) query of the history."""
        queries = self.history.queries if self.history else ()
        self._place = min(max(-1, self._place + step), len(queries) - 1)
        self.set_query(queries[self._place] if self._place >= 0 else "")

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
        self.chips.show_query(self.query)
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
        self._place = -1
        if self.history is not None and self.query.terms and self.error.isHidden():
            self.history.add(self.edit.text().strip())
        self.left.emit()
