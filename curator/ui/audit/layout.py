"""Widgets of the audit page: filter, clip list, clip editor, findings and categories."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from curator.store.project import Project
from curator.ui.audit.clip_editor import ClipEditor
from curator.ui.audit.clip_table import ClipTable
from curator.ui.audit.clip_table_model import ClipTableModel
from curator.ui.audit.query_bar import QueryBar
from curator.ui.audit.side_panel import SidePanel
from curator.ui.page import button, hairline, label
from curator.ui.theme import GRID

LIST_WIDTH, EDITOR_WIDTH, SIDE_WIDTH = 75 * GRID, 67 * GRID, 29 * GRID

FOLDS_BELOW = 1100
"""Width of the page below which the side panel folds by itself, in pixels."""

AUTO, SHOWN, FOLDED = "auto", "shown", "folded"
"""Values of the setting "side_panel"."""


class AuditLayout(QObject):
    """Creates the widgets inside a page and arranges them; they have no behaviour here.

    Widgets are made inside their parents: each later change of parents styles all below it again.
    keys: shortcuts of an action, shown on the buttons of the findings. stack: index 0 with clips,
    1 with the message for an empty list.
    """

    side_panel_set = Signal(str)  # AUTO, SHOWN or FOLDED, by a person

    def __init__(
        self,
        page: QWidget,
        project: Project,
        model: ClipTableModel,
        keys: Callable[[str], tuple[str, ...]],
    ) -> None:
        super().__init__(page)
        self.query = QueryBar(project, page)
        self.stack = QStackedWidget(page)
        splitter = QSplitter(Qt.Orientation.Horizontal, self.stack)
        self.table = ClipTable(model, splitter)
        self.editor = ClipEditor(project, model.expected, splitter)
        self.side = SidePanel(keys, project.settings.emotions, splitter)
        self.findings, self.categories = self.side.findings, self.side.categories
        self._side_choice, self._page_width = AUTO, 0
        self.side.unfold_wanted.connect(self.toggle_side_panel)
        self.empty_message, self.empty_button = label(role="title"), button("", "first")
        self._arrange(splitter)
        self.stack.addWidget(splitter)
        self.stack.addWidget(self._empty_list())
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.query)
        column.addWidget(hairline())
        column.addWidget(self.stack, 1)
        page.setFocusProxy(self.table)
        QWidget.setTabOrder(self.query.edit, self.query.menu_button)

    def _arrange(self, splitter: QSplitter) -> None:
        splitter.setChildrenCollapsible(False)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        for widget in (self.table, self.editor, self.side):
            splitter.addWidget(widget)
        splitter.setSizes([LIST_WIDTH, EDITOR_WIDTH, SIDE_WIDTH])
        for index, stretch in enumerate((3, 5, 1)):
            splitter.setStretchFactor(index, stretch)
        self.table.setMinimumWidth(24 * GRID)
        self.editor.setMinimumWidth(32 * GRID)

    def choose_side_panel(self, choice: str) -> None:
        """Set when the side panel is folded: AUTO by the width of the page, SHOWN or FOLDED."""
        self._side_choice = choice
        self._fold()

    def fit(self, width: int) -> None:
        """Fold the side panel in a narrow page. width: of the page, in pixels."""
        self._page_width = width
        self._fold()

    def toggle_side_panel(self) -> None:
        """Fold or unfold the side panel."""
        folded = not self.side.is_folded
        is_usual = folded == (self._page_width < FOLDS_BELOW)
        self.choose_side_panel(AUTO if is_usual else FOLDED if folded else SHOWN)
        self.side_panel_set.emit(self._side_choice)

    def _fold(self) -> None:
        folded = self._side_choice == FOLDED
        if self._side_choice == AUTO:
            folded = self._page_width < FOLDS_BELOW
        if folded != self.side.is_folded:
            self.side.fold(folded=folded)

    def _empty_list(self) -> QWidget:
        widget = QWidget()
        column, line, centre = QVBoxLayout(widget), QHBoxLayout(), QVBoxLayout()
        centre.setSpacing(2 * GRID)
        centre.addWidget(self.empty_message, 0, Qt.AlignmentFlag.AlignHCenter)
        centre.addWidget(self.empty_button, 0, Qt.AlignmentFlag.AlignHCenter)
        line.addStretch(1)
        line.addLayout(centre)
        line.addStretch(1)
        column.addStretch(1)
        column.addLayout(line)
        column.addStretch(2)
        return widget
