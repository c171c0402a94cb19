"""Command palette: search actions by words of their titles (Ctrl+K)."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from curator.ui.actions import Action, Keys
from curator.ui.theme import GRID
from curator.ui.wording import shown_keys, translated

MOST = 200
"""Upper bound of listed commands, above the number of actions."""


def matching(actions: Sequence[Action], typed: str) -> list[Action]:
    """Return the actions with every typed word in their title, prefix matches first."""
    words = typed.casefold().split()
    texts = {action.key: translated("Actions", action.text).casefold() for action in actions}
    matches = [action for action in actions if all(word in texts[action.key] for word in words)]
    return sorted(matches, key=lambda action: not texts[action.key].startswith(typed.casefold()))


class Palette(QDialog):
    """Dialog listing the enabled actions; Enter triggers the selected one."""

    triggered = Signal(str)  # the key of an action

    def __init__(self, actions: Sequence[Action], keys: dict[str, Keys], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Command palette"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions, self._keys = actions, keys
        self._matches: list[Action] = []
        self.line = QLineEdit(placeholderText=self.tr("Search commands"))
        self.line.setAccessibleName(self.tr("Search commands"))
        self.list = QTableWidget(0, 2)
        self._dress_list()
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.addWidget(self.line)
        column.addWidget(self.list)
        self.resize(64 * GRID, 52 * GRID)
        self.line.textChanged.connect(self._search)
        self.line.returnPressed.connect(self._start)
        self.list.cellActivated.connect(self._start)
        self.line.installEventFilter(self)
        self._search("")

    def _dress_list(self) -> None:
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setShowGrid(False)
        self.list.setTabKeyNavigation(False)
        self.list.verticalHeader().hide()
        self.list.horizontalHeader().hide()
        stretch = QHeaderView.ResizeMode
        self.list.horizontalHeader().setSectionResizeMode(0, stretch.Stretch)
        self.list.horizontalHeader().setSectionResizeMode(1, stretch.ResizeToContents)

    @Slot(str)
    def _search(self, typed: str) -> None:
        self._matches = matching(self._actions, typed)[:MOST]
        self.list.setRowCount(len(self._matches))
        for row, action in enumerate(self._matches):
            self.list.setItem(row, 0, QTableWidgetItem(translated("Actions", action.text)))
            keys = QTableWidgetItem(shown_keys(self._keys[action.key]))
            keys.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.list.setItem(row, 1, keys)
        if self._matches:
            self.list.selectRow(0)

    @Slot()
    def _start(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._matches):
            key = self._matches[row].key
            self.close()
            self.triggered.emit(key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move through the list with Up and Down while the search field keeps the focus."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step and self._matches:
                row = min(max(self.list.currentRow() + step, 0), len(self._matches) - 1)
                self.list.selectRow(row)
                return True
        return False
