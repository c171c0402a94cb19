"""Small histograms of further scores, stacked where there is room.

A click shows one large. A drag selects the clips in a range; ranges of several scores intersect.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from curator.ui.clip_data.clip_columns import ClipColumns
from curator.ui.map.cut_costs import not_dropped
from curator.ui.map.histogram_view import BINS, height_of
from curator.ui.map.measures import SIMILARITY, Measure
from curator.ui.page import label
from curator.ui.plain_text import tool_tip
from curator.ui.theme import GRID, roles
from curator.ui.widgets.range_drag import CLICK_PIXELS

HEIGHT, TITLE, GAP = 8 * GRID, 2 * GRID, GRID
MOST = 5
"""Upper bound of the small histograms."""
PREFERRED = ("duration", "snr", SIMILARITY, "speech_rate", "loudness", "dnsmos_ovrl")
"""Scores that come first, if clips have them."""
UNKNOWN = -1
KEY_BINS = BINS // 4
"""Bars of the range that the first arrow key selects."""
SHADE = 0.15

Mask = NDArray[np.bool_]  # (clips,)
Values = NDArray[np.float64]  # (clips,)


class SmallHistogram(QWidget):
    """Bars of all clips, in front the selected ones, with the name and range of the score."""

    chosen = Signal(object)  # its Measure
    brushed = Signal()  # another range, or none

    def __init__(self) -> None:
        super().__init__()
        self.measure: Measure | None = None
        self.brush: tuple[int, int] | None = None  # first bar of the range and that after the last
        self._pressed_at: float | None = None
        self._is_dragging = False
        self._low = self._high = 0.0
        self._bin_of: NDArray[np.int64] = np.zeros(0, np.int64)  # (clips,), UNKNOWN without a value
        self.bars: NDArray[np.int64] = np.zeros(BINS, np.int64)
        self.highlighted: NDArray[np.int64] = self.bars
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_values(self, measure: Measure, values: Values, counted: Mask) -> None:
        """Show the values of the counted clips; NaN are left out."""
        if measure != self.measure:
            self.brush = None
        self.measure = measure
        known = np.isfinite(values) & counted
        low, high = float(values[known].min()), float(values[known].max())
        self._low, self._high = (low, high) if high > low else (low - 0.5, high + 0.5)
        self._bin_of = np.full(values.size, UNKNOWN, np.int64)
        share = (values[known] - self._low) / (self._high - self._low)
        self._bin_of[known] = np.minimum((share * BINS).astype(np.int64), BINS - 1)
        self.bars = self._counts(None)
        self.setAccessibleName(measure.title)
        text = self.tr("%1: drag to select a range, click to filter")
        self.setToolTip(tool_tip(text.replace("%1", measure.title)))
        self._describe()

    def show_highlighted(self, highlighted: Mask | None) -> None:
        """Put clips in front; None for all."""
        self.highlighted = self.bars if highlighted is None else self._counts(highlighted)
        self.update()

    def _counts(self, of: Mask | None) -> NDArray[np.int64]:
        bins = self._bin_of if of is None else self._bin_of[of]
        return np.bincount(bins[bins != UNKNOWN], minlength=BINS)

    def in_brush(self) -> Mask | None:
        """Clips in the range; None without a range."""
        if self.brush is None:
            return None
        return (self._bin_of >= self.brush[0]) & (self._bin_of < self.brush[1])

    def set_brush(self, first: int, last: int) -> None:
        """Select a range of bars, both included."""
        brush = max(0, min(first, last)), min(BINS, max(first, last) + 1)
        if brush != self.brush:
            self.brush = brush
            self._describe()
            self.update()
            self.brushed.emit()

    def clear_brush(self) -> None:
        """Remove the range, without a signal."""
        self.brush = None
        self._describe()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """See QWidget."""
        if event.button() is Qt.MouseButton.LeftButton and self.measure is not None:
            self._pressed_at, self._is_dragging = event.position().x(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select the range between press and pointer."""
        if self._pressed_at is None:
            return
        x = event.position().x()
        self._is_dragging = self._is_dragging or abs(x - self._pressed_at) >= CLICK_PIXELS
        if self._is_dragging:
            self.set_brush(self._bin_at(self._pressed_at), self._bin_at(x))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click without a drag shows the histogram large."""
        was_click = self._pressed_at is not None and not self._is_dragging
        self._pressed_at, self._is_dragging = None, False
        if was_click and event.button() is Qt.MouseButton.LeftButton:
            self.chosen.emit(self.measure)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the range, with Shift its end; Delete removes it; Return shows it large."""
        key, by = Qt.Key(event.key()), {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if self.measure is None:
            return
        if key in by:
            self._move_brush(by[key], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.brush is not None:
            self.clear_brush()
            self.brushed.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.measure)
        else:
            super().keyPressEvent(event)

    def _move_brush(self, by: int, is_end: bool) -> None:
        if self.brush is None:
            self.set_brush(*((0, KEY_BINS - 1) if by > 0 else (BINS - KEY_BINS, BINS - 1)))
            return
        first, last = self.brush[0], self.brush[1] - 1
        if is_end:
            self.set_brush(first, min(BINS - 1, max(first, last + by)))
        elif first + by >= 0 and last + by < BINS:
            self.set_brush(first + by, last + by)

    def _bin_at(self, x: float) -> int:
        return min(BINS - 1, max(0, int(x / max(1, self.width()) * BINS)))

    def _shown_range(self) -> tuple[float, float]:
        """Values of the selected range, else of all."""
        if self.brush is None:
            return self._low, self._high
        wide = (self._high - self._low) / BINS
        return self._low + self.brush[0] * wide, self._low + self.brush[1] * wide

    def _range_text(self) -> str:
        assert self.measure is not None
        low, high = map(self.measure.format, self._shown_range())
        return f"{low} \N{EN DASH} {high}"

    def _describe(self) -> None:
        if self.measure is not None:
            text = self.tr("Selected: %1") if self.brush else self.tr("All: %1")
            self.setAccessibleDescription(text.replace("%1", self._range_text()))

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
            self._paint_brush(painter, area)
            self._paint_title(painter, self.measure)
            if self.hasFocus():
                painter.setPen(QPen(QColor(colours.accent), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(area.adjusted(1, 1, -1, -1))

    def _paint_brush(self, painter: QPainter, area: QRectF) -> None:
        if self.brush is None:
            return
        left, right = (area.width() * end / BINS for end in self.brush)
        shade = QColor(roles(self).accent)
        shade.setAlphaF(SHADE)
        painter.fillRect(QRectF(left, area.top(), right - left, area.height()), shade)
        painter.setPen(QPen(QColor(roles(self).accent), 1))
        for x in (left, right):
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _paint_title(self, painter: QPainter, measure: Measure) -> None:
        row = QRectF(0, 0, self.width(), TITLE)
        between = self._range_text()
        metrics = painter.fontMetrics()
        room = int(row.width()) - metrics.horizontalAdvance(between) - GRID
        painter.setPen(QColor(roles(self).accent if self.brush else roles(self).quiet))
        painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, between)
        title = metrics.elidedText(measure.title, Qt.TextElideMode.ElideRight, room)
        painter.setPen(QColor(roles(self).text))
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)


class HistogramStack(QWidget):
    """As many small histograms as fit. room: how many that are.

    is_in_place: whether they stand in place of the legend, and say so without a score.
    """

    chosen = Signal(object)  # a Measure
    brushed = Signal()  # other ranges, or none
    room_changed = Signal()

    def __init__(self, measures: Sequence[Measure], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.room, self.is_in_place = 0, False
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
        self.nothing = label(self.tr("No clip has another score yet."), "quiet", wrap=True)
        self.nothing.hide()
        column.addWidget(self.nothing)
        for plot in self.plots:
            plot.hide()
            plot.chosen.connect(self.chosen)
            plot.brushed.connect(self.brushed)
            column.addWidget(plot)
        self.hide()

    def sizeHint(self) -> QSize:
        """See QWidget."""
        shown = sum(not plot.isHidden() for plot in self.plots)
        if not self.nothing.isHidden():
            return super().sizeHint()
        return QSize(28 * GRID, self._height_of(shown))

    def minimumSizeHint(self) -> QSize:
        """No height: it takes only what is left over."""
        return QSize(0, 0)

    def fit(self, height: int) -> None:
        """Use up to this height."""
        room = self.count_for(height)
        if room != self.room:
            self.room = room
            self.room_changed.emit()

    def count_for(self, height: int) -> int:
        """Number of histograms that fit into a height."""
        fitting = [count for count in range(1, MOST + 1) if self._height_of(count) <= height]
        return max(fitting, default=0)

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
        if columns.ids is not self._ids:
            self.clear_brushes()
        self._ids, counted = columns.ids, not_dropped(columns)
        for plot, row in zip(self.plots, rows, strict=False):
            plot.show_values(*row, counted)
        for place, plot in enumerate(self.plots):
            plot.setVisible(place < len(rows))
        self.nothing.setVisible(self.is_in_place and not rows)
        self.setVisible(bool(rows) or self.is_in_place)
        self.updateGeometry()
        self.show_highlighted(columns, highlighted)

    def in_brushes(self, columns: ClipColumns) -> Mask | None:
        """Clips in the ranges of all histograms; None without one, or while clips came or went."""
        brushes = [plot.in_brush() for plot in self.plots if not plot.isHidden()]
        masks = [mask for mask in brushes if mask is not None]
        if not masks or columns.ids is not self._ids:
            return None
        inside: Mask = np.logical_and.reduce(masks)
        return inside

    def clear_brushes(self) -> None:
        """Remove all ranges, without a signal."""
        for plot in self.plots:
            plot.clear_brush()

    def show_highlighted(self, columns: ClipColumns, highlighted: Mask | None) -> None:
        """Put clips in front, None for all; nothing while clips came or went since."""
        if columns.ids is not self._ids:
            return
        for plot in self.plots:
            if not plot.isHidden():
                plot.show_highlighted(highlighted)

    def _height_of(self, count: int) -> int:
        return self.title.sizeHint().height() + 2 * GRID + count * (HEIGHT + GAP)
