"""Selection of a row by the program."""

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QAbstractItemView

_Select = QItemSelectionModel.SelectionFlag


def select_row(table: QAbstractItemView, row: int) -> None:
    """Make a row the current one and the only one selected.

    QTableView.selectRow adds or removes a row instead while Ctrl or Shift is held, which it is when
    a shortcut leads to a page.
    """
    index = table.model().index(row, 0)
    table.selectionModel().setCurrentIndex(index, _Select.ClearAndSelect | _Select.Rows)
