"""Playback of the rejected clips in their list."""

from PySide6.QtCore import QModelIndex, QObject, Slot
from PySide6.QtWidgets import QTableView

from curator.domain.clip_query import parse
from curator.ui.clip_commands.playback import ClipPlayback
from curator.ui.export.refusals_model import RefusalsModel
from curator.ui.page import button
from curator.ui.session import Session
from curator.ui.sound.player import Player

PRELOADED = 3
"""Clips decoded in advance after the current one."""


class RejectedClipPlayer(QObject):
    """Plays the selected clip; its button says what the next press does."""

    def __init__(
        self,
        session: Session,
        table: QTableView,
        model: RefusalsModel,
        player: Player | None,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._table, self._model = session, table, model
        self._filling = False  # whether the selection changes by itself
        self.button = button(self.tr("Play"))
        self.playback = ClipPlayback(session, player, self)
        self.button.clicked.connect(self.play_or_stop)
        self.playback.moved.connect(self._say)
        self.playback.refused.connect(session.messages.warn)
        table.selectionModel().currentRowChanged.connect(self._follow)

    def play_or_stop(self) -> None:
        """Play the selected clip; stop if a clip plays."""
        if self.playback.playing:
            self.playback.stop()
        else:
            self._go_to(self._table.currentIndex().row(), play=True)

    def select_first(self) -> None:
        """Select the first row of a list that was just filled; nothing is read or played yet."""
        self._filling = True
        self._table.selectRow(0)
        self._filling = False
        self.playback.go_to(None, (), play=False)

    @Slot(QModelIndex, QModelIndex)
    def _follow(self, index: QModelIndex) -> None:
        if not self._filling:
            autoplay = self._session.settings.is_on("autoplay")
            self._go_to(index.row(), play=autoplay and self._table.hasFocus())

    def _go_to(self, row: int, *, play: bool) -> None:
        clips = self._model.clips[row : row + PRELOADED + 1] if row >= 0 else []
        there = self._session.project.clips.find(parse(f"id:{clips[0]}")) if clips else []
        # Without it, it was split or merged since the check.
        self.playback.go_to(there[0] if there else None, clips[1:], play=play and bool(there))

    @Slot(object)
    def _say(self, playhead: int | None) -> None:
        text = self.tr("Play") if playhead is None else self.tr("Stop")
        if self.button.text() != text:
            self.button.setText(text)
