"""The list of suggestions: which ones, said above it, and what can be said of them below."""

from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from curator.domain.suggesting import Suggested
from curator.ui.balance.suggestion_model import SuggestionModel
from curator.ui.page import label
from curator.ui.theme import GRID

TEXT_COLUMN, LIKELY_COLUMN, SURE_COLUMN, WHY_COLUMN = range(4)


class SuggestionKind(StrEnum):
    """Which clips the list holds."""

    LIKELY = "likely"
    DOUBTFUL = "doubtful"
    SUSPECTS = "suspects"


class SuggestionList(QWidget):
    """A table of clips below three buttons that say which."""

    kind_wanted = Signal(str)  # a SuggestionKind
    chosen = Signal(object)  # the Suggested that is current now, or None

    def __init__(self) -> None:
        super().__init__()
        self.model = SuggestionModel()
        self.table = QTableView()
        self.heading = label(role="heading")
        self.reason = label(wrap=True)
        self.said = label(role="quiet", wrap=True)
        self.kinds = QButtonGroup(self)
        self._dress()
        self._lay_out()
        self.table.selectionModel().currentRowChanged.connect(self._choose)

    def _dress(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setAccessibleName(self.tr("Suggestions"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(4 * GRID)
        header = table.horizontalHeader()
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(TEXT_COLUMN, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(WHY_COLUMN, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(LIKELY_COLUMN, 15 * GRID)
        header.resizeSection(SURE_COLUMN, 9 * GRID)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        for kind, text in (
            (SuggestionKind.LIKELY, self.tr("Suggested")),
            (SuggestionKind.DOUBTFUL, self.tr("Uncertain")),
            (SuggestionKind.SUSPECTS, self.tr("Suspect labels")),
        ):
            made = QToolButton()
            made.setText(text)
            made.setCheckable(True)
            made.setProperty("role", "category")
            made.setAccessibleName(text)
            made.clicked.connect(lambda _checked, kind=kind: self.kind_wanted.emit(kind))
            self.kinds.addButton(made)
            made.setObjectName(kind)
            buttons.addWidget(made)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(buttons)
        column.addWidget(self.heading)
        column.addWidget(self.table, 1)
        column.addWidget(self.reason)
        column.addWidget(self.said)

    def mark(self, kind: SuggestionKind) -> None:
        """Show which list it is."""
        for made in self.kinds.buttons():
            made.setChecked(made.objectName() == kind)

    @property
    def current(self) -> Suggested | None:
        """What is in the current row."""
        return self.model.row(self.table.currentIndex().row())

    def go_to_row(self, row: int) -> None:
        """Make a row the current one, the last where there are fewer."""
        last = self.model.rowCount() - 1
        if last >= 0:
            index = self.model.index(min(max(0, row), last), 0)
            self.table.setCurrentIndex(index)
            self.table.scrollTo(index)
        self._choose()

    def _choose(self) -> None:
        current = self.current
        self.reason.setText(current.suggestion.reason if current else "")
        self.chosen.emit(current)
