"""Highlights the clips beyond the threshold, else the selected ones, and sums them up."""

import numpy as np
from PySide6.QtCore import QObject, QTimer, Slot

from curator.ui.clip_data import clip_counts
from curator.ui.map.cut_costs import not_dropped
from curator.ui.map.histogram_stack import HistogramStack
from curator.ui.map.model import MapModel
from curator.ui.map.scatter_view import ScatterView
from curator.ui.map.threshold_panel import ThresholdPanel
from curator.ui.map.tool_bar import ToolBar
from curator.ui.session import Session
from curator.ui.wording import clock, counted, number

LATER_MS = 150
"""Delay of the small histograms after a change, so that a decision does not wait for them."""


class Highlight(QObject):
    """Connects selection and threshold with the points and the histograms."""

    def __init__(
        self,
        session: Session,
        model: MapModel,
        bar: ToolBar,
        scatter: ScatterView,
        panel: ThresholdPanel,
        stack: HistogramStack,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._model = session, model
        self._bar, self._scatter, self._panel = bar, scatter, panel
        self._stack = stack
        self._is_brushing = False
        self._later = QTimer(self, singleShot=True, interval=LATER_MS)
        self._later.timeout.connect(self._show_stack)
        model.selection.changed.connect(self._follow_selection)
        panel.measure_wanted.connect(self.show_values)
        panel.cut_moved.connect(self.show)
        panel.select_wanted.connect(self._select_cut)
        panel.list_wanted.connect(self._list_cut)
        stack.chosen.connect(panel.show_measure)
        stack.brushed.connect(self._select_brushed)
        panel.histogram.brushed.connect(self._select_range)
        stack.room_changed.connect(self._later.start)

    @Slot()
    def show_values(self) -> None:
        """Fill the histogram with the score of the panel."""
        clips = self._model.clips
        if not clips.is_read:
            return
        values = clips.values(self._panel.measure)
        if values is None:  # it is read now
            return
        has_values = not self._panel.is_untouched or bool(np.isfinite(values).any())
        if has_values or not self._show_another():
            self._panel.show_values(clips.columns, values, self._model.selected_mask())
        self._later.start()

    def _show_another(self) -> bool:
        """Begin with a score that clips have; False if there is none."""
        for measure in self._stack.candidates(self._panel.measure):
            values = self._model.clips.values(measure)
            if values is None:  # it is read now
                return True
            if np.isfinite(values).any():
                self._panel.show_measure(measure)
                return True
        return False

    @Slot()
    def _show_stack(self) -> None:
        """Fill the small histograms with scores that clips have."""
        clips, stack = self._model.clips, self._stack
        if not clips.is_read:
            return
        present, rows = not_dropped(clips.columns), []
        for measure in stack.candidates(self._panel.measure) if stack.room else ():
            values = clips.values(measure)  # None while it is read; shown by `read` then
            if values is not None and (np.isfinite(values) & present).any():
                rows.append((measure, values))
                if len(rows) == stack.room:
                    break
        stack.show_values(rows, clips.columns, self._model.selected_mask())

    @Slot()
    def show(self) -> None:
        """Highlight what the threshold cuts off, else the selection."""
        if not self._model.in_step:
            return
        selected, cut = self._model.selected_mask(), self._panel.cut
        self._scatter.show_highlighted(selected if cut is None else cut)
        self._panel.show_highlighted(selected)
        self._stack.show_highlighted(self._model.clips.columns, selected)
        self._bar.summary.setText(self._summary())

    @Slot()
    def _follow_selection(self) -> None:
        if not self._is_brushing:  # selected in another way
            self._stack.clear_brushes()
        self._panel.clear()
        self.show()

    @Slot(float, float)
    def _select_range(self, low: float, high: float) -> None:
        """Select the shown clips with values in a range of the large histogram."""
        values = self._model.clips.values(self._panel.measure) if self._model.in_step else None
        if values is None:
            return
        inside = (values >= low) & (values <= high) & not_dropped(self._model.clips.columns)
        self._model.selection.replace(self._model.points.ids[inside & self._scatter.shown])

    @Slot()
    def _select_brushed(self) -> None:
        """Select the shown clips in the ranges of the small histograms."""
        if not self._model.in_step:
            return
        brushed = self._stack.in_brushes(self._model.clips.columns)
        ids = self._model.points.ids
        self._is_brushing = True
        self._model.selection.replace(
            ids[:0] if brushed is None else ids[brushed & self._scatter.shown]
        )
        self._is_brushing = False

    @Slot()
    def _select_cut(self) -> None:
        cut = self._panel.cut
        if cut is not None and self._model.in_step:
            self._model.selection.replace(self._model.points.ids[cut & self._scatter.shown])

    @Slot()
    def _list_cut(self) -> None:
        if self._panel.query:
            self._session.show_clips(self._panel.query)

    def _summary(self) -> str:
        columns, selected = self._model.clips.columns, self._model.selection.ids
        shown = int(np.count_nonzero(self._scatter.shown))
        text = self.tr("%1 of %2 shown").replace("%1", number(shown))
        text = text.replace("%2", counted(len(columns), self.tr("%n clip"), self.tr("%n clips")))
        if selected.size:
            visible = self._model.shown_of(selected, self._scatter.shown)
            seconds = clip_counts.total_seconds(columns, visible)
            count = self.tr("%1 selected").replace("%1", number(visible.size))
            text = f"{text}  ·  {count}, {clock(seconds)}"
            hidden = self.tr("%1 more hidden by the filter")
            if visible.size == selected.size:
                return text
            return f"{text}  ·  {hidden.replace('%1', number(selected.size - visible.size))}"
        if shown:
            return self.tr("%1  ·  drag around clips to select").replace("%1", text)
        return self.tr("No clip matches the filter.") if str(self._bar.query.query) else text
