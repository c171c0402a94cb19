"""What the map page is made of, and where each part of it is."""

from itertools import pairwise

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from curator.ui.map.category_keys import CategoryKeys
from curator.ui.map.legend import Legend
from curator.ui.map.measures import measures
from curator.ui.map.scatter_view import ScatterView
from curator.ui.map.threshold_panel import ThresholdPanel
from curator.ui.map.tool_bar import ToolBar
from curator.ui.page import Page, button, hairline, label
from curator.ui.session import Session
from curator.ui.theme import GRID

SIDE_WIDTH = 37 * GRID


class MapParts(Page):
    """The points, what they mean, and a number of them with a line to cut at."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.measures = {measure.key: measure for measure in measures()}
        emotions = session.project.settings.emotions
        self.bar = ToolBar(session.project, tuple(self.measures.values()), self)
        self.scatter = ScatterView(self)
        self.legend = Legend(self)
        self.threshold = ThresholdPanel(tuple(self.measures.values()), emotions, self)
        self.emotions = CategoryKeys(emotions, self)
        self._lay_out()

    def _lay_out(self) -> None:
        self.scatter.setAccessibleName(self.tr("Map of the clips"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(hairline())
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setChildrenCollapsible(False)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.scatter)
        self.stack.addWidget(self._nothing())
        parts.addWidget(self.stack)
        parts.addWidget(self._side())
        parts.setSizes([120 * GRID, SIDE_WIDTH])
        parts.setStretchFactor(0, 1)
        parts.setStretchFactor(1, 0)
        column.addWidget(parts, 1)

    def _side(self) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(self.legend)
        column.addWidget(hairline())
        self.about = label(self.tr("Give a category"), "heading")
        column.addWidget(self.about)
        column.addWidget(self.emotions)
        column.addWidget(hairline())
        column.addWidget(label(self.tr("Cut by a number"), "heading"))
        column.addWidget(self.threshold)
        column.addStretch(1)
        self.side = side = QScrollArea()
        # Filled when the map is there: dressing so many controls takes as long as building it.
        QTimer.singleShot(0, side, lambda: side.setWidget(inside))
        side.setWidgetResizable(True)
        side.setFrameShape(QFrame.Shape.NoFrame)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        side.setMinimumWidth(28 * GRID)
        return side

    def _nothing(self) -> QWidget:
        page, line, inside = QWidget(), QHBoxLayout(), QVBoxLayout()
        column = QVBoxLayout(page)
        self.nothing_said = label(role="title", wrap=True)
        self.nothing_said.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.nothing_button = button("", "first")
        self.nothing_button.clicked.connect(lambda: self.session.page_asked.emit("intake"))
        inside.setSpacing(2 * GRID)
        inside.addWidget(self.nothing_said)
        inside.addWidget(self.nothing_button, 0, Qt.AlignmentFlag.AlignHCenter)
        line.addStretch(1)
        line.addLayout(inside, 4)
        line.addStretch(1)
        column.addStretch(1)
        column.addLayout(line)
        column.addStretch(2)
        return page

    def order_tabs(self) -> None:
        """Tab goes through the page as one reads it, whatever was built later."""
        line = [self.scatter, *self.legend.buttons, self.legend.all]
        line += [*self.emotions.buttons.values(), self.threshold.measures]
        for before, after in pairwise(line):
            QWidget.setTabOrder(before, after)
