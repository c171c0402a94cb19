"""Widgets of the training page: list of runs, and on the right the selected run or a form."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from curator.ui.elided_label import ElidedLabel
from curator.ui.page import button
from curator.ui.session import Session
from curator.ui.theme import GRID
from curator.ui.training.comparison_view import ComparisonView
from curator.ui.training.listening_view import ListeningView
from curator.ui.training.requirements import RequirementsPanel
from curator.ui.training.run_list import RunListModel
from curator.ui.training.run_view import RunView
from curator.ui.training.speak_view import SpeakView
from curator.ui.training.start_panel import StartPanel

LIST_WIDTH, MIN_LIST_WIDTH, MIN_FRONT_WIDTH = 42 * GRID, 20 * GRID, 52 * GRID


class TrainingLayout(QSplitter):
    """List of runs beside a stack: requirements, run, new run, listening, comparison, speak.

    Widgets are made inside their parents: each later change of parents styles all below it again.
    """

    def __init__(self, session: Session, runs: RunListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.left, self._right = QWidget(self), QWidget(self)
        self.list = QTableView(self.left)
        self.folder = ElidedLabel()
        self.front = QStackedWidget(self._right)
        self.requirements = RequirementsPanel(self.front)
        self.empty = self.requirements.text
        self.view, self.start = RunView(self.front), StartPanel(self.front)
        self.listening = ListeningView(session, self.front)
        self.comparison, self.speaking = ComparisonView(self.front), SpeakView(self.front)
        for view in (self.view, self.comparison, self.speaking):
            view.name_of = session.category_name
        self.new = button(self.tr("New training…"), "first")
        self.choose_folder = button(self.tr("Folder…"))
        self._style_list(runs)
        self._lay_out()
        self._follow_front()
        self.front.currentChanged.connect(self._follow_front)
        runs.modelReset.connect(self._follow_front)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.folder, 1)
        head.addWidget(self.choose_folder)
        self.left.setMinimumWidth(MIN_LIST_WIDTH)
        column = QVBoxLayout(self.left)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self.new)
        for widget in (
            self.requirements,
            self.view,
            self.start,
            self.listening,
            self.comparison,
            self.speaking,
        ):
            self.front.addWidget(widget)
        self.setChildrenCollapsible(False)
        self.addWidget(self.left)
        inside = QVBoxLayout(self._right)
        inside.addWidget(self.front)
        self.addWidget(self._right)
        self.front.setMinimumWidth(MIN_FRONT_WIDTH)  # not that of its widest page
        self.setStretchFactor(1, 1)
        self.setSizes([LIST_WIDTH, 2 * LIST_WIDTH])

    def _style_list(self, runs: RunListModel) -> None:
        self.list.setModel(runs)
        self.list.setAccessibleName(self.tr("Runs"))
        self.list.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setShowGrid(False)
        self.list.setWordWrap(False)
        self.list.setTabKeyNavigation(False)
        self.list.verticalHeader().hide()
        self.list.verticalHeader().setDefaultSectionSize(4 * GRID)
        header = self.list.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column in (1, 2):  # few rows, and their texts are never cut
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    @Slot()
    def _follow_front(self) -> None:
        """Show one primary button at a time; the list only with runs, and where there is room."""
        front = self.front.currentWidget()
        self.new.setVisible(front not in (self.start, self.speaking))
        has_runs = self.list.model().rowCount() > 0
        has_list = has_runs and front not in (self.listening, self.comparison)
        self.left.setVisible(has_list)
        layout = self._right.layout()
        if layout is not None:
            layout.setContentsMargins(GRID if has_list else 0, 0, 0, 0)

    def focus_list(self) -> None:
        """Focus the list of runs, or what leads to the first one."""
        if self.list.model().rowCount():
            self.list.setFocus()
        elif self.front.currentWidget() is self.requirements:
            self.requirements.focus_first()
