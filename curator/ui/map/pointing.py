"""Pointer, playback, keyboard navigation and zoom on the map."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QTimer, Slot

from curator.ui.clip_commands.playback import ClipPlayback
from curator.ui.map.layout import MapLayout
from curator.ui.map.model import MapModel
from curator.ui.map.scatter_view import SelectionChange, Tool
from curator.ui.map.tool_bar import MEASURE
from curator.ui.session import Session
from curator.ui.sound.player import Player

CARD_MS = 60
"""Delay before the card opens; a pointer that passes over clips opens none."""

PAN = 0.15
"""Share of the view that one key press pans."""

DIRECTIONS = {"left": (-1.0, 0.0), "right": (1.0, 0.0), "up": (0.0, 1.0), "down": (0.0, -1.0)}

Rows = NDArray[np.intp]


class Pointing(QObject):
    """Follows pointer and arrow keys: plays, describes and selects clips."""

    def __init__(
        self,
        session: Session,
        model: MapModel,
        ui: MapLayout,
        player: Player | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._model, self._ui = session, model, ui
        self.playback = ClipPlayback(session, player, self)
        self._opening = QTimer(self, singleShot=True, interval=CARD_MS)
        self._opening.timeout.connect(self._show_pointed)
        ui.bar.hover_plays.setChecked(session.settings.is_on("hover_plays"))
        self._connect()

    def _connect(self) -> None:
        ui = self._ui
        ui.scatter.pointed.connect(self.point)
        ui.scatter.clicked.connect(self._click)
        ui.scatter.opened.connect(self._open)
        ui.scatter.enclosed.connect(self.select_rows)
        ui.scatter.viewed.connect(ui.card.hide)
        self._model.clips.decided.connect(self._refresh_card)
        ui.bar.places_wanted.connect(ui.card.hide)
        ui.bar.colours_wanted.connect(ui.card.hide)
        ui.bar.tool_wanted.connect(self._set_tool)
        ui.bar.hover_plays.toggled.connect(self._set_hover_plays)
        ui.bar.query.left.connect(ui.scatter.setFocus)
        self.playback.refused.connect(self._session.messages.warn)

    def leave(self, *, stop_playback: bool) -> None:
        """Close the card, as another page comes to the front."""
        self._opening.stop()
        self._ui.card.hide()
        if stop_playback:
            self.playback.stop()

    def close(self) -> None:
        """Stop timers and playback."""
        self._opening.stop()
        self.playback.close()

    # Playback

    def play_or_stop(self) -> None:
        """Play the current clip, or stop playback."""
        if self.playback.playing:
            self.playback.stop()
        else:
            self.replay()

    def replay(self) -> None:
        """Play the current clip from its start."""
        if self._session.current is not None:
            self._play(self._session.current)

    def toggle_hover_plays(self) -> None:
        """Switch playback under the pointer on or off."""
        self._ui.bar.hover_plays.toggle()

    # Navigation

    def walk(self, direction: str) -> None:
        """Go to the nearest clip in a direction: "left", "right", "up" or "down"."""
        scatter = self._ui.scatter
        start = self._model.points.row_of(self._session.current)
        if start is None or not np.isfinite(scatter.points[start]).all():
            self._go_to_row(scatter.middle())
        else:
            self._go_to_row(scatter.grid.toward(start, DIRECTIONS[direction], scatter.shown))

    def extend_selection(self, direction: str) -> None:
        """Go to the nearest clip in a direction and select both ends."""
        before = self._session.current
        self.walk(direction)
        ends = (before, self._session.current)
        self._model.selection.add([clip for clip in ends if clip is not None])

    def pan(self, direction: str) -> None:
        """Pan the view in a direction."""
        right, up = DIRECTIONS[direction]
        view = self._ui.scatter.view
        self._ui.scatter.look(view.moved(-PAN * right * view.width, PAN * up * view.height))

    def zoom_in(self) -> None:
        """Zoom in on the current clip, or on the centre."""
        self._zoom(1)

    def zoom_out(self) -> None:
        """Zoom out from the current clip, or from the centre."""
        self._zoom(-1)

    def use_tool(self, tool: str) -> None:
        """Choose what dragging does: "lasso", "box" or "hand"."""
        self._ui.bar.choose_tool(Tool(tool))

    def go_to_clip(self, clip: int) -> None:
        """Make a clip the current one and play it."""
        self._go_to_row(self._model.points.row_of(clip))

    @Slot(object, str)
    def select_rows(self, rows: Rows, change: str) -> None:
        """Change the selection by the clips of these points. change: a SelectionChange."""
        selection, ids = self._model.selection, self._model.points.ids[rows]
        if change == SelectionChange.ADD:
            ids = np.union1d(selection.ids, ids)
        elif change == SelectionChange.REMOVE:
            ids = np.setdiff1d(selection.ids, ids)
        selection.replace(ids)

    def _zoom(self, steps: int) -> None:
        """Zoom around the current clip while it is in view, so that it stays in place."""
        row = self._model.points.row_of(self._session.current)
        self._ui.scatter.zoom(steps, None if row is None else self._ui.scatter.place_of(row))

    def _go_to_row(self, row: int | None) -> None:
        clip = None if row is None else self._model.clip_at(row)
        if row is None or clip is None:
            return
        self._session.choose(clip)
        self._ui.scatter.show_current(row)
        if self._session.settings.is_on("autoplay"):
            self._play(clip)
        self._show_card(row)
        card = self._ui.card
        self._ui.scatter.setAccessibleDescription(f"{card.text.text()} {card.facts.text()}")

    def _play(self, clip: int) -> None:
        if self._model.column_row(clip) is not None:
            self.playback.go_to(self._session.project.clips.get(clip), (), play=True)

    # Pointer

    @Slot(int)
    def point(self, row: int) -> None:
        """Open the card of a point after a moment; -1 closes it."""
        if row < 0:
            self._opening.stop()
            self._ui.card.hide()
        else:
            self._opening.start()

    @Slot(int, str)
    def _click(self, row: int, change: str) -> None:
        self._ui.scatter.setFocus()
        if row >= 0:
            self._go_to_row(row)
        if change == SelectionChange.REPLACE:
            if self._model.selection.ids.size:
                self._model.selection.replace(())
        elif row >= 0:
            self.select_rows(np.array([row]), change)

    @Slot(int)
    def _open(self, row: int) -> None:
        clip = self._model.clip_at(row)
        if clip is not None:
            self._session.show_clip(clip)

    @Slot(str)
    def _set_tool(self, tool: str) -> None:
        self._ui.scatter.tool = Tool(tool)

    @Slot(bool)
    def _set_hover_plays(self, on: bool) -> None:
        self._session.settings.set("hover_plays", on)
        if not on:
            self.playback.stop()

    # Card

    @Slot()
    def _show_pointed(self) -> None:
        row = self._ui.scatter.hovered
        if row is None:
            return
        self._show_card(row)
        clip = self._model.clip_at(row)
        if clip is not None and self._ui.bar.hover_plays.isChecked():
            self._play(clip)

    @Slot()
    def _refresh_card(self) -> None:
        row = self._model.points.row_of(self._session.current)
        if self._ui.card.isVisible() and row is not None:
            self._show_card(row)

    def _show_card(self, row: int) -> None:
        scatter, clip = self._ui.scatter, self._model.clip_at(row)
        place = scatter.place_of(row)
        if clip is None or place is None or not scatter.isVisible():
            self._ui.card.hide()
            return
        text, facts = self._describe(clip)
        entry = scatter.colouring.entries[scatter.colouring.codes[row]]
        label = self._measured(clip) or entry.name
        self._ui.card.show_clip(text, facts, entry, label, QPointF(place))

    def _measured(self, clip: int) -> str:
        """Score that colours the points, with its value for a clip; "" where there is none."""
        bar, row = self._ui.bar, self._model.column_row(clip)
        if not bar.colour.startswith(MEASURE) or row is None:
            return ""
        measure = bar.measure_named(bar.colour.removeprefix(MEASURE))
        values = self._model.clips.values(measure)
        if values is None or not np.isfinite(values[row]):
            return ""
        return f"{measure.title}: {measure.format(float(values[row]))}"

    def _describe(self, clip: int) -> tuple[str, str]:
        """Text of a clip, and a line with its id, length, state and recording."""
        columns, row = self._model.clips.columns, self._model.column_row(clip)
        texts: dict[int, str] = dict(self._session.project.clips.rows("shown", [clip]))
        states = {0: self.tr("undecided"), 1: self.tr("kept"), 2: self.tr("dropped")}
        facts = [
            f"#{clip}",
            self.tr("%1 s").replace("%1", f"{float(columns.seconds(np.array([row]))[0]):.1f}"),
            states[int(columns.column("state")[row])],
            self._model.clips.recordings.get(int(columns.column("recording")[row]), ""),
        ]
        return texts.get(clip) or self.tr("no text"), "  ·  ".join(filter(None, facts))
