"""Text field for a query, with completion, history, terms and syntax error."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from curator.domain.clip_query import Query
from curator.domain.errors import CuratorError, WrongQuery
from curator.jobs.queries import read_query
from curator.store.project import Project
from curator.ui.named_filters import NamedFilters
from curator.ui.page import label, restyle
from curator.ui.query_history import QueryHistory
from curator.ui.theme import GRID
from curator.ui.widgets.filter_menu import FilterMenuButton
from curator.ui.widgets.query_chips import QueryChips
from curator.ui.widgets.query_completer import QueryCompleter
from curator.ui.widgets.save_filter_dialog import SaveFilterDialog

TYPED_MS = 150
"""Delay between the last keystroke and the evaluation of the query."""


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
        self.menu_button = FilterMenuButton(self._savable)
        self.menu_button.query_wanted.connect(self.set_query)
        self.menu_button.save_wanted.connect(self.save_filter)
        self.menu_button.remove_wanted.connect(self._remove)
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

    @property
    def history(self) -> QueryHistory | None:
        """Queries used before, None for none."""
        return self.menu_button.history

    @history.setter
    def history(self, history: QueryHistory) -> None:
        self.menu_button.history = history

    def use_named_filters(self, filters: NamedFilters) -> None:
        """Offer the saved filters of a project in the menu and by Tab."""
        self.menu_button.named = filters
        self.completer.named = lambda: filters.all
        self._show_name()

    def choose_filter(self) -> None:
        """Open the menu of filters."""
        self.menu_button.open_menu()

    @Slot()
    def save_filter(self) -> None:
        """Ask for a name under which the query is saved. Raises CuratorError without a query."""
        named, query = self.menu_button.named, self._savable()
        if named is None or not query:
            raise CuratorError(self.tr("No filter to save."), self.tr("Type a query first."))
        dialog = SaveFilterDialog(query, named.all, self)
        dialog.named.connect(lambda name: self._save_as(name, query))
        dialog.open()

    def _savable(self) -> str:
        """Query of the field, "" if it is empty or wrong."""
        if self._typing.isActive():
            self.ask()
        is_right = self.error.isHidden() and bool(self.query.terms)
        return self.edit.text().strip() if is_right else ""

    def _save_as(self, name: str, query: str) -> None:
        if self.menu_button.named is not None:
            self.menu_button.named.save(name, query)
        self._show_name()

    @Slot(str)
    def _remove(self, name: str) -> None:
        named = self.menu_button.named
        if named is None:
            return
        if self.history is not None and (query := named.all.get(name)):
            self.history.add(query)
        named.remove(name)
        self._show_name()

    def _show_name(self) -> None:
        """Show the name of the saved filter in the field, if it is one."""
        named, query = self.menu_button.named, self.edit.text().strip()
        self.menu_button.show_name(named.name_of(query) if named and query else "")

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
        self._show_name()
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
