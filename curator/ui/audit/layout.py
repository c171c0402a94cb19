"""The audit page as it looks: the list, the clip, what is wrong with it and its category."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from curator.ui.audit.clip_editor import ClipEditor
from curator.ui.audit.clip_table import ClipTable
from curator.ui.audit.clip_table_model import ClipTableModel
from curator.ui.audit.findings_panel import FindingsPanel
from curator.ui.audit.query_bar import QueryBar
from curator.ui.clip_data.column_feed import ColumnFeed
from curator.ui.page import Page, button, hairline, label
from curator.ui.session import Session
from curator.ui.theme import GRID
from curator.ui.widgets.category_bar import CategoryBar

LIST_WIDTH, EDITOR_WIDTH, SIDE_WIDTH = 50 * GRID, 78 * GRID, 30 * GRID


UNPAINTED_MS = 2000
"""A page that is not painted within so long lies behind another, and goes about its work."""


class AuditParts(Page):
    """The parts of the page beside one another, and what is there when no clip is."""

    seen = Signal()  # once, after it was painted: what would hold that up may begin

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._unpainted = QTimer(self, singleShot=True, interval=UNPAINTED_MS)
        self._unpainted.timeout.connect(self.seen)
        self._unpainted.start()
        project = session.project
        self.feed = ColumnFeed.of(session)
        self.columns = self.feed.columns
        self.model = ClipTableModel(project, self.columns, self)
        self.table = ClipTable(self.model)
        self.query = QueryBar(project)
        self.editor = ClipEditor(project)
        self.findings = FindingsPanel(lambda action: session.settings.keys.get(action, ()))
        self.emotions = CategoryBar(project.settings.emotions)
        self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget."""
        super().paintEvent(event)
        if self._unpainted.isActive():
            self._unpainted.start(0)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.query)
        column.addWidget(hairline())
        self._parts = QSplitter(Qt.Orientation.Horizontal)
        self._parts.setChildrenCollapsible(False)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        for part in (self.table, self.editor, self._side()):
            self._parts.addWidget(part)
        self._parts.setSizes([LIST_WIDTH, EDITOR_WIDTH, SIDE_WIDTH])
        for place, stretch in enumerate((3, 5, 1)):
            self._parts.setStretchFactor(place, stretch)
        self.table.setMinimumWidth(24 * GRID)
        self.editor.setMinimumWidth(32 * GRID)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._parts)
        self.stack.addWidget(self._nothing())
        column.addWidget(self.stack, 1)
        self.setFocusProxy(self.table)

    def _side(self) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(label(self.tr("Findings"), "heading"))
        column.addWidget(self.findings)
        column.addSpacing(GRID)
        column.addWidget(hairline())
        column.addWidget(label(self.tr("Category"), "heading"))
        column.addWidget(self.emotions)
        column.addStretch(1)
        side = QScrollArea()
        side.setWidgetResizable(True)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        side.setWidget(inside)
        side.setMinimumWidth(22 * GRID)
        return side

    def _nothing(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        line = QHBoxLayout()
        self.nothing_said = label(role="title")
        self.nothing_button = button("", "first")
        line.addStretch(1)
        inside = QVBoxLayout()
        inside.setSpacing(2 * GRID)
        inside.addWidget(self.nothing_said, 0, Qt.AlignmentFlag.AlignHCenter)
        inside.addWidget(self.nothing_button, 0, Qt.AlignmentFlag.AlignHCenter)
        line.addLayout(inside)
        line.addStretch(1)
        column.addStretch(1)
        column.addLayout(line)
        column.addStretch(2)
        return page
