"""Widgets of the map page and their arrangement."""

from functools import partial
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from curator.store.project import Project
from curator.ui.map.category_keys import CategoryKeys
from curator.ui.map.histogram_stack import HistogramStack
from curator.ui.map.hover_card import HoverCard
from curator.ui.map.legend import Legend
from curator.ui.map.measures import measures
from curator.ui.map.scatter_view import ScatterView
from curator.ui.map.side_panel import MapSidePanel, ScoresHeading
from curator.ui.map.threshold_panel import ThresholdPanel
from curator.ui.map.tool_bar import ToolBar
from curator.ui.page import button, hairline, label
from curator.ui.theme import GRID

SIDE_WIDTH = 37 * GRID
"""Initial width of the side panel."""

MIN_LEGEND, MIN_THRESHOLD = 12 * GRID, 12 * GRID
"""Least heights of the two parts of the side panel; above them the histogram goes first."""


class ThresholdArea(QScrollArea):
    """Takes the height of its content where there is room, and scrolls where there is not."""

    def sizeHint(self) -> QSize:
        """Size of the content at the present width."""
        content = self.widget()
        if content is None:
            return super().sizeHint()
        layout, inside = content.layout(), self.viewport().size()
        hint = content.sizeHint()
        if layout is not None and layout.hasHeightForWidth():
            hint.setHeight(layout.totalHeightForWidth(inside.width()))
        return hint + self.size() - inside

    def minimumSizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(super().minimumSizeHint().width(), MIN_THRESHOLD)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for another height where another width breaks the lines differently."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()


class EmptyMap(QWidget):
    """Says why there are no points, with a button that leads on."""

    def __init__(self) -> None:
        super().__init__()
        line, inside, column = QHBoxLayout(), QVBoxLayout(), QVBoxLayout(self)
        self.text = label(role="title", wrap=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.button = button("", "first")
        inside.setSpacing(2 * GRID)
        inside.addWidget(self.text)
        inside.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        line.addStretch(1)
        line.addLayout(inside, 4)
        line.addStretch(1)
        column.addStretch(1)
        column.addLayout(line)
        column.addStretch(2)

    def show_reason(self, clips: int, *, by_scores: bool) -> None:
        """State the reason. clips: of the project. by_scores: whether two scores place them."""
        self.button.setVisible(not by_scores)
        self.button.setText(self.tr("Analyse recordings") if clips else self.tr("Add recordings"))
        if not clips:
            self.text.setText(self.tr("No clips yet."))
        elif by_scores:
            self.text.setText(self.tr("No clip has both scores yet."))
        else:
            self.text.setText(self.tr("No clip is on this map yet. The analysis places them."))


class MapLayout(QWidget):
    """Tool bar above the points; legend, category keys and threshold to the right."""

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        scores, emotions = measures(), project.settings.emotions
        self.bar = ToolBar(project, scores, self)
        self.scatter = ScatterView(self)
        self.scatter.setAccessibleName(self.tr("Map of the clips"))
        self.card = HoverCard(self.scatter)
        self.legend = Legend(self)
        self.threshold = ThresholdPanel(scores, emotions, self)
        self.histograms = HistogramStack(scores, self)
        self.scores_heading = ScoresHeading()
        self.category_keys = CategoryKeys(emotions, self)
        self.category_heading = label(self.tr("Set category"), "heading")
        self.empty = EmptyMap()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.scatter)
        self.stack.addWidget(self.empty)
        self.side = self._side()
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.stack)
        splitter.addWidget(self.side)
        splitter.setSizes([120 * GRID, SIDE_WIDTH])
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(hairline())
        column.addWidget(splitter, 1)

    def _side(self) -> QWidget:
        """Legend and category keys, which scroll, above the threshold, which stays in sight."""
        top, bottom = QWidget(), QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self.legend)
        column.addWidget(hairline())
        column.addWidget(self.category_heading)
        column.addWidget(self.category_keys)
        column.addStretch(1)
        column = QVBoxLayout(bottom)
        column.setContentsMargins(2 * GRID, 2, 2 * GRID, GRID)  # the button is taller than text
        column.setSpacing(GRID // 2)
        column.addWidget(self.scores_heading)
        column.addWidget(self.threshold)
        upper, lower = QScrollArea(), ThresholdArea()
        for area, inside in ((upper, top), (lower, bottom)):
            # Filled once the map is visible: styling these controls takes as long as building it.
            QTimer.singleShot(0, area, partial(_fill, area, inside))
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        upper.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        upper.setMinimumHeight(MIN_LEGEND)
        lower.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.threshold.cut_moved.connect(lower.updateGeometry)
        side = MapSidePanel(upper, self.histograms, lower, self.scores_heading)
        side.watch(top)
        return side

    def order_tabs(self) -> None:
        """Set the tab order to the reading order, whatever was built later."""
        line = [self.scatter, *self.legend.buttons, self.legend.all]
        line += [*self.category_keys.buttons.values(), self.scores_heading.others]
        line += [self.threshold.measures]
        for before, after in pairwise(line):
            QWidget.setTabOrder(before, after)


def _fill(area: QScrollArea, inside: QWidget) -> None:
    area.setWidget(inside)
    area.updateGeometry()
