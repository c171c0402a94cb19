"""Dialog that names a query and keeps it as a filter of the project."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from curator.store.saved_filters import MAX_NAME, is_name
from curator.ui.dialog_size import resize_on_screen
from curator.ui.page import button, label
from curator.ui.theme import GRID

WIDTH = 56 * GRID


class SaveFilterDialog(QDialog):
    """Asks for the name of a query. filters: those there are, by name."""

    named = Signal(str)

    def __init__(self, query: str, filters: Mapping[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Save filter"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._filters = filters
        self.name = QLineEdit()
        self.name.setMaxLength(MAX_NAME)
        self.name.setPlaceholderText(self.tr("e.g. doubtful text"))
        self.name.setAccessibleName(self.tr("Name"))
        self.name.setText(next((name for name, other in filters.items() if other == query), ""))
        self.name.selectAll()
        self.hint = label(role="quiet", wrap=True)
        self.save, cancel = button(self.tr("Save"), "first"), button(self.tr("Cancel"))
        self.save.setDefault(True)
        self.save.clicked.connect(self._save)
        cancel.clicked.connect(self.close)
        self.name.textChanged.connect(self._check)
        title = label(self.tr("Name"))
        title.setBuddy(self.name)
        line, buttons, column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        line.setSpacing(2 * GRID)
        line.addWidget(title)
        line.addWidget(self.name, 1)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.save)
        column.setSpacing(GRID)
        column.addWidget(label(query, "heading", wrap=True))
        column.addLayout(line)
        column.addWidget(self.hint)
        column.addLayout(buttons)
        self._check()
        resize_on_screen(self, WIDTH, 0)

    @Slot()
    def _check(self) -> None:
        name = self.name.text().strip()
        replaced = self._filters.get(name)
        self.save.setEnabled(is_name(name))
        self.save.setText(self.tr("Save") if replaced is None else self.tr("Replace"))
        text = self.tr("Kept in this project, listed under Filter.")
        if replaced is not None:
            text = self.tr("Replaces the filter of this name: %1").replace("%1", replaced)
        self.hint.setText(text)

    @Slot()
    def _save(self) -> None:
        name = self.name.text().strip()
        if is_name(name):
            self.close()
            self.named.emit(name)
