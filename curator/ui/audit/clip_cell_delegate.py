"""Cells of the clip list, filled with one call each."""

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from curator.ui.audit.clip_table_model import ClipTableModel
from curator.ui.audit.list_columns import COLUMNS, NUMBERS, ListColumn, RowValues
from curator.ui.widgets.badges import SIZE

_Role = Qt.ItemDataRole
_Feature = QStyleOptionViewItem.ViewItemFeature
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


Reader = Callable[[RowValues], object]
Cell = tuple[Reader, Reader, Reader, Qt.AlignmentFlag]
"""Text, icon and colour of a cell, and its alignment."""


def _nothing(_row: RowValues) -> object:
    return None


class ClipCellDelegate(QStyledItemDelegate):
    """Delegate with one call per cell.

    Qt asks the model for seven roles of each cell, which takes half the time of a repaint.
    """

    def __init__(self, model: ClipTableModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._icon_size = QSize(SIZE, SIZE)
        self._cells = tuple(map(self._readers, COLUMNS))

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """See QStyledItemDelegate."""
        text_of, icon_of, colour_of, alignment = self._cells[index.column()]
        row = self._model.row_values(index.row())
        option.index = cast("QModelIndex", index)
        option.displayAlignment = alignment
        if text := text_of(row):
            option.features |= _Feature.HasDisplay
            option.text = str(text)
        if isinstance(icon := icon_of(row), QIcon):
            option.features |= _Feature.HasDecoration
            option.icon = icon
            option.decorationSize = self._icon_size
        if isinstance(colour := colour_of(row), QColor):
            palette = option.palette
            palette.setColor(QPalette.ColorRole.Text, colour)
            option.palette = palette

    @staticmethod
    def _readers(column: ListColumn) -> Cell:
        shows = column.shows
        return (
            shows.get(_Role.DisplayRole, _nothing),
            shows.get(_Role.DecorationRole, _nothing),
            shows.get(_Role.ForegroundRole, _nothing),
            NUMBERS if _Role.TextAlignmentRole in shows else _LEFT,
        )
