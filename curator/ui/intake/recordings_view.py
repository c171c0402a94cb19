"""Table of the recordings."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from curator.ui.intake.recordings_model import RecordingRow, RecordingsModel
from curator.ui.theme import GRID

WIDTHS = (36, 9, 13, 11, 8, 11, 20, 20, 16)
"""Column widths in grid units; the first column is stretched."""


class RecordingsView(QTableView):
    """Table view with one recording per row."""

    def __init__(self) -> None:
        super().__init__()
        self.recordings = RecordingsModel()
        self.setModel(self.recordings)
        self.setAccessibleName(self.tr("Recordings"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(4 * GRID)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(False)
        for column, width in enumerate(WIDTHS):
            header.resizeSection(column, width * GRID)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def showEvent(self, event: QShowEvent) -> None:
        """Give the titles the room they need in the present font and language."""
        super().showEvent(event)
        header = self.horizontalHeader()
        for column in range(1, len(WIDTHS)):
            needed = header.sectionSizeFromContents(column).width()
            header.resizeSection(column, max(header.sectionSize(column), needed))

    @property
    def chosen(self) -> RecordingRow | None:
        """Selected recording, None without one."""
        index = self.currentIndex()
        return self.recordings.row(index.row()) if index.isValid() else None
