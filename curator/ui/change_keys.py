"""Giving actions other keys; what two actions would share is said before it can happen."""

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

from curator.ui.actions import ACTIONS, Action, Place, conflicts, placed
from curator.ui.page import button, label, restyle
from curator.ui.settings import Settings
from curator.ui.theme import GRID
from curator.ui.wording import shown_keys, translated


class ChangeKeys(QDialog):
    """A list of all actions; the chosen one's key is pressed into the field below."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Change keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settings = settings
        self.list = QTableWidget(len(ACTIONS), 2)
        self.field = QKeySequenceEdit(maximumSequenceLength=1)
        self.field.setAccessibleName(self.tr("New key"))
        self.give = button(self.tr("Give this key"), "first")
        self.back = button(self.tr("Usual key"))
        self.said = label(role="quiet", wrap=True)
        self._lay_out()
        self._fill()
        self.list.currentCellChanged.connect(self._choose)
        self.field.keySequenceChanged.connect(self._judge)
        self.give.clicked.connect(self._give)
        self.back.clicked.connect(self._back)
        self.list.selectRow(0)

    def _lay_out(self) -> None:
        self.list.setAccessibleName(self.tr("Actions and their keys"))
        self.list.setHorizontalHeaderLabels([self.tr("Action"), self.tr("Keys")])
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
        line.addWidget(self.give)
        line.addWidget(self.back)
        column = QVBoxLayout(self)
        column.addWidget(self.list)
        column.addLayout(line)
        column.addWidget(self.said)
        self.resize(72 * GRID, 72 * GRID)

    @property
    def _action(self) -> Action:
        return ACTIONS[max(0, self.list.currentRow())]

    def _fill(self) -> None:
        keys = self._settings.keys
        for row, action in enumerate(ACTIONS):
            text = translated("Actions", action.text)
            if action.argument is not None and action.run == "audit.give_category":
                text = f"{text}: {action.argument}"
            self.list.setItem(row, 0, QTableWidgetItem(text))
            self.list.setItem(row, 1, QTableWidgetItem(shown_keys(keys[action.key])))

    @Slot()
    def _choose(self) -> None:
        page_keys = [key for key in self._settings.keys[self._action.key] if ":" not in key[1:]]
        self.field.setKeySequence(QKeySequence(page_keys[0] if page_keys else ""))
        self._judge()

    @property
    def _wanted(self) -> tuple[str, ...]:
        """The action's keys with the pressed one in place of those that work on the whole page."""
        pressed = self.field.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        old = self._settings.keys[self._action.key]
        others = tuple(key for key in old if placed(key)[0] != Place.PAGE)
        return ((pressed,) if pressed else ()) + others

    @Slot()
    def _judge(self) -> None:
        keys = self._settings.keys | {self._action.key: self._wanted}
        found = [each for each in conflicts(keys) if self._action in (each.first, each.second)]
        self.give.setEnabled(not found)
        if found:
            other = found[0].second if found[0].first is self._action else found[0].first
            words = self.tr("“%1” already has this key.")
            self.said.setText(words.replace("%1", translated("Actions", other.text)))
        else:
            self.said.setText(self.tr("Press the key you want, then give it."))
        self.said.setProperty("role", "warning" if found else "quiet")
        restyle(self.said)

    @Slot()
    def _give(self) -> None:
        self._settings.change_keys(self._action.key, self._wanted)
        self._fill()

    @Slot()
    def _back(self) -> None:
        self._settings.change_keys(self._action.key, None)
        self._fill()
        self._choose()
