"""Table of the samples of a checkpoint."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget

from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.theme import GRID
from curator.ui.wording import translated

TITLES = (
    QT_TRANSLATE_NOOP("Training", "Category"),
    QT_TRANSLATE_NOOP("Training", "Text"),
    QT_TRANSLATE_NOOP("Training", "Measures"),
    QT_TRANSLATE_NOOP("Training", "Rating"),
)
NAME = QT_TRANSLATE_NOOP("Training", "Samples")


def dress_samples(table: QTableWidget) -> None:
    """Set titles, widths and behaviour of the table."""
    table.setHorizontalHeaderLabels([*(translated("Training", title) for title in TITLES)])
    table.setAccessibleName(translated("Training", NAME))
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(4 * GRID)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    header.resizeSection(0, 12 * GRID)
    header.resizeSection(2, 46 * GRID)
    header.resizeSection(3, 8 * GRID)
