"""Widgets of the balance page and their arrangement."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from curator.domain.emotion import EmotionSet
from curator.ui.balance.category_table import CategoryTable
from curator.ui.balance.missing_rows import MissingRows
from curator.ui.balance.sampling_bar import SamplingBar
from curator.ui.balance.suggestion_list import SuggestionList
from curator.ui.balance.target_bar import TargetLegend
from curator.ui.page import button, label
from curator.ui.theme import GRID

WIDTHS = (720, 480)
"""Initial widths of the two halves, in pixels."""

CHART_SHARE = 0.5
"""Largest share of the page's height that taller rows of the chart may take."""

MIN_MISSING = 5 * GRID
"""One row of what is missing."""


class BalanceLayout(QWidget):
    """Left: categories, their targets and sampling. Right: suggestions."""

    def __init__(self, emotions: EmotionSet, parent: QWidget | None, *, editable: bool) -> None:
        super().__init__(parent)
        self.table = CategoryTable(emotions)
        self.total = label(self.tr("Counting…"), "title")
        self.next = button("", "first")
        self.next.hide()
        self.missing = MissingRows()
        self.sampling = SamplingBar()
        halves = QSplitter(Qt.Orientation.Horizontal, self)
        left, right = QWidget(halves), QWidget(halves)
        self.list = SuggestionList(right)
        self.edit, self.add = button(self.tr("Edit…")), button(self.tr("Add…"))
        self.merge, self.remove = button(self.tr("Merge…")), button(self.tr("Remove"))
        for control in (self.edit, self.add, self.merge, self.remove, self.sampling):
            control.setEnabled(editable)
        halves.setChildrenCollapsible(False)
        self.list.emptied.connect(self.table.setFocus)
        self._fill_left(left)
        halves.addWidget(left)
        column = QVBoxLayout(right)
        column.setContentsMargins(2 * GRID, 0, 0, 0)
        column.addWidget(self.list)
        halves.addWidget(right)
        halves.setSizes(list(WIDTHS))
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        head = QHBoxLayout()
        head.setSpacing(2 * GRID)
        head.addWidget(self.total)
        head.addStretch(1)
        head.addWidget(self.next)
        column.addLayout(head)
        column.addWidget(halves, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make the rows of the chart taller in a high window."""
        super().resizeEvent(event)
        self.table.fit_rows(round(self.height() * CHART_SHARE))

    def _fill_left(self, left: QWidget) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        for control in (self.edit, self.add, self.merge, self.remove):
            buttons.addWidget(control)
        buttons.addStretch(1)
        scroll = QScrollArea(left, widgetResizable=True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self.missing)
        scroll.setAccessibleName(self.tr("Missing for the targets"))
        # In a low window the table comes first: it needs all its rows, the text scrolls.
        scroll.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        scroll.setMinimumHeight(MIN_MISSING)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(TargetLegend())
        column.addWidget(self.table)
        column.addLayout(buttons)
        column.addWidget(self.sampling)
        column.addWidget(label(self.tr("Missing for the targets"), "heading"))
        column.addWidget(scroll, 1)
