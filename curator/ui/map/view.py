"""Keeps points, colours and filter of the map in step with the clips."""

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from curator.ui.map.axes import TALL, WIDE, Axes, Axis
from curator.ui.map.colour_choice import ColourChoice, colouring_of
from curator.ui.map.colouring import Colouring
from curator.ui.map.cut_costs import not_dropped
from curator.ui.map.legend import Legend
from curator.ui.map.map_clips import MapType
from curator.ui.map.model import MapModel
from curator.ui.map.scatter_view import ScatterView
from curator.ui.map.tool_bar import MEASURE, ToolBar
from curator.ui.session import Session
from curator.ui.theme import roles


class MapView(QObject):
    """Draws the clips. While the page is hidden nothing is drawn; `resume` catches up."""

    refreshed = Signal()  # clips or their data are other ones
    placed = Signal()  # points were placed, perhaps none
    filtered = Signal()  # other points are shown

    def __init__(
        self,
        session: Session,
        model: MapModel,
        bar: ToolBar,
        scatter: ScatterView,
        legend: Legend,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._model = session, model
        self._bar, self._scatter, self._legend = bar, scatter, legend
        self._placing: tuple[object, ...] = ()  # what placed the points that are drawn
        self._is_active = self._is_stale = False
        model.clips.read.connect(self.refresh)
        model.clips.decided.connect(self.follow_decision)
        session.chosen.connect(self._follow_current)
        bar.places_wanted.connect(self._change_places)
        bar.colours_wanted.connect(self.colour)
        bar.hide_dropped.toggled.connect(self._filter)
        bar.query.understood.connect(self._filter)
        legend.selected.connect(self._filter)
        scatter.restyled.connect(self.colour)
        self.show_reading()

    # Commands

    def next_places(self) -> None:
        """Place the points by the next layout."""
        self._bar.step(self._bar.places)

    def next_colours(self) -> None:
        """Colour the points by the next property."""
        self._bar.step(self._bar.colours)

    def toggle_dropped(self) -> None:
        """Show or hide dropped clips."""
        self._bar.hide_dropped.toggle()

    def type_query(self) -> None:
        """Move the focus to the query."""
        self._bar.query.type_query()

    def zoom_to_fit(self) -> None:
        """Bring the whole map into view."""
        self._scatter.look_at_all()

    # Following the project

    def resume(self) -> None:
        """Draw again, with what changed while the page was hidden."""
        self._is_active = True
        self._model.clips.watch(on=True)
        if self._is_stale:
            self.refresh()

    def pause(self) -> None:
        """Draw nothing: a decision on another page costs nothing here."""
        self._is_active = False
        self._model.clips.watch(on=False)

    def show_reading(self) -> None:
        """Say that data is being read."""
        self._bar.summary.setText(self.tr("Reading…"))

    @Slot()
    def refresh(self) -> None:
        """Draw all clips as they are now, or on `resume`."""
        self._is_stale = not self._is_active
        if self._is_stale:
            return
        clips = self._model.clips
        kinds = [kind for kind in MapType if kind is MapType.SCORES or clips.count_on(kind)]
        self._bar.show_available(kinds, clips.columns.finding_keys())
        self._place(keep_view=True)
        self.colour()
        self.refreshed.emit()
        row = self._model.points.row_of(self._session.current)
        self._scatter.show_current(row, look=False)

    @Slot()
    def follow_decision(self) -> None:
        """Colour again; place again where clips came or went."""
        if self._is_stale or not self._is_active or not self._model.in_step:
            self.refresh()
            return
        self.colour()
        self.refreshed.emit()

    @Slot(object)
    def _follow_current(self, clip: int | None) -> None:
        self._scatter.show_current(self._model.points.row_of(clip))

    @Slot()
    def _change_places(self) -> None:
        if self._model.clips.is_read:
            self._place(keep_view=False)
            self.colour()
            self._follow_current(self._session.current)

    # Drawing

    def _place(self, *, keep_view: bool) -> None:
        clips, axes, grid = self._model.clips, None, None
        ids = clips.columns.ids
        if self._bar.map_type is MapType.SCORES:
            right, up = self._bar.measure_of(self._bar.right), self._bar.measure_of(self._bar.up)
            x, y = clips.values(right), clips.values(up)
            if x is None or y is None:
                self.show_reading()
                return
            axes = Axes(Axis.of(x, right, WIDE), Axis.of(y, up, TALL))
            points = np.stack([axes.right.places(x), axes.up.places(y)], axis=1)
        else:
            aligned = clips.aligned(self._bar.map_type)
            points, grid = aligned.points, aligned.grid
        if not (self._model.in_step and np.array_equal(points, self._scatter.points, True)):
            keep_view = keep_view and self._placing == self._bar.placing
            self._scatter.show_points(points, axes, grid, keep_view=keep_view)
        self._placing = self._bar.placing
        if not self._model.in_step:
            self._model.points.replace(ids)
        self.placed.emit()

    @Slot()
    def colour(self) -> None:
        """Colour the points by the property of the tool bar, or on `resume`."""
        if not self._is_active:
            self._is_stale = True
            return
        if not self._model.in_step:
            return
        colouring = self._colouring()
        if colouring is None:
            self.show_reading()
            return
        self._scatter.show_colours(colouring)
        self._legend.show_entries(self._bar.colour_title, colouring.entries)

    def _colouring(self) -> Colouring | None:
        """Colouring of the tool bar; None while its data is read."""
        clips, bar, measure, values = self._model.clips, self._bar, None, None
        if bar.colour.startswith(MEASURE):
            measure = bar.measure_named(bar.colour.removeprefix(MEASURE))
            values = clips.values(measure)
            if values is None:
                return None
        choice = ColourChoice(bar.colour, bar.map_type, measure, values)
        emotions = self._session.project.settings.emotions
        return colouring_of(choice, clips, emotions, roles(self._scatter))

    @Slot()
    def _filter(self) -> None:
        if not self._model.in_step:
            return
        matches = self._model.clips.matches(self._bar.query.query)
        if matches is None:
            self.show_reading()
            return
        scatter = self._scatter
        shown = np.isfinite(scatter.points[:, 0]) & matches
        if self._bar.hide_dropped.isChecked():
            shown &= not_dropped(self._model.clips.columns)
        is_wanted = np.zeros(256, np.bool_)
        is_wanted[self._legend.wanted] = True
        self._legend.show_counts(scatter.colouring.counts(shown))
        scatter.show_shown(is_wanted[scatter.colouring.codes] & shown)
        self.filtered.emit()
