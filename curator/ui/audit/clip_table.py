"""Table of the clips in the list."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from curator.ui.audit.clip_cell_delegate import ClipCellDelegate
from curator.ui.audit.clip_table_model import ClipTableModel, Index
from curator.ui.audit.column_header import ColumnHeader
from curator.ui.audit.list_columns import COLUMNS
from curator.ui.theme import GRID
from curator.ui.widgets.badges import SIZE
from curator.ui.widgets.held_keys import is_held_navigation

ROW = 3 * GRID + 2
ABOVE = 1 / 3
"""Position of the current row that the view keeps, as a share of its height."""

_Select = QItemSelectionModel.SelectionFlag


class ClipTable(QTableView):
    """Rows of clips; the selection follows clip ids, not rows, when the list changes."""

    clip_chosen = Signal(int)  # id of the clip that became current, by the person or a filter
    selection_changed = Signal()
    sort_asked = Signal(str, bool)  # column of ClipColumns, whether descending

    def __init__(self, model: ClipTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clips = model
        self._saved: tuple[int | None, int, list[int]] = (None, 0, [])
        self._resetting = self._is_styled = False
        self.may_skip: Callable[[], bool] = lambda: True
        """Whether a held key may leave the current clip."""
        self.setModel(model)
        self.setAccessibleName(self.tr("Clips"))
        self._style()
        self._cells = ClipCellDelegate(model, self)
        self.setItemDelegate(self._cells)
        self._is_styled = True
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._restore)

    def current_clip(self) -> int | None:
        """Id of the current clip."""
        row = self.currentIndex().row()
        return int(self._clips.ids[row]) if 0 <= row < self._clips.ids.size else None

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """See QAbstractItemView."""
        super().selectionChanged(selected, deselected)
        self.selection_changed.emit()

    def count_selected(self) -> int:
        """Number of selected clips."""
        ranges = self.selectionModel().selection()
        return sum(rows.height() for rows in map(ranges.at, range(ranges.size())))

    def selected_clips(self) -> list[int]:
        """Ids of the selected clips, in list order."""
        selected = np.zeros(self._clips.ids.size, np.bool_)
        ranges = self.selectionModel().selection()  # one index per row would be slow
        for rows in map(ranges.at, range(ranges.size())):
            selected[rows.top() : rows.bottom() + 1] = True
        return list(map(int, self._clips.ids[selected]))

    def go_to(self, clip: int) -> bool:
        """Make a clip the current one; returns whether it is in the list."""
        row = self._clips.row_of(clip)
        if row is not None:
            self.go_to_row(row)
        return row is not None

    def go_to_row(self, row: int) -> None:
        """Make the clip of a row the current and only selected one."""
        index = self._clips.index(row, self._text_column())
        is_current = self.currentIndex().row() == row
        self.selectionModel().setCurrentIndex(index, _Select.ClearAndSelect | _Select.Rows)
        if is_current or not self.isVisible():
            self.scrollTo(index)  # otherwise the change of the current row scrolls

    def currentChanged(self, current: Index, previous: Index) -> None:
        """See QAbstractItemView."""
        super().currentChanged(current, previous)
        if self._resetting or not current.isValid() or current.row() == previous.row() >= 0:
            return
        clip = self.current_clip()
        if clip is not None:
            self.clip_chosen.emit(clip)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ignore a held arrow key while the current clip was not played."""
        if is_held_navigation(event) and not self.may_skip():
            event.accept()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Paint the cells in another font or theme."""
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange)
        if event.type() in kinds and self._is_styled:
            self._cells.refresh()

    def keyboardSearch(self, search: str) -> None:
        """Disabled: letters are shortcuts of the page."""

    def _style(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)  # Tab moves the focus
        self.setIconSize(QSize(SIZE, SIZE))
        font = QFont(self.font())
        font.setFeature(QFont.Tag("tnum"), 1)
        self.setFont(font)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(rows.ResizeMode.Fixed)
        rows.setDefaultSectionSize(max(ROW, self.fontMetrics().height() + GRID))
        self.columns = ColumnHeader(self._clips, self)
        self.setHorizontalHeader(self.columns)
        self.columns.arrange("")
        self.columns.sort_asked.connect(self.sort_asked)

    def choose_columns(self) -> None:
        """Open the menu of the columns below the header."""
        self.columns.open_menu(self.columns.rect().bottomLeft())

    def show_sorting(self, column: str, descending: bool) -> None:
        """Show the sort indicator if the list is sorted by a column."""
        self.columns.show_sorting(column, descending)

    def scrollTo(
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Keep the current row in the upper middle, so that the rows to come are visible."""
        if hint != QAbstractItemView.ScrollHint.EnsureVisible or index.row() < 0:
            super().scrollTo(index, hint)
            return
        super().scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        top = self.verticalHeader().sectionPosition(index.row())
        self.verticalScrollBar().setValue(top - round(self.viewport().height() * ABOVE))

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Home and End go to the first and the last clip, not to the first and last column."""
        last = self._clips.rowCount() - 1
        row = {
            QAbstractItemView.CursorAction.MoveHome: 0,
            QAbstractItemView.CursorAction.MoveEnd: last,
        }.get(action)
        if row is None or last < 0:
            return super().moveCursor(action, modifiers)
        return self._clips.index(row, self._text_column())

    @Slot()
    def _remember(self) -> None:
        self._resetting = True
        self._saved = (self.current_clip(), self.currentIndex().row(), self.selected_clips())

    @Slot()
    def _restore(self) -> None:
        """Select the same clips again; if the current one is gone, the one in its row."""
        clip, row, selected = self._saved
        self._resetting = False
        size = int(self._clips.ids.size)
        if not size:
            return
        again = None if clip is None else self._clips.row_of(clip)
        if again is None:
            self.go_to_row(0 if clip is None else min(max(row, 0), size - 1))
            return
        selection = QItemSelection()
        if len(selected) > 1:
            for run in self._clips.runs_of(selected):
                selection.select(
                    self._clips.index(run.start, 0), self._clips.index(run.stop - 1, 0)
                )
        self._resetting = True  # same clip: no signal
        self.go_to_row(again)
        self._resetting = False
        if not selection.isEmpty():
            self.selectionModel().select(selection, _Select.Select | _Select.Rows)

    def _text_column(self) -> int:
        return next(number for number, column in enumerate(COLUMNS) if column.key == "text")
