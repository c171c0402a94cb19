"""Dialog for editing keyboard shortcuts; conflicts are reported before they are saved."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from curator.ui.actions import ACTIONS, Action, KeyScope, conflicts, placed
from curator.ui.dialog_size import resize_on_screen
from curator.ui.page import button, label, restyle
from curator.ui.settings import WindowSettings
from curator.ui.theme import GRID
from curator.ui.wording import shown_keys, translated


class ChangeKeys(QDialog):
    """Table of all actions with a field that records the new key of the selected one."""

    def __init__(self, settings: WindowSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Edit shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settings = settings
        self.list = QTableWidget(len(ACTIONS), 2)
        self.field = QKeySequenceEdit(maximumSequenceLength=1)
        self.field.setAccessibleName(self.tr("New key"))
        self.assign = button(self.tr("Assign"), "first")
        self.reset = button(self.tr("Reset to default"))
        self.status = label(role="quiet", wrap=True)
        self._lay_out()
        self._fill()
        self.list.currentCellChanged.connect(self._choose)
        self.field.keySequenceChanged.connect(self._check)
        self.assign.clicked.connect(self._assign)
        self.reset.clicked.connect(self._reset)
        self.list.selectRow(0)

    def _lay_out(self) -> None:
        self.list.setAccessibleName(self.tr("Actions and shortcuts"))
        self.list.setHorizontalHeaderLabels([self.tr("Action"), self.tr("Shortcut")])
        self.list.verticalHeader().hide()
        self.list.setShowGrid(False)
        self.list.setTabKeyNavigation(False)
        self.list.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.list.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        mode = QHeaderView.ResizeMode
        self.list.horizontalHeader().setSectionResizeMode(0, mode.Stretch)
        self.list.horizontalHeader().setSectionResizeMode(1, mode.ResizeToContents)
        line = QHBoxLayout()
        line.addWidget(self.field, 1)
        line.addWidget(self.assign)
        line.addWidget(self.reset)
        column = QVBoxLayout(self)
        column.addWidget(self.list)
        column.addLayout(line)
        column.addWidget(self.status)
        resize_on_screen(self, 72 * GRID, 72 * GRID)

    @property
    def _action(self) -> Action:
        return ACTIONS[max(0, self.list.currentRow())]

    def _fill(self) -> None:
        keys = self._settings.keys
        for row, action in enumerate(ACTIONS):
            text = translated("Actions", action.text)
            if action.takes_digit:
                text = f"{text}: {action.argument}"
            self.list.setItem(row, 0, QTableWidgetItem(text))
            self.list.setItem(row, 1, QTableWidgetItem(shown_keys(keys[action.key])))

    @Slot()
    def _choose(self) -> None:
        page_keys = [key for key in self._settings.keys[self._action.key] if ":" not in key[1:]]
        self.field.setKeySequence(QKeySequence(page_keys[0] if page_keys else ""))
        self._check()

    @property
    def _wanted(self) -> tuple[str, ...]:
        """Keys of the action with the pressed one in place of its page-wide keys."""
        pressed = self.field.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        old = self._settings.keys[self._action.key]
        others = tuple(key for key in old if placed(key)[0] != KeyScope.PAGE)
        return ((pressed,) if pressed else ()) + others

    @Slot()
    def _check(self) -> None:
        keys = self._settings.keys | {self._action.key: self._wanted}
        clashes = [each for each in conflicts(keys) if self._action in (each.first, each.second)]
        self.assign.setEnabled(not clashes)
        if clashes:
            other = clashes[0].second if clashes[0].first is self._action else clashes[0].first
            text = self.tr("“%1” already uses this key.")
            self.status.setText(text.replace("%1", translated("Actions", other.text)))
        else:
            self.status.setText(self.tr("Press a key, then choose Assign."))
        self.status.setProperty("role", "warning" if clashes else "quiet")
        restyle(self.status)

    @Slot()
    def _assign(self) -> None:
        self._settings.change_keys(self._action.key, self._wanted)
        self._fill()

    @Slot()
    def _reset(self) -> None:
        self._settings.change_keys(self._action.key, None)
        self._fill()
        self._choose()
