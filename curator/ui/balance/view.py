"""What is seen of the balance: categories, what they lack, and clips that would help."""

from collections import Counter

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from curator.domain.planner import Plan
from curator.domain.weights import NO_CATEGORY
from curator.store.categories import weights
from curator.ui.balance.counting import Counting
from curator.ui.balance.learning import Learning
from curator.ui.balance.suggestion_list import SuggestionList
from curator.ui.balance.table import BalanceTable
from curator.ui.balance.weights_bar import WeightsBar
from curator.ui.page import Page, button, label
from curator.ui.session import Session
from curator.ui.theme import GRID
from curator.ui.wording import counted

WIDTHS = (560, 640)
"""Pixels of the two halves, before a person moves them."""


class BalanceView(Page):
    """Left: the categories and what the set lacks. Right: suggestions."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.counting = Counting(session, self)
        self.learning = Learning(session, self)
        self.table = BalanceTable(session.project.settings.emotions)
        self.total = label(self.tr("Counting…"), "title")
        self.lacking = label(wrap=True)
        self.weights = WeightsBar()
        self.list = SuggestionList()
        self.edit, self.add = button(self.tr("Edit…")), button(self.tr("Add…"))
        self.merge, self.remove = button(self.tr("Merge…")), button(self.tr("Remove"))
        self._lay_out()
        self.counting.planned.connect(self._show_plan)

    def _lay_out(self) -> None:
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self._left())
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(2 * GRID, 0, 0, 0)
        column.addWidget(self.list)
        halves.addWidget(right)
        halves.setSizes(list(WIDTHS))
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(self.total)
        column.addWidget(halves, 1)

    def _left(self) -> QWidget:
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        for made in (self.edit, self.add, self.merge, self.remove):
            made.setEnabled(not self.session.read_only)
            buttons.addWidget(made)
        buttons.addStretch(1)
        self.weights.setEnabled(not self.session.read_only)
        self.lacking.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.lacking.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self.lacking)
        scroll.setAccessibleName(self.tr("What the set still needs"))
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.table)
        column.addLayout(buttons)
        column.addWidget(self.weights)
        column.addWidget(label(self.tr("What the set still needs"), "heading"))
        column.addWidget(scroll, 1)
        return left

    @Slot(object)
    def _show_plan(self, plan: Plan) -> None:
        decided = weights(self.session.project)
        self.weights.show_weights(decided)
        sizes = Counter(
            {each.key or NO_CATEGORY: each.clips for each in plan.balance.categories}
            | {NO_CATEGORY: plan.balance.uncategorised.clips}
        )
        self.table.show_plan(plan, decided.heard(sizes))
        found = plan.balance
        kept = counted(found.clips, self.tr("%n clip kept"), self.tr("%n clips kept"))
        minutes = self.tr("%1, %2 minutes").replace("%1", kept)
        self.total.setText(minutes.replace("%2", f"{found.minutes:.1f}"))
        self.lacking.setText("\n".join(plan.sentences()))
