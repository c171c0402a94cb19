"""The list of clips as people see it."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from curator.ui.audit.clip_table_model import ClipTableModel, Index
from curator.ui.audit.list_columns import COLUMNS
from curator.ui.theme import GRID
from curator.ui.widgets.badges import SIZE
from curator.ui.widgets.held_keys import is_held_walk

ROW = 3 * GRID + 2
WIDTHS = {"state": 32, "id": 48, "seconds": 48, "emotion": 32, "findings": 32}
_Select = QItemSelectionModel.SelectionFlag


class ClipTable(QTableView):
    """Rows of clips; which are chosen is remembered by the clips and not by their rows."""

    clip_chosen = Signal(int)  # the person, or a filter, has made another clip the current one
    choice_changed = Signal()  # other rows are selected
    sort_asked = Signal(str, bool)  # a column of ClipColumns, and whether descending

    def __init__(self, model: ClipTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clips = model
        self._before: tuple[int | None, int, list[int]] = (None, 0, [])
        self._resetting = False
        self.may_run_on: Callable[[], bool] = lambda: True
        """Whether a held key may go on from the current clip."""
        self.setModel(model)
        self.setAccessibleName(self.tr("Clips"))
        self._dress()
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._restore)

    def current_clip(self) -> int | None:
        """The clip the keys are about."""
        row = self.currentIndex().row()
        return int(self._clips.ids[row]) if 0 <= row < self._clips.ids.size else None

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """See QAbstractItemView."""
        super().selectionChanged(selected, deselected)
        self.choice_changed.emit()

    def count_chosen(self) -> int:
        """How many clips are selected."""
        parts = self.selectionModel().selection()
        return sum(part.height() for part in map(parts.at, range(parts.size())))

    def chosen_clips(self) -> list[int]:
        """All clips that are selected, in the order of the list."""
        chosen = np.zeros(self._clips.ids.size, np.bool_)
        parts = self.selectionModel().selection()  # an index for each row would take long
        for part in map(parts.at, range(parts.size())):
            chosen[part.top() : part.bottom() + 1] = True
        found: list[int] = self._clips.ids[chosen].tolist()
        return found

    def go_to(self, clip: int) -> bool:
        """Make a clip the current one; whether it is in the list."""
        row = self._clips.row_of(clip)
        if row is not None:
            self.go_to_row(row)
        return row is not None

    def go_to_row(self, row: int) -> None:
        """Make the clip of a row the current one, and the only one chosen."""
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
        """A held arrow does not run past clips that were not heard."""
        if is_held_walk(event) and not self.may_run_on():
            event.accept()
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are keys of the page, and never jump to a row."""

    def _dress(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)  # Tab moves the focus, as everywhere
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
        # Painting a header asks each row of a selection whether it is selected, nevertheless: 2 s
        # where 100,000 are. So it has a selection of its own, in which nothing ever is.
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
        """At least as wide as a number of five figures, in whatever type people read."""
        figures = {"id": "99999", "seconds": "99.9"}.get(column, "")
        return max(WIDTHS[column], self.fontMetrics().horizontalAdvance(figures) + 2 * GRID + 4)

    def show_sorting(self, column: str, descending: bool) -> None:
        """Mark the column the list is sorted by, if it is by one."""
        header = self.horizontalHeader()
        keys = [each.sorts_by for each in COLUMNS]
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        header.setSortIndicatorShown(column in keys and column != "recorded")
        if column in keys:
            header.setSortIndicator(keys.index(column), order)

    @Slot(int)
    def _ask_to_sort(self, section: int) -> None:
        order = self._clips.order
        column = COLUMNS[section].sorts_by
        again = order.column == column and not order.special
        # What is wrong and what is long is wanted at the top first, the rest in its usual order.
        first = column == "findings"
        self.sort_asked.emit(column, not order.descending if again else first)

    @Slot()
    def _remember(self) -> None:
        self._resetting = True
        self._before = (self.current_clip(), self.currentIndex().row(), self.chosen_clips())

    @Slot()
    def _restore(self) -> None:
        """Choose the same clips again; where the current one is gone, one near its place."""
        clip, row, chosen = self._before
        self._resetting = False
        size = int(self._clips.ids.size)
        if not size:
            return
        again = None if clip is None else self._clips.row_of(clip)
        if again is None:
            self.go_to_row(0 if clip is None else min(max(row, 0), size - 1))
            return
        selection = QItemSelection()
        if len(chosen) > 1:
            for run in self._clips.runs_of(chosen):
                selection.select(
                    self._clips.index(run.start, 0), self._clips.index(run.stop - 1, 0)
                )
        self._resetting = True  # the clip is the same, so nobody needs to hear of it
        self.go_to_row(again)
        self._resetting = False
        if not selection.isEmpty():
            self.selectionModel().select(selection, _Select.Select | _Select.Rows)

    def _text_column(self) -> int:
        return next(number for number, column in enumerate(COLUMNS) if column.key == "text")
