"""Table of the recordings."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from curator.ui.intake.recordings_model import RecordingRow, RecordingsModel
from curator.ui.theme import GRID

WIDTHS = (26, 12, 13, 11, 9, 14, 11, 16, 16, 18)
"""Column widths in grid units, of the first one the least: it takes what is left over."""


class RecordingsView(QTableView):
    """Table view with one recording per row. F2 or a double click edits licence and consent."""

    def __init__(self) -> None:
        super().__init__()
        self.recordings = RecordingsModel()
        self.setModel(self.recordings)
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
        self.verticalHeader().setDefaultSectionSize(4 * GRID)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(6 * GRID)
        for column, width in enumerate(WIDTHS):
            header.resizeSection(column, width * GRID)
        header.setStretchLastSection(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget."""
        super().resizeEvent(event)
        self._widen_name()

    def showEvent(self, event: QShowEvent) -> None:
        """Give the titles the room they need in the present font and language."""
        super().showEvent(event)
        header = self.horizontalHeader()
        for column in range(1, len(WIDTHS)):
            needed = header.sectionSizeFromContents(column).width()
            header.resizeSection(column, max(header.sectionSize(column), needed))
        self._widen_name()

    def _widen_name(self) -> None:
        """Give the name what the other columns leave; a narrow table scrolls instead."""
        header = self.horizontalHeader()
        others = sum(header.sectionSize(column) for column in range(1, header.count()))
        header.resizeSection(0, max(WIDTHS[0] * GRID, self.viewport().width() - others))

    @property
    def chosen(self) -> RecordingRow | None:
        """Current recording, None without one."""
        index = self.currentIndex()
        return self.recordings.row(index.row()) if index.isValid() else None

    @property
    def selected(self) -> list[RecordingRow]:
        """Selected recordings in table order."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.recordings.row(row) for row in rows]
