"""Side panel of the map: legend, threshold and small histograms."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from curator.ui.map.histogram_stack import HistogramStack
from curator.ui.page import hairline, label
from curator.ui.theme import GRID

MIN_SIDE_WIDTH = 34 * GRID
"""The least width is that of counts and durations of 100,000 clips, with a part of the names."""


class ScoresHeading(QWidget):
    """Heading of the threshold; its button shows the small histograms in place of the legend."""

    def __init__(self) -> None:
        super().__init__()
        self.others = QToolButton()
        self.others.setText(self.tr("Other scores"))
        self.others.setToolTip(self.tr("Show histograms of other scores in place of the legend"))
        self.others.setCheckable(True)
        self.others.setProperty("role", "category")
        policy = self.others.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the panel keeps its height
        self.others.setSizePolicy(policy)
        self.others.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label(self.tr("Filter by score"), "heading"), 1)
        row.addWidget(self.others)


class MapSidePanel(QWidget):
    """Legend, threshold, and small histograms below them in a high window.

    The histograms have only what the other two leave: nothing scrolls because of them. In a low
    window, the button of the heading shows them in place of the legend.
    """

    def __init__(
        self,
        upper: QScrollArea,
        histograms: HistogramStack,
        lower: QScrollArea,
        heading: ScoresHeading,
    ) -> None:
        super().__init__()
        self._upper, self._histograms, self._lower = upper, histograms, lower
        self._others = heading.others
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(upper, 1)
        self._column.addWidget(hairline())
        self._column.addWidget(lower)
        self._column.addWidget(histograms)
        self.setMinimumWidth(MIN_SIDE_WIDTH)
        self._others.toggled.connect(self._fit)

    def watch(self, inside: QWidget) -> None:
        """Fit the histograms also when this content of the legend's area changes."""
        inside.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See QObject."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return False

    def event(self, event: QEvent) -> bool:
        """Fit the histograms when the layout changes."""
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize, QEvent.Type.Show):
            self._fit()
        return handled

    def _fit(self) -> None:
        content = self._upper.widget()
        if content is None:
            return
        room = self.height() - self._lower.sizeHint().height() - 2 * GRID
        below = room - content.sizeHint().height()
        is_low = not self._histograms.count_for(below)
        self._others.setVisible(is_low)
        is_in_place = is_low and self._others.isChecked()
        self._put_in_place(is_in_place)
        self._histograms.fit(room if is_in_place else below)

    def _put_in_place(self, is_in_place: bool) -> None:
        """Show the histograms in place of the legend, or below the threshold."""
        if self._histograms.is_in_place == is_in_place:
            return
        self._histograms.is_in_place = is_in_place
        self._upper.setVisible(not is_in_place)
        self._column.removeWidget(self._histograms)
        if is_in_place:
            self._column.insertWidget(0, self._histograms, 1, Qt.AlignmentFlag.AlignTop)
        else:
            self._column.addWidget(self._histograms)
