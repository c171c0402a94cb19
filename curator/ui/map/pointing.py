"""The map under a person's hand: what is pointed at, heard, walked to and drawn around."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QTimer, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from curator.ui.actions import KeyScope
from curator.ui.clip_commands.playback import ClipPlayback
from curator.ui.map.hover_card import HoverCard
from curator.ui.map.scatter_view import Gathering, Tool
from curator.ui.map.tool_bar import MEASURE
from curator.ui.map.view import MapView
from curator.ui.session import Session
from curator.ui.sound.player import Player

CARD_MS = 60
"""So long a pointer rests before the card shows; passing over clips shows none."""

PAN = 0.15
"""Of the view that a key moves it by."""

DIRECTIONS = {"left": (-1.0, 0.0), "right": (1.0, 0.0), "up": (0.0, 1.0), "down": (0.0, -1.0)}

Rows = NDArray[np.intp]


class PointingPage(MapView):
    """Point, hear and walk. The table of actions names these methods."""

    def __init__(self, session: Session, player: Player | None = None) -> None:
        super().__init__(session)
        self.listening = ClipPlayback(session, player, self)
        self.card = HoverCard(self.scatter)
        self._heard: int | None = None
        self._pointed = QTimer(self, singleShot=True, interval=CARD_MS)
        self._pointed.timeout.connect(self._show_pointed)
        self.bar.hover_plays.setChecked(session.settings.is_on("hover_plays"))
        self._listen()

    def _listen(self) -> None:
        self.scatter.pointed.connect(self._point)
        self.scatter.clicked.connect(self._click)
        self.scatter.opened.connect(lambda row: self.session.show_clip(self.id_of(row)))
        self.scatter.gathered.connect(self._gather)
        self.scatter.viewed.connect(self.card.hide)
        self.clips.judged.connect(self._refresh_card)
        self.bar.places_wanted.connect(self.card.hide)
        self.bar.colours_wanted.connect(self.card.hide)
        self.bar.tool_wanted.connect(self._take_tool)
        self.bar.hover_plays.toggled.connect(self._take_hover)
        self.bar.query.left.connect(self.scatter.setFocus)
        self.listening.refused.connect(self.session.messages.warn)

    def places(self, place: KeyScope) -> Sequence[QWidget]:
        """See Page."""
        return (self.scatter,) if place == KeyScope.LIST else ()

    def shown(self) -> None:
        """See Page."""
        self.scatter.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page is in front: it is that one's turn to be heard."""
        super().hideEvent(event)
        self._pointed.stop()
        self.card.hide()
        if not event.spontaneous():
            self.listening.stop()

    def close_page(self) -> None:
        """See Page."""
        self._pointed.stop()
        self.listening.close()
        self.clips.close()

    # Hearing

    def play_or_stop(self) -> None:
        """Play the current clip, or stop what plays."""
        if self.listening.playing:
            self.listening.stop()
        else:
            self.replay()

    def replay(self) -> None:
        """Play the current clip from its start."""
        if self.session.current is not None:
            self._hear(self.session.current)

    def toggle_hover_plays(self) -> None:
        """Hear clips under the pointer, or not."""
        self.bar.hover_plays.toggle()

    # Walking and looking

    def walk(self, direction: str) -> None:
        """Go to the nearest clip in a direction."""
        start = self.row_of(self.session.current)
        if start is None or not np.isfinite(self.scatter.points[start]).all():
            self._go_to(self.scatter.middle())
            return
        way = DIRECTIONS[direction]
        self._go_to(self.scatter.grid.toward(start, way, self.scatter.shown))

    def walk_and_choose(self, direction: str) -> None:
        """The same, and the clip one comes from and the one one gets to are chosen."""
        before = self.session.current
        self.walk(direction)
        both = [clip for clip in (before, self.session.current) if clip is not None]
        self.choose_clips(np.union1d(self.chosen, np.array(both, np.int64)))

    def pan(self, direction: str) -> None:
        """Look at what is beside."""
        right, up = DIRECTIONS[direction]
        view = self.scatter.view
        self.scatter.look(view.moved(-PAN * right * view.width, PAN * up * view.height))

    def closer(self) -> None:
        """Come closer to the current clip, or to the middle."""
        self._zoom(1)

    def farther(self) -> None:
        """Go farther away."""
        self._zoom(-1)

    def look_at_all(self) -> None:
        """See the whole map."""
        self.scatter.look_at_all()

    def next_places(self) -> None:
        """Have another thing decide the places."""
        self.bar.step(self.bar.places)

    def next_colours(self) -> None:
        """Have another thing decide the colours."""
        self.bar.step(self.bar.colours)

    def toggle_dropped(self) -> None:
        """Show dropped clips, or not."""
        self.bar.hide_dropped.toggle()

    def type_query(self) -> None:
        """Let the person say which clips to show."""
        self.bar.query.type_query()

    def lasso(self) -> None:
        """Dragging draws around clips."""
        self.bar.choose_tool(Tool.LASSO)

    def box(self) -> None:
        """Dragging draws a rectangle."""
        self.bar.choose_tool(Tool.BOX)

    def hand(self) -> None:
        """Dragging moves the map."""
        self.bar.choose_tool(Tool.HAND)

    def go_to_clip(self, clip: int) -> None:
        """Make a clip the current one, and hear it."""
        self._go_to(self.row_of(clip))

    # How it is done

    def _zoom(self, steps: int) -> None:
        """Closer to the current clip while it is in view, so that it stays there."""
        row = self.row_of(self.session.current)
        self.scatter.zoom(steps, None if row is None else self.scatter.place_of(row))

    def _go_to(self, row: int | None) -> None:
        """Make a point's clip the current one, hear it, and say what it is."""
        if row is None:
            return
        clip = self.id_of(row)
        self.session.choose(clip)
        self.scatter.show_current(row)
        if self.session.settings.is_on("autoplay"):
            self._hear(clip)
        self._show_card(row)
        self.scatter.setAccessibleDescription(f"{self.card.text.text()} {self.card.facts.text()}")

    def _hear(self, clip: int) -> None:
        self._heard = clip
        self.listening.go_to(self.session.project.clips.get(clip), (), play=True)

    @Slot(int)
    def _point(self, row: int) -> None:
        if row < 0:
            self._pointed.stop()
            self.card.hide()
        else:
            self._pointed.start()

    @Slot()
    def _show_pointed(self) -> None:
        row = self.scatter.hovered
        if row is None:
            return
        self._show_card(row)
        if self.bar.hover_plays.isChecked():
            self._hear(self.id_of(row))

    @Slot()
    def _refresh_card(self) -> None:
        """What was decided is seen on the card, too."""
        row = self.row_of(self.session.current)
        if self.card.isVisible() and row is not None:
            self._show_card(row)

    def _show_card(self, row: int) -> None:
        place = self.scatter.place_of(row)
        if place is None or not self.scatter.isVisible():
            return
        text, facts = self.described(row)
        kind = self.scatter.colouring.kinds[self.scatter.colouring.codes[row]]
        said, key = kind.name, self.bar.colour
        if key.startswith(MEASURE):
            measure = self.measures[key.removeprefix(MEASURE)]
            values = self.values(measure)
            if values is not None and np.isfinite(values[row]):
                said = f"{measure.title}: {measure.said(float(values[row]))}"
        self.card.show_clip(text, facts, kind, said, QPointF(place))

    @Slot(int, str)
    def _click(self, row: int, how: str) -> None:
        self.scatter.setFocus()
        if row >= 0:
            self._go_to(row)
        if how == Gathering.INSTEAD:
            if self.chosen.size:
                self.choose_clips(())
        elif row >= 0:
            self._gather(np.array([row]), how)

    @Slot(object, str)
    def _gather(self, rows: Rows, how: str) -> None:
        """These points were drawn around."""
        ids = self.clips.columns.ids[rows] if rows.size else np.zeros(0, np.int64)
        if how == Gathering.MORE:
            ids = np.union1d(self.chosen, ids)
        elif how == Gathering.LESS:
            ids = np.setdiff1d(self.chosen, ids)
        self.choose_clips(ids)

    @Slot(str)
    def _take_tool(self, tool: str) -> None:
        self.scatter.tool = Tool(tool)

    @Slot(bool)
    def _take_hover(self, on: bool) -> None:
        self.session.settings.set("hover_plays", on)
        if not on:
            self.listening.stop()
