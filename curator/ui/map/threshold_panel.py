"""Score histogram with a threshold, and what the cut costs each category."""

from itertools import chain

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from curator.domain.emotion import EmotionSet
from curator.ui.clip_data.clip_columns import ClipColumns
from curator.ui.elided_label import ElidedLabel
from curator.ui.map.cut_costs import costs, not_dropped
from curator.ui.map.histogram_view import HistogramView
from curator.ui.map.measures import Measure
from curator.ui.page import button, label
from curator.ui.theme import GRID
from curator.ui.widgets.combo_box import ComboBox
from curator.ui.wording import clock, counted, number

Mask = NDArray[np.bool_]  # (clips,)


class ThresholdPanel(QWidget):
    """Shows the values it is given and reports the threshold."""

    measure_wanted = Signal(object)  # a Measure
    cut_moved = Signal()
    select_wanted = Signal()
    list_wanted = Signal()

    def __init__(
        self, measures: tuple[Measure, ...], emotions: EmotionSet, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._columns: ClipColumns | None = None
        self._values: NDArray[np.float64] = np.zeros(0)
        self._ids: NDArray[np.int64] = np.zeros(0, np.int64)  # clips of the values
        self._measures = measures
        self.is_untouched = True  # whether the score of the histogram is still the first one
        self.measures = ComboBox()
        self.measures.setAccessibleName(self.tr("Score of the histogram"))
        for measure in measures:
            self.measures.addItem(measure.title)
        self.side = ComboBox()
        self.side.setAccessibleName(self.tr("Side of the threshold"))
        self.side.addItems([self.tr("below"), self.tr("above")])
        self.histogram = HistogramView()
        self.text = label(wrap=True)
        self.choose = button(self.tr("Select them"))
        self.show_list = button(self.tr("Show in Audit"))
        self._table = QGridLayout()
        self._cells: list[tuple[QLabel, QLabel, QLabel]] = []
        self._lay_out()
        self.show_categories(emotions)
        self._connect()
        self._follow_line()

    @property
    def measure(self) -> Measure:
        """Score of the histogram."""
        return self._measures[max(0, self.measures.currentIndex())]

    def show_measure(self, measure: Measure) -> None:
        """Make a score that of the histogram."""
        self.measures.setCurrentIndex(self._measures.index(measure))

    @property
    def query(self) -> str:
        """Query for the clips beyond the threshold; "" without one."""
        line = self.histogram.threshold
        if line is None:
            return ""
        sign = ">=" if self.histogram.cuts_above else "<"
        return f"{self.measure.key}{sign}{line:.6g} -state:dropped"

    @property
    def cut(self) -> Mask | None:
        """Clips beyond the threshold by row of the columns; None without one or while stale."""
        line = self.histogram.threshold
        if line is None or self._columns is None or self._ids is not self._columns.ids:
            return None
        known = np.isfinite(self._values)
        beyond = self._values >= line if self.histogram.cuts_above else self._values < line
        return np.asarray(beyond & known & not_dropped(self._columns))

    def show_categories(self, emotions: EmotionSet) -> None:
        """Show the costs of these categories."""
        self._emotions = emotions
        for cell in chain.from_iterable(self._cells):
            self._table.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self._cells = []
        if self.cut is not None:
            self._follow_line()

    def _make_table(self) -> None:
        """Build the table of costs when first needed: it is most of the page's styling work."""
        emotions = self._emotions
        for row, name in enumerate([*(e.name for e in emotions.emotions), self.tr("No category")]):
            cells = ElidedLabel(name), label(), label()
            cells[0].setProperty("role", "quiet")
            for column, cell in enumerate(cells):
                if column:
                    cell.setAlignment(Qt.AlignmentFlag.AlignRight)
                self._table.addWidget(cell, row, column)
            self._cells.append(cells)

    def show_values(
        self, columns: ClipColumns, values: NDArray[np.float64], highlighted: Mask | None
    ) -> None:
        """Show the values of all clips; highlighted: None for all."""
        self._columns, self._values, self._ids = columns, values, columns.ids
        known = np.isfinite(values) & not_dropped(columns)
        before = known if highlighted is None else known & highlighted
        self.histogram.show_values(values[known], values[before], self.measure)
        self._follow_line()

    def show_highlighted(self, highlighted: Mask | None) -> None:
        """Change the highlighted clips."""
        if self._columns is None or self._ids is not self._columns.ids:
            return
        known = np.isfinite(self._values) & not_dropped(self._columns)
        self.histogram.show_highlighted(
            self._values[known if highlighted is None else known & highlighted]
        )

    def clear(self) -> None:
        """Remove the threshold."""
        self.histogram.set_threshold(None)

    def _lay_out(self) -> None:
        self.measures.setMinimumContentsLength(10)
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.measures.setSizeAdjustPolicy(policy)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.choose)
        buttons.addWidget(self.show_list)
        buttons.addStretch(1)
        self._table.setHorizontalSpacing(2 * GRID)
        self._table.setVerticalSpacing(2)
        self._table.setColumnStretch(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.measures, 1)
        line.addWidget(self.side)
        column.addLayout(line)
        column.addWidget(self.histogram)
        column.addWidget(self.text)
        column.addLayout(self._table)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.measures.currentIndexChanged.connect(self._choose_measure)
        self.side.currentIndexChanged.connect(self._choose_side)
        self.histogram.moved.connect(self._follow_line)
        self.histogram.list_wanted.connect(self.list_wanted)
        self.choose.clicked.connect(self.select_wanted)
        self.show_list.clicked.connect(self.list_wanted)

    @Slot(int)
    def _choose_measure(self, _place: int) -> None:
        self.is_untouched = False
        self.histogram.threshold = None
        self.side.setCurrentIndex(1 if self.measure.better == "lower" else 0)
        self.measure_wanted.emit(self.measure)

    @Slot(int)
    def _choose_side(self, place: int) -> None:
        self.histogram.cuts_above = place == 1
        self.histogram.update()
        self._follow_line()

    @Slot()
    def _follow_line(self) -> None:
        cut = self.cut
        for each in (self.choose, self.show_list):
            each.setEnabled(cut is not None)
            each.setVisible(cut is not None)
        self._say(cut)
        self.cut_moved.emit()

    def _say(self, cut: Mask | None) -> None:
        if cut is not None and not self._cells:
            self._make_table()
        for cells in self._cells:
            for cell in cells:
                cell.setVisible(cut is not None)
        if cut is None or self._columns is None or self.histogram.threshold is None:
            known = bool(np.isfinite(self._values).any())
            self.text.setText(
                self.tr("Drag to see the cost of a cut. Shift+drag selects a range.")
                if known
                else self.tr("No clip has this score yet.")
            )
            return
        lost = costs(self._columns, self._emotions, cut)
        clips, seconds = sum(cost.clips for cost in lost), sum(cost.seconds for cost in lost)
        side = self.tr("%1 and above") if self.histogram.cuts_above else self.tr("Below %1")
        words = self.tr("%1: %2 of %3, %4")
        for place, word in enumerate(
            (
                side.replace("%1", self.measure.format(self.histogram.threshold)),
                number(clips),
                counted(sum(c.of for c in lost), self.tr("%n clip"), self.tr("%n clips")),
                clock(seconds),
            ),
            1,
        ):
            words = words.replace(f"%{place}", word)
        self.text.setText(words)
        for (name, count, length), cost in zip(self._cells, lost, strict=True):
            for cell in (name, count, length):
                cell.setVisible(cost.of > 0)
            of = self.tr("%1 of %2").replace("%1", number(cost.clips))
            count.setText(of.replace("%2", number(cost.of)))
            length.setText(clock(cost.seconds))
