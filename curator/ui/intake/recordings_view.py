"""Table of the recordings."""

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from curator.ui.intake.analysed_delegate import AnalysedDelegate
from curator.ui.intake.recording_delegate import RecordingDelegate
from curator.ui.intake.recordings_model import (
    COLUMNS,
    SORTED_BY,
    RecordingRow,
    RecordingsModel,
)
from curator.ui.theme import GRID

WIDTHS = (26, 12, 17, 9, 14, 22, 16, 16, 15)
"""Column widths in grid units, of the first one the least: it takes what is left over."""

LEAST = (18, 9, 14, 0, 10, 17, 13, 13, 13)
"""The same in a narrow window, where no column is narrower than its title."""

ROW = 5 * GRID
"""Height of a row: of the name and the waveform below it."""

MAX_WIDTH = 100 * GRID

KEYS = [column.key for column in COLUMNS]

RIGHTS, MOST_RIGHTS = (KEYS.index("licence"), KEYS.index("consent")), 40
"""Columns of licence and consent, which grow in a wide window, and the most they take."""


class RecordingsView(QTableView):
    """Table view with one recording per row. F2 or a double click edits licence and consent.

    place_wanted: a place in the waveform of the recording that plays was clicked; id and share.
    """

    place_wanted = Signal(int, float)

    def __init__(self) -> None:
        super().__init__()
        self.recordings = RecordingsModel()
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self.recordings)
        self._sorted.setSortRole(SORTED_BY)
        self.setModel(self._sorted)
        self.setAccessibleName(self.tr("Recordings"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        waves = RecordingDelegate(self)
        waves.clicked.connect(self._want_place)
        self.setItemDelegateForColumn(0, waves)
        self.setItemDelegateForColumn(KEYS.index("analysed"), AnalysedDelegate(self))
        header = self.horizontalHeader()
        header.setProperty("room", "little")  # all columns fit 1024 pixels
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(True)
        header.setSortIndicatorClearable(True)  # a third click restores the order of import
        self.setSortingEnabled(True)
        self.sort("", descending=False)
        header.setMinimumSectionSize(6 * GRID)
        header.setStretchLastSection(False)
        self._dragged: dict[int, int] = {}  # widths that a person chose, by column
        self._is_fitting = False
        header.sectionResized.connect(self._follow_person)
        header.sortIndicatorChanged.connect(self._fit_columns)  # its arrow takes room

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget."""
        super().resizeEvent(event)
        self._fit_columns()

    def showEvent(self, event: QShowEvent) -> None:
        """Give the titles the room they need in the present font and language."""
        super().showEvent(event)
        self._fit_columns()

    @Slot()
    def _fit_columns(self) -> None:
        """Shrink the columns together in a narrow table; the name takes what is left over.

        A table that is narrower than the least widths scrolls.
        """
        header, room = self.horizontalHeader(), self.viewport().width()
        titles = [
            max(header.sectionSizeFromContents(column).width(), header.minimumSectionSize())
            for column in range(len(WIDTHS))
        ]
        usual, least = (
            [max(width * GRID, title) for width, title in zip(widths, titles, strict=True)]
            for widths in (WIDTHS, LEAST)
        )
        spare, missing = sum(usual) - sum(least), max(0, sum(usual) - room)
        share = min(1.0, missing / spare) if spare else 0.0
        widths = [
            int(wide - share * (wide - narrow)) for wide, narrow in zip(usual, least, strict=True)
        ]
        spare = max(0, room - sum(widths))
        for column in RIGHTS:
            widths[column] += max(0, min(spare // 4, MOST_RIGHTS * GRID - widths[column]))
        for column, width in self._dragged.items():
            widths[column] = width
        if 0 not in self._dragged:
            widths[0] = max(widths[0], room - sum(widths[1:]))
        self._is_fitting = True
        for column, width in enumerate(widths):
            header.resizeSection(column, width)
        self._is_fitting = False

    @Slot(int, int, int)
    def _follow_person(self, column: int, _before: int, width: int) -> None:
        if not self._is_fitting:
            self._dragged[column] = width

    @property
    def widths(self) -> dict[str, int]:
        """Widths that a person chose, by key of the column."""
        return {KEYS[column]: width for column, width in self._dragged.items()}

    def set_widths(self, widths: Mapping[str, object]) -> None:
        """Restore widths; unknown columns and values are ignored."""
        for key, width in widths.items():
            if key in KEYS and isinstance(width, int) and 0 < width < MAX_WIDTH:
                self._dragged[KEYS.index(key)] = width
        self._fit_columns()

    @property
    def sorting(self) -> tuple[str, bool]:
        """Key of the column that the table is sorted by, "" for none, and whether descending."""
        header = self.horizontalHeader()
        column = header.sortIndicatorSection()
        descending = header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        return (KEYS[column], descending) if 0 <= column < len(KEYS) else ("", False)

    def sort(self, key: str, *, descending: bool) -> None:
        """Sort by a column; "" and unknown keys for the order of import."""
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.sortByColumn(KEYS.index(key) if key in KEYS else -1, order)

    @Slot(object, float)
    def _want_place(self, index: QModelIndex, share: float) -> None:
        self.place_wanted.emit(self._row(index).recording.id, share)

    def _row(self, index: QModelIndex) -> RecordingRow:
        """Recording of an index of the table."""
        return self.recordings.row(self._sorted.mapToSource(index).row())

    @property
    def chosen(self) -> RecordingRow | None:
        """The selected recording if it is only one, else the current one; None without one."""
        selected = self.selected
        if len(selected) == 1:
            return selected[0]
        index = self.currentIndex()
        return self._row(index) if index.isValid() else None

    @property
    def selected(self) -> list[RecordingRow]:
        """Selected recordings in table order."""
        indices = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
        return [self._row(index) for index in indices]
