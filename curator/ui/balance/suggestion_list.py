"""List of clips with suggestions: kind buttons and heading above, reason and accuracy below."""

from enum import StrEnum

from PySide6.QtCore import Qt, Signal, Slot
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
from curator.ui.balance.suggestion_model import (
    CATEGORY,
    CONFIDENCE,
    PRESENT,
    REASON,
    TEXT,
    SuggestionModel,
)
from curator.ui.page import button, label
from curator.ui.theme import GRID

EMPTY_HEIGHT = 12 * GRID
QWIDGETSIZE_MAX = 2**24 - 1


class SuggestionKind(StrEnum):
    """Which clips are listed."""

    SUGGESTED = "suggested"
    UNCERTAIN = "uncertain"
    SUSPECT = "suspect"


class SuggestionList(QWidget):
    """Table of clips below one button per kind."""

    kind_wanted = Signal(str)  # a SuggestionKind
    current_changed = Signal(object)  # the current Suggested, None without one
    lead_wanted = Signal()  # the button of the empty list was pressed

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = SuggestionModel()
        self.table = QTableView()
        self.heading = label(role="heading")
        self.reason = label(wrap=True)
        self.accuracy = label(role="quiet", wrap=True)
        self.kinds = QButtonGroup(self)
        self.empty_text = ""  # shown instead of a reason while the list is empty
        self.lead = button("")  # leads to what fills the empty list
        self.lead.hide()
        self._style()
        self._lay_out()
        self.table.selectionModel().currentRowChanged.connect(self._show_current)
        self.lead.clicked.connect(self.lead_wanted)

    def _style(self) -> None:
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
        header.setSectionResizeMode(TEXT, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(REASON, QHeaderView.ResizeMode.Stretch)
        for category in (PRESENT, CATEGORY):
            header.setSectionResizeMode(category, QHeaderView.ResizeMode.ResizeToContents)
        table.setColumnHidden(PRESENT, True)
        header.setSectionResizeMode(CONFIDENCE, QHeaderView.ResizeMode.ResizeToContents)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        for kind, text in (
            (SuggestionKind.SUGGESTED, self.tr("Suggested")),
            (SuggestionKind.UNCERTAIN, self.tr("Uncertain")),
            (SuggestionKind.SUSPECT, self.tr("Suspect labels")),
        ):
            toggle = QToolButton()
            toggle.setText(text)
            toggle.setCheckable(True)
            toggle.setProperty("role", "category")
            toggle.setAccessibleName(text)
            toggle.clicked.connect(lambda _checked, kind=kind: self.kind_wanted.emit(kind))
            self.kinds.addButton(toggle)
            toggle.setObjectName(kind)
            buttons.addWidget(toggle)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(buttons)
        column.addWidget(self.heading)
        column.addWidget(self.table, 1)
        column.addWidget(self.reason)
        column.addWidget(self.accuracy)
        column.addWidget(self.lead, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(0)
        self._column = column
        for changed in (self.model.modelReset, self.model.rowsInserted, self.model.rowsRemoved):
            changed.connect(self._fit_empty)
        self._fit_empty()

    @Slot()
    def _fit_empty(self) -> None:
        """Shrink an empty table, so that the sentence below it moves up."""
        is_empty = not self.model.rowCount()
        self.table.setMaximumHeight(EMPTY_HEIGHT if is_empty else QWIDGETSIZE_MAX)
        self._column.setStretch(self._column.count() - 1, int(is_empty))

    def mark(self, kind: SuggestionKind) -> None:
        """Check the button of a kind; suspects also show their present label."""
        self.table.setColumnHidden(PRESENT, kind is not SuggestionKind.SUSPECT)
        for toggle in self.kinds.buttons():
            toggle.setChecked(toggle.objectName() == kind)

    @property
    def current(self) -> Suggested | None:
        """Current row, None without one."""
        return self.model.row(self.row)

    @property
    def row(self) -> int:
        """Number of the current row, -1 without one."""
        return self.table.currentIndex().row()

    def go_to_row(self, row: int) -> None:
        """Make a row the current one. row: clipped to the rows."""
        last = self.model.rowCount() - 1
        if last >= 0:
            index = self.model.index(min(max(0, row), last), 0)
            self.table.setCurrentIndex(index)
            self.table.scrollTo(index)
        self._show_current()

    def _show_current(self) -> None:
        current = self.current
        reason = current.suggestion.reason if current else self.empty_text
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
        self.lead.setVisible(current is None and bool(self.lead.text()))
        self.current_changed.emit(current)
