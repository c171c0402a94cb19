"""How the map page follows the person and what happens to the project."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent

from curator.ui.clip_data import clip_counts
from curator.ui.map.axes import TALL, WIDE, Axes, Axis
from curator.ui.map.colour_choice import Wanted, colouring_of
from curator.ui.map.colouring import Colouring
from curator.ui.map.costs import in_set
from curator.ui.map.layout import MapParts
from curator.ui.map.map_clips import MapClips, Places
from curator.ui.map.measures import Measure
from curator.ui.map.tool_bar import MEASURE
from curator.ui.session import Session
from curator.ui.theme import roles
from curator.ui.wording import clock, counted, number

Mask = NDArray[np.bool_]  # (clips,)
Ids = NDArray[np.int64]


class MapView(MapParts):
    """Shows the clips as they are, and what is chosen of them."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.clips = MapClips(session, self)
        self.chosen: Ids = np.zeros(0, np.int64)  # what decisions are about, by id
        self._seen: Ids | None = None  # the ids that the points stand for
        self._placed: tuple[object, ...] = ()  # what decided the places that are shown
        self._behind = False  # whether something was not looked at yet
        self._connect()
        self._say_reading()
        self.clips.has(self.threshold.measure.column)
        self.clips.ask()

    def _connect(self) -> None:
        self.clips.read.connect(self._take_all)
        self.clips.judged.connect(self._take_judged)
        self.clips.sorted_anew.connect(self._take_categories)
        self.session.chosen.connect(self._follow_choice)
        self.bar.places_wanted.connect(self._place_anew)
        self.bar.colours_wanted.connect(self._colour)
        self.bar.hide_dropped.toggled.connect(self._filter)
        self.bar.query.understood.connect(self._filter)
        self.legend.chosen.connect(self._filter)
        self.threshold.measure_wanted.connect(self._measure)
        self.threshold.cut_moved.connect(self._mean)

    # What is known of the clips

    def values(self, measure: Measure) -> NDArray[np.float64] | None:
        """A number of all clips, NaN where it is not known; None while it is being read."""
        if not self.clips.has(measure.column):
            return None
        return self.clips.columns.column(measure.column).astype(np.float64)

    def row_of(self, clip: int | None) -> int | None:
        """Which point stands for a clip."""
        if clip is None or not self.clips.there:
            return None
        found = self.clips.columns.positions([clip])
        return int(found[0]) if found.size else None

    def id_of(self, row: int) -> int:
        """The clip that a point stands for."""
        return int(self.clips.columns.ids[row])

    def chosen_mask(self) -> Mask | None:
        """The points whose clips are chosen; None when none is."""
        if not self.chosen.size:
            return None
        mask = np.zeros(len(self.clips.columns), np.bool_)
        mask[self.clips.columns.positions(self.chosen)] = True
        return mask

    def choose_clips(self, clips: Iterable[int] | Ids) -> None:
        """Make these the clips that decisions are about, each once."""
        ids = clips if isinstance(clips, np.ndarray) else np.array(list(clips), np.int64)
        self.chosen = np.sort(ids)
        self.threshold.clear()
        self._mean()

    # How it follows

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened behind another page."""
        super().showEvent(event)
        self.clips.watch(on=True)
        if self._behind:
            self._take_all()

    def hideEvent(self, event: QHideEvent) -> None:
        """What happens from here on is looked at later: a decision elsewhere costs nothing here."""
        super().hideEvent(event)
        self.clips.watch(on=False)

    def changeEvent(self, event: QEvent) -> None:
        """Another theme has other marks."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._seen is not None:
            self._colour()

    @Slot()
    def _take_all(self) -> None:
        self._behind = not self.isVisible()
        if self._behind:
            return
        columns = self.clips.columns
        known = [place for place in Places if place is Places.SCORES or self.clips.on(place)]
        self.bar.show_known(known, columns.finding_keys())
        self._place(keep_view=True)
        self._colour()
        self._measure()
        self.scatter.show_current(self.row_of(self.session.current), look=False)

    @Slot()
    def _take_judged(self) -> None:
        if self._behind or not self.isVisible() or self._seen is not self.clips.columns.ids:
            self._take_all()  # ... as when clips came or went
            return
        self._colour()
        self._measure()

    @Slot()
    def _take_categories(self) -> None:
        emotions = self.session.project.settings.emotions
        self.emotions.show_categories(emotions)
        self.threshold.show_categories(emotions)
        if self.clips.there:
            self._take_judged()

    @Slot(object)
    def _follow_choice(self, clip: int | None) -> None:
        self.scatter.show_current(self.row_of(clip))

    @Slot()
    def _place_anew(self) -> None:
        if self.clips.there:
            self._place(keep_view=False)
            self._colour()
            self._follow_choice(self.session.current)

    def _place(self, *, keep_view: bool) -> None:
        columns, axes, grid = self.clips.columns, None, None
        if self.bar.place is Places.SCORES:
            sides = [self.bar.measure_of(box) for box in (self.bar.right, self.bar.up)]
            found = [self.values(measure) for measure in sides]
            if found[0] is None or found[1] is None:
                self._say_reading()
                return
            right, up = Axis.of(found[0], sides[0], WIDE), Axis.of(found[1], sides[1], TALL)
            axes = Axes(right, up)
            points = np.stack([right.places(found[0]), up.places(found[1])], axis=1)
        else:
            laid_out = self.clips.laid_out(self.bar.place)
            points, grid = laid_out.points, laid_out.grid
        same = self._seen is columns.ids and np.array_equal(points, self.scatter.points, True)
        if not same:
            keep_view = keep_view and self._placed == self.bar.placing
            self.scatter.show_points(points, axes, grid, keep_view=keep_view)
        self._placed = self.bar.placing
        self._seen = columns.ids
        self._say_nothing(points)

    @Slot()
    def _colour(self) -> None:
        if not self.clips.there or self._seen is None:
            return
        found = self._colouring()
        if found is None:
            self._say_reading()
            return
        self.scatter.show_colours(found)
        self.legend.show_kinds(self.bar.colour_title, found.kinds)
        self.order_tabs()

    def _colouring(self) -> Colouring | None:
        """None while what it needs is being read."""
        values = None
        if self.bar.colour.startswith(MEASURE):
            values = self.values(self.measures[self.bar.colour.removeprefix(MEASURE)])
            if values is None:
                return None
        wanted = Wanted(self.bar.colour, self.bar.place, values, self.measures)
        return colouring_of(wanted, self.clips, self.session.project.settings.emotions, roles(self))

    @Slot()
    def _filter(self) -> None:
        if not self.clips.there or self._seen is None:
            return
        fits = self.clips.fits(self.bar.query.query)
        if fits is None:
            self._say_reading()
            return
        codes, there = self.scatter.colouring.codes, np.isfinite(self.scatter.points[:, 0]) & fits
        if self.bar.hide_dropped.isChecked():
            there &= in_set(self.clips.columns)
        wanted = np.zeros(256, np.bool_)
        wanted[self.legend.wanted] = True
        self.scatter.show_shown(wanted[codes] & there)
        self.legend.show_counts(self.scatter.colouring.counts(there))
        self._mean()

    @Slot()
    def _measure(self) -> None:
        if not self.clips.there:
            return
        values = self.values(self.threshold.measure)
        if values is not None:
            self.threshold.show_values(self.clips.columns, values, self.chosen_mask())

    @Slot()
    def _mean(self) -> None:
        """Show what stands out: what would be cut, or else what is chosen."""
        if not self.clips.there or self._seen is not self.clips.columns.ids:
            return
        chosen, cut = self.chosen_mask(), self.threshold.cut
        if cut is not None:
            QTimer.singleShot(0, self.threshold, self._show_costs)
        self.scatter.show_meant(chosen if cut is None else cut)
        self.threshold.show_meant(chosen)
        self._say()

    @Slot()
    def _show_costs(self) -> None:
        """Scroll to what a cut costs, once that has its place."""
        self.side.ensureWidgetVisible(self.threshold, 0, 0)

    # What it says

    def _say(self) -> None:
        shown = int(np.count_nonzero(self.scatter.shown))
        of = len(self.clips.columns)
        words = self.tr("%1 of %2 shown").replace("%1", number(shown))
        words = words.replace("%2", counted(of, self.tr("%n clip"), self.tr("%n clips")))
        if self.chosen.size:
            seconds = clip_counts.total_seconds(self.clips.columns, self.chosen)
            some = counted(self.chosen.size, self.tr("%n chosen"), self.tr("%n chosen"))
            words = f"{words}  ·  {some}, {clock(seconds)}"
        elif not shown and str(self.bar.query.query):
            words = self.tr("No clip is what you are looking for.")
        elif shown:
            words = self.tr("%1  ·  draw around clips to choose them").replace("%1", words)
        self.bar.said.setText(words)
        about = self.tr("Give a category to %1")
        many = counted(self.chosen.size, self.tr("%n clip"), self.tr("%n clips"))
        self.about.setText(
            about.replace("%1", many) if self.chosen.size else self.tr("Give a category")
        )

    def described(self, row: int) -> tuple[str, str]:
        """What is said in a clip, and what is known of it."""
        columns, clip = self.clips.columns, self.id_of(row)
        texts: dict[int, str] = dict(self.session.project.clips.rows("shown", [clip]))
        state = {0: self.tr("undecided"), 1: self.tr("kept"), 2: self.tr("dropped")}
        known = [
            f"#{clip}",
            self.tr("%1 s").replace("%1", f"{float(columns.seconds(np.array([row]))[0]):.1f}"),
            state[int(columns.column("state")[row])],
            self.clips.recordings.get(int(columns.column("recording")[row]), ""),
        ]
        return texts.get(clip) or self.tr("no text"), "  ·  ".join(filter(None, known))

    def _say_reading(self) -> None:
        self.bar.said.setText(self.tr("Reading…"))

    def _say_nothing(self, points: NDArray[np.float64]) -> None:
        empty = not np.isfinite(points).all(axis=1).any() if len(points) else True
        self.stack.setCurrentIndex(1 if empty else 0)
        self.side.setVisible(len(points) > 0)
        if not empty:
            return
        self.nothing_button.setVisible(self.bar.place is not Places.SCORES)
        self.nothing_button.setText(
            self.tr("Analyse the recordings") if len(points) else self.tr("Add recordings")
        )
        if not len(points):
            self.nothing_said.setText(self.tr("There are no clips yet."))
        elif self.bar.place is Places.SCORES:
            self.nothing_said.setText(self.tr("No clip has both of these numbers yet."))
        else:
            self.nothing_said.setText(
                self.tr("No clip has a place on this map yet. The analysis gives them one.")
            )
