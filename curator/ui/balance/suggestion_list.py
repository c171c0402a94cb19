"""List of clips with suggestions: kind buttons and heading above, reason and accuracy below."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHBoxLayout,
    QHeaderView,
    QSizePolicy,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from curator.domain.emotion import Emotion
from curator.ui.balance.empty_text import BUTTONS, EmptyText
from curator.ui.balance.suggestion_model import (
    CATEGORY,
    CONFIDENCE,
    PRESENT,
    REASON,
    TEXT,
    SuggestionModel,
    SuggestionRow,
)
from curator.ui.page import button, label
from curator.ui.theme import GRID
from curator.ui.wording import translated

EMPTY_WIDTH = 56 * GRID


class SuggestionKind(StrEnum):
    """Which clips are listed."""

    SUGGESTED = "suggested"
    UNCERTAIN = "uncertain"
    SUSPECT = "suspect"


class EmptySuggestions(QWidget):
    """Says why there is nothing to list, with a button that leads to what is missing."""

    def __init__(self) -> None:
        super().__init__()
        self.title = label(role="title", wrap=True)
        self.text = label(role="quiet", wrap=True)
        self.lead = button("")
        self.lead.hide()
        inside, column = QWidget(), QVBoxLayout(self)
        inside.setMaximumWidth(EMPTY_WIDTH)
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(2 * GRID)
        for each in (self.title, self.text):
            each.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            lines.addWidget(each)
        lines.addWidget(self.lead, 0, Qt.AlignmentFlag.AlignHCenter)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(inside, 100)
        row.addStretch(1)
        column.addStretch(1)
        column.addLayout(row)
        column.addStretch(2)

    def show_text(self, text: EmptyText) -> None:
        """State what is missing."""
        button_text = BUTTONS[text.action]
        self.title.setText(text.title)
        self.text.setText(text.text)
        self.text.setVisible(bool(text.text))
        self.lead.setText(translated("EmptySuggestions", button_text) if button_text else "")
        self.lead.setVisible(bool(button_text))

    def fill(self, *, is_alone: bool) -> None:
        """Take all the height, or only what the text needs above a list."""
        policy = QSizePolicy.Policy.Expanding if is_alone else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Preferred, policy)


class SuggestionList(QWidget):
    """Table of clips below one button per kind."""

    kind_wanted = Signal(str)  # a SuggestionKind
    current_changed = Signal(object)  # the current SuggestionRow, None without one
    lead_wanted = Signal()  # the button of the empty list was pressed
    emptied = Signal()  # the table went while it had the focus

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = SuggestionModel()
        self.table = QTableView()
        self.heading = label(role="heading")
        self.reason = label(wrap=True)
        self.accuracy = label(role="quiet", wrap=True)
        self.kinds = QButtonGroup(self)
        self.empty = EmptySuggestions()
        self._has_suggestions = False
        self.lead = self.empty.lead
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
        column.addWidget(self.empty)
        column.addWidget(self.heading)
        column.addWidget(self.table, 1)
        column.addWidget(self.reason)
        column.addWidget(self.accuracy)
        for changed in (self.model.modelReset, self.model.rowsInserted, self.model.rowsRemoved):
            changed.connect(self._fit_empty)
        self._fit_empty()

    @Slot()
    def _fit_empty(self) -> None:
        """Show what is missing in place of an empty table."""
        is_empty = not self.model.rowCount()
        had_focus = self.table.hasFocus()
        for each in (self.table, self.heading, self.accuracy):
            each.setVisible(not is_empty)
        self.empty.setVisible(is_empty or not self._has_suggestions)
        self.empty.fill(is_alone=is_empty)
        if is_empty and had_focus:
            self.emptied.emit()

    def show_rows(self, rows: Sequence[SuggestionRow], emotions: Mapping[str, Emotion]) -> None:
        """List other clips; above those without suggestions it says what is missing."""
        self._has_suggestions = any(row.suggestion for row in rows)
        for column in (CATEGORY, CONFIDENCE, REASON):
            self.table.setColumnHidden(column, not self._has_suggestions)
        self.model.show_rows(rows, emotions)

    def mark(self, kind: SuggestionKind) -> None:
        """Check the button of a kind; suspects also show their present label."""
        self.table.setColumnHidden(PRESENT, kind is not SuggestionKind.SUSPECT)
        for toggle in self.kinds.buttons():
            toggle.setChecked(toggle.objectName() == kind)

    @property
    def current(self) -> SuggestionRow | None:
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
        suggestion = current.suggestion if current else None
        self.reason.setText(suggestion.reason if suggestion else "")
        self.reason.setVisible(suggestion is not None)
        self.current_changed.emit(current)
