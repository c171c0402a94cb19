"""Small histograms of further scores, stacked where there is room; a click shows one large."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from curator.ui.clip_data.clip_columns import ClipColumns
from curator.ui.map.cut_costs import not_dropped
from curator.ui.map.histogram_view import BINS, height_of
from curator.ui.map.measures import SIMILARITY, Measure
from curator.ui.page import label
from curator.ui.plain_text import tool_tip
from curator.ui.theme import GRID, roles

HEIGHT, TITLE, GAP = 8 * GRID, 2 * GRID, GRID
MOST = 5
"""Upper bound of the small histograms."""
PREFERRED = ("duration", "snr", SIMILARITY, "speech_rate", "loudness", "dnsmos_ovrl")
"""Scores that come first, if clips have them."""
UNKNOWN = -1

Mask = NDArray[np.bool_]  # (clips,)
Values = NDArray[np.float64]  # (clips,)


class SmallHistogram(QWidget):
    """Bars of all clips, in front the selected ones, with the name and range of the score."""

    chosen = Signal(object)  # its Measure

    def __init__(self) -> None:
        super().__init__()
        self.measure: Measure | None = None
        self._low = self._high = 0.0
        self._bin_of: NDArray[np.int64] = np.zeros(0, np.int64)  # (clips,), UNKNOWN without a value
        self.bars: NDArray[np.int64] = np.zeros(BINS, np.int64)
        self.highlighted: NDArray[np.int64] = self.bars
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_values(self, measure: Measure, values: Values, counted: Mask) -> None:
        """Show the values of the counted clips; NaN are left out."""
        self.measure = measure
        known = np.isfinite(values) & counted
        low, high = float(values[known].min()), float(values[known].max())
        self._low, self._high = (low, high) if high > low else (low - 0.5, high + 0.5)
        self._bin_of = np.full(values.size, UNKNOWN, np.int64)
        share = (values[known] - self._low) / (self._high - self._low)
        self._bin_of[known] = np.minimum((share * BINS).astype(np.int64), BINS - 1)
        self.bars = self._counts(None)
        self.setAccessibleName(measure.title)
        self.setToolTip(tool_tip(self.tr("Filter by %1").replace("%1", measure.title)))

    def show_highlighted(self, highlighted: Mask | None) -> None:
        """Put clips in front; None for all."""
        self.highlighted = self.bars if highlighted is None else self._counts(highlighted)
        self.update()

    def _counts(self, of: Mask | None) -> NDArray[np.int64]:
        bins = self._bin_of if of is None else self._bin_of[of]
        return np.bincount(bins[bins != UNKNOWN], minlength=BINS)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """See QWidget."""
        if event.button() is Qt.MouseButton.LeftButton and self.measure is not None:
            self.chosen.emit(self.measure)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """See QWidget."""
        if self.measure is None:
            return
        colours = roles(self)
        with QPainter(self) as painter:
            area = QRectF(0, TITLE, self.width(), self.height() - TITLE)
            painter.fillRect(area, QColor(colours.surface))
            wide, most = area.width() / BINS, max(1, int(self.bars.max()))
            for n, (count, front) in enumerate(zip(self.bars, self.highlighted, strict=True)):
                for value, colour in ((count, colours.wave_quiet), (front, colours.wave)):
                    tall = height_of(value, most, area.height() - GRID / 2)
                    left, top = area.x() + n * wide, area.bottom() - tall
                    bar = QRectF(left, top, max(1.0, wide - 1), tall)
                    painter.fillRect(bar, QColor(colour))
            self._paint_title(painter, self.measure)

    def _paint_title(self, painter: QPainter, measure: Measure) -> None:
        row = QRectF(0, 0, self.width(), TITLE)
        between = f"{measure.format(self._low)} \N{EN DASH} {measure.format(self._high)}"
        metrics = painter.fontMetrics()
        room = int(row.width()) - metrics.horizontalAdvance(between) - GRID
        painter.setPen(QColor(roles(self).quiet))
        painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, between)
        title = metrics.elidedText(measure.title, Qt.TextElideMode.ElideRight, room)
        painter.setPen(QColor(roles(self).text))
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)


class HistogramStack(QWidget):
    """As many small histograms as fit. room: how many that are."""

    chosen = Signal(object)  # a Measure
    room_changed = Signal()

    def __init__(self, measures: Sequence[Measure], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.room = 0
        self._ids: NDArray[np.int64] = np.zeros(0, np.int64)  # clips of the values
        by_key = {measure.key: measure for measure in measures}
        first = [by_key[key] for key in PREFERRED if key in by_key]
        self._order = [*first, *(each for each in measures if each.key not in PREFERRED)]
        self.plots = [SmallHistogram() for _ in range(MOST)]
        self.setAccessibleName(self.tr("More histograms"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.setSpacing(GAP)
        self.title = label(self.tr("Other scores"), "heading")
        column.addWidget(self.title)
        for plot in self.plots:
            plot.hide()
            plot.chosen.connect(self.chosen)
            column.addWidget(plot)
        self.hide()

    def sizeHint(self) -> QSize:
        """See QWidget."""
        shown = sum(not plot.isHidden() for plot in self.plots)
        return QSize(28 * GRID, self._height_of(shown))

    def minimumSizeHint(self) -> QSize:
        """No height: it takes only what is left over."""
        return QSize(0, 0)

    def fit(self, height: int) -> None:
        """Use up to this height."""
        fitting = [count for count in range(1, MOST + 1) if self._height_of(count) <= height]
        room = max(fitting, default=0)
        if room != self.room:
            self.room = room
            self.room_changed.emit()

    def candidates(self, current: Measure) -> list[Measure]:
        """Scores that may be shown beside the current one, the most useful first."""
        return [measure for measure in self._order if measure != current]

    def show_values(
        self,
        rows: Sequence[tuple[Measure, Values]],
        columns: ClipColumns,
        highlighted: Mask | None,
    ) -> None:
        """Show scores, each with a value of at least one clip that is not dropped."""
        self._ids, counted = columns.ids, not_dropped(columns)
        for plot, row in zip(self.plots, rows, strict=False):
            plot.show_values(*row, counted)
        for place, plot in enumerate(self.plots):
            plot.setVisible(place < len(rows))
        self.setVisible(bool(rows))
        self.updateGeometry()
        self.show_highlighted(columns, highlighted)

    def show_highlighted(self, columns: ClipColumns, highlighted: Mask | None) -> None:
        """Put clips in front, None for all; nothing while clips came or went since."""
        if columns.ids is not self._ids:
            return
        for plot in self.plots:
            if not plot.isHidden():
                plot.show_highlighted(highlighted)

    def _height_of(self, count: int) -> int:
        return self.title.sizeHint().height() + 2 * GRID + count * (HEIGHT + GAP)
