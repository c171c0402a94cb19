"""Table of the clips in the list."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from curator.ui.audit.clip_table_model import ClipTableModel, Index
from curator.ui.audit.list_columns import COLUMNS
from curator.ui.theme import GRID
from curator.ui.widgets.badges import SIZE
from curator.ui.widgets.held_keys import is_held_navigation

ROW = 3 * GRID + 2
WIDTHS = {"state": 32, "id": 48, "seconds": 48, "emotion": 32, "findings": 32}
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
        self._resetting = False
        self.may_skip: Callable[[], bool] = lambda: True
        """Whether a held key may leave the current clip."""
        self.setModel(model)
        self.setAccessibleName(self.tr("Clips"))
        self._style()
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
        self.selectionModel().setCurrentIndex(index, _Select.ClearAndSelect | _Select.Rows)
        self.scrollTo(index)

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
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(max(ROW, self.fontMetrics().height() + GRID))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        # A header asks every selected row whether it is selected when it paints: 2 s for 100,000
        # rows. Its own, always empty selection model avoids that.
        header.setSelectionModel(QItemSelectionModel(self._clips, header))
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(False)
        header.setMinimumSectionSize(3 * GRID)
        for number, column in enumerate(COLUMNS):
            stretch = column.key == "text"
            mode = QHeaderView.ResizeMode.Stretch if stretch else QHeaderView.ResizeMode.Fixed
            header.setSectionResizeMode(number, mode)
            if not stretch:
                self.setColumnWidth(number, self._width(column.key))
        header.sectionClicked.connect(self._ask_to_sort)

    def _width(self, column: str) -> int:
        """Column width for a number of five digits in the current font."""
        digits = {"id": "99999", "seconds": "99.9"}.get(column, "")
        return max(WIDTHS[column], self.fontMetrics().horizontalAdvance(digits) + 2 * GRID + 4)

    def show_sorting(self, column: str, descending: bool) -> None:
        """Show the sort indicator if the list is sorted by a column."""
        header = self.horizontalHeader()
        keys = [shown.sorts_by for shown in COLUMNS]
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        header.setSortIndicatorShown(column in keys and column != "recorded")
        if column in keys:
            header.setSortIndicator(keys.index(column), order)

    @Slot(int)
    def _ask_to_sort(self, section: int) -> None:
        order = self._clips.order
        column = COLUMNS[section].sorts_by
        again = order.column == column and not order.special
        first = column == "findings"  # clips with findings first
        self.sort_asked.emit(column, not order.descending if again else first)

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
