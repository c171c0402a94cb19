"""Widgets of the audit page: filter, clip list, clip editor, findings and categories."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from curator.store.project import Project
from curator.ui.audit.clip_editor import ClipEditor
from curator.ui.audit.clip_table import ClipTable
from curator.ui.audit.clip_table_model import ClipTableModel
from curator.ui.audit.findings_panel import FindingsPanel
from curator.ui.audit.query_bar import QueryBar
from curator.ui.page import button, hairline, label
from curator.ui.theme import GRID
from curator.ui.widgets.category_bar import CategoryBar

LIST_WIDTH, EDITOR_WIDTH, SIDE_WIDTH = 50 * GRID, 78 * GRID, 30 * GRID


class AuditLayout(QObject):
    """Creates the widgets inside a page and arranges them; they have no behaviour here.

    keys: shortcuts of an action, shown on the buttons of the findings. stack: index 0 with clips,
    1 with the message for an empty list.
    """

    def __init__(
        self,
        page: QWidget,
        project: Project,
        model: ClipTableModel,
        keys: Callable[[str], tuple[str, ...]],
    ) -> None:
        super().__init__(page)
        self.query = QueryBar(project)
        self.table = ClipTable(model)
        self.editor = ClipEditor(project)
        self.findings = FindingsPanel(keys)
        self.categories = CategoryBar(project.settings.emotions)
        self.empty_message, self.empty_button = label(role="title"), button("", "first")
        self.stack = QStackedWidget()
        self.stack.addWidget(self._splitter())
        self.stack.addWidget(self._empty_list())
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.query)
        column.addWidget(hairline())
        column.addWidget(self.stack, 1)
        page.setFocusProxy(self.table)

    def _splitter(self) -> QSplitter:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        for widget in (self.table, self.editor, self._side_panel()):
            splitter.addWidget(widget)
        splitter.setSizes([LIST_WIDTH, EDITOR_WIDTH, SIDE_WIDTH])
        for index, stretch in enumerate((3, 5, 1)):
            splitter.setStretchFactor(index, stretch)
        self.table.setMinimumWidth(24 * GRID)
        self.editor.setMinimumWidth(32 * GRID)
        return splitter

    def _side_panel(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(label(self.tr("Findings"), "heading"))
        column.addWidget(self.findings)
        column.addSpacing(GRID)
        column.addWidget(hairline())
        column.addWidget(label(self.tr("Category"), "heading"))
        column.addWidget(self.categories)
        column.addStretch(1)
        panel = QScrollArea()
        panel.setWidgetResizable(True)
        panel.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        panel.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        panel.setWidget(content)
        panel.setMinimumWidth(22 * GRID)
        return panel

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
