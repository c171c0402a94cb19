"""Button with a menu of saved, common and recent queries."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QToolButton

from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.named_filters import NamedFilters
from curator.ui.plain_text import tool_tip
from curator.ui.query_history import QueryHistory
from curator.ui.theme import GRID
from curator.ui.wording import translated

COMMON = (
    (QT_TRANSLATE_NOOP("Queries", "Undecided"), "state:undecided"),
    (QT_TRANSLATE_NOOP("Queries", "Kept"), "state:kept"),
    (QT_TRANSLATE_NOOP("Queries", "Dropped"), "state:dropped"),
    (QT_TRANSLATE_NOOP("Queries", "With findings"), "finding:any"),
    (QT_TRANSLATE_NOOP("Queries", "Without category"), "emotion:none -state:dropped"),
    (QT_TRANSLATE_NOOP("Queries", "Text typed by a person"), "has:correction"),
)
"""Queries of the filter menu."""

NAME_WIDTH, QUERY_WIDTH = 24 * GRID, 48 * GRID
"""Widest name on the button and widest query in the menu, in pixels."""


class FilterMenuButton(QToolButton):
    """Lists queries to choose from; shows the name of the query that is chosen.

    history, named: None for none. savable: returns the query that can be saved, or "".
    """

    query_wanted = Signal(str)
    save_wanted = Signal()
    remove_wanted = Signal(str)  # name of a saved filter

    def __init__(self, savable: Callable[[], str]) -> None:
        super().__init__()
        self._savable = savable
        self.history: QueryHistory | None = None
        self.named: NamedFilters | None = None
        self.setProperty("role", "menu")
        self.setAccessibleName(self.tr("Saved, common and recent filters"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        self.show_name("")

    def show_name(self, name: str) -> None:
        """Show the name of the saved filter in use, "" for none."""
        elided = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, NAME_WIDTH)
        self.setText(elided.replace("&", "&&") or self.tr("Filter"))
        self.setToolTip(tool_tip(name or self.tr("Saved, common and recent filters")))

    def open_menu(self) -> None:
        """Open the menu for the keyboard, with its first query marked."""
        menu = self.menu()
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))
        first = next((each for each in menu.actions() if each.isEnabled()), None)
        if first is not None:
            menu.setActiveAction(first)

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        saved = self.named.all if self.named else {}
        if saved:
            self._add_heading(menu, self.tr("Saved"))
        for name, query in saved.items():
            menu.addAction(self._entry(name, query), partial(self.query_wanted.emit, query))
        if saved:
            self._add_heading(menu, self.tr("Common"))
        for text, query in COMMON:
            menu.addAction(translated("Queries", text), partial(self.query_wanted.emit, query))
        recent = self.history.queries if self.history else ()
        recent = tuple(query for query in recent if query not in saved.values())
        if recent:
            self._add_heading(menu, self.tr("Recent"))
        for query in recent:
            menu.addAction(self._entry(query, ""), partial(self.query_wanted.emit, query))
        menu.addSeparator()
        menu.addAction(self.tr("Show all clips"), partial(self.query_wanted.emit, ""))
        if self.named is not None:
            self._add_edits(menu, tuple(saved), may_write=self.named.may_write)

    def _add_edits(self, menu: QMenu, names: tuple[str, ...], *, may_write: bool) -> None:
        """Add what changes the saved filters."""
        save = menu.addAction(self.tr("Save this filter…"), self.save_wanted.emit)
        save.setEnabled(may_write and bool(self._savable()))
        if not names:
            return
        removal = menu.addMenu(self.tr("Remove saved filter"))
        removal.setEnabled(may_write)
        for name in names:
            removal.addAction(self._entry(name, ""), partial(self.remove_wanted.emit, name))

    def _add_heading(self, menu: QMenu, text: str) -> None:
        """Name the entries that follow; styles may draw sections as mere lines."""
        if menu.actions():
            menu.addSeparator()
        menu.addAction(text).setEnabled(False)

    def _entry(self, text: str, query: str) -> str:
        """Text of a menu entry; a query stands in the column of the shortcuts."""
        shown = text.replace("&", "&&")
        if not query:
            return shown
        elided = self.fontMetrics().elidedText(query, Qt.TextElideMode.ElideRight, QUERY_WIDTH)
        return f"{shown}\t{elided.replace('&', '&&')}"
