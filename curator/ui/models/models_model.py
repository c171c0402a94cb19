"""Table model of the models."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.models.commands import ModelRow
from curator.ui.widgets.badges import badge
from curator.ui.wording import data_size, translated

COLUMNS = (
    QT_TRANSLATE_NOOP("Models", "Model"),
    QT_TRANSLATE_NOOP("Models", "Use"),
    QT_TRANSLATE_NOOP("Models", "Size"),
    QT_TRANSLATE_NOOP("Models", "Licence"),
    QT_TRANSLATE_NOOP("Models", "State"),
)
NAME, FOR, SIZE, LICENCE, HERE = range(len(COLUMNS))

KINDS = {
    "whisper": QT_TRANSLATE_NOOP("Models", "transcription"),
    "xtts": QT_TRANSLATE_NOOP("Models", "training"),
    "chatterbox": QT_TRANSLATE_NOOP("Models", "training"),
    "cleaner": QT_TRANSLATE_NOOP("Models", "cleaning"),
}
STATES = {
    "packaged": QT_TRANSLATE_NOOP("Models", "installed"),
    "here": QT_TRANSLATE_NOOP("Models", "downloaded"),
    "partial": QT_TRANSLATE_NOOP("Models", "incomplete"),
    "absent": QT_TRANSLATE_NOOP("Models", "not downloaded"),
    "wrong": QT_TRANSLATE_NOOP("Models", "wrong files"),
}
_SIGNS = {"packaged": "kept", "here": "kept", "partial": "warning", "wrong": "error"}

Index = QModelIndex | QPersistentModelIndex


class ModelsModel(QAbstractTableModel):
    """Models in listing order, one per row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[ModelRow] = []

    def take(self, updated: ModelRow) -> None:
        """Update or add the row of a model."""
        for place, row in enumerate(self.rows):
            if row.name == updated.name:
                self.rows[place] = updated
                self.dataChanged.emit(self.index(place, 0), self.index(place, HERE), [])
                return
        self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows))
        self.rows.append(updated)
        self.endInsertRows()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # as Qt has it
        """See QAbstractItemModel."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # as Qt has it
        """See QAbstractItemModel."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  # as Qt's
        """See QAbstractItemModel."""
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.sentence if column == HERE else row.use
        if role == Qt.ItemDataRole.DecorationRole and column == HERE:
            shown = _SIGNS.get(row.state)
            return badge(shown) if shown else None
        if role == Qt.ItemDataRole.TextAlignmentRole and column == SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401  # as Qt's
        """See QAbstractItemModel."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return translated("Models", COLUMNS[section])
        return None

    def _words(self, row: ModelRow, column: int) -> str:
        if column == NAME:
            return row.name
        if column == FOR:
            return translated("Models", KINDS.get(row.kind, row.kind))
        if column == SIZE:
            return data_size(row.size or row.here) if row.size or row.here else "?"
        if column == LICENCE:
            return row.licence
        if row.verified and row.usable:
            return translated("Models", QT_TRANSLATE_NOOP("Models", "verified"))
        return translated("Models", STATES.get(row.state, row.state))
