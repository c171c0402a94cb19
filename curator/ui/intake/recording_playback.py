"""Playback of a recording in the list, with its position in the waveform."""

from PySide6.QtCore import QObject, QTimer, Slot

from curator.domain.recording import Recording
from curator.ui.clip_commands.file_player import PLAYED_S, FilePlayer
from curator.ui.intake.recordings_view import RecordingsView
from curator.ui.intake.selection_bar import SelectionBar
from curator.ui.session import Session
from curator.ui.sound.player import Player

FOLLOW_MS = 50
"""Interval between two positions of the playhead."""

NEAR_S = 1.0
"""A minute that ends earlier is the last one of a file that is shorter than it says."""


class RecordingPlayback(QObject):
    """Plays one recording at a time, minute by minute; a click in its waveform goes there."""

    def __init__(
        self, session: Session, player: Player | None, table: RecordingsView, bar: SelectionBar
    ) -> None:
        super().__init__(table)
        self._table, self._bar = table, bar
        self._player = FilePlayer(session, player, self)
        self._recording: Recording | None = None
        self._start_s = self._heard_s = 0.0
        self._following = QTimer(self, interval=FOLLOW_MS)
        self._following.timeout.connect(self._follow)
        self._player.began.connect(self._begin)
        self._player.player.finished.connect(self._continue)
        table.place_wanted.connect(self._go_to)

    @property
    def playing(self) -> bool:
        """Whether a recording plays."""
        return self._player.playing

    def play(self, recording: Recording, start_s: float = 0.0) -> None:
        """Play a recording from a time."""
        if self._recording is not None and self._recording.id != recording.id:
            self._table.recordings.show_playhead(None)
        self._recording, self._start_s = recording, start_s
        self._following.stop()  # until it is read
        self._player.play_recording(recording, start_s)

    @Slot()
    def stop(self) -> None:
        """Stop playback."""
        self._player.stop()
        self._end()

    def close(self) -> None:
        """Stop playback and wait for the reading threads."""
        self._following.stop()
        self._player.close()

    @Slot()
    def _begin(self) -> None:
        self._heard_s = 0.0
        self._bar.show_playing(is_playing=True)
        self._following.start()
        self._follow()

    @Slot()
    def _follow(self) -> None:
        """Show the position; another sound in this player ends the playback."""
        if self._recording is None:
            return
        if not self._player.playing:
            self._end()
            return
        at = self._player.player.position() or 0.0
        self._heard_s = at
        share = (self._start_s + at) / max(self._recording.seconds, 1e-9)
        self._table.recordings.show_playhead(self._recording.id, min(1.0, share))

    @Slot()
    def _continue(self) -> None:
        """Play the next minute, or end at the end of the recording."""
        recording, following = self._recording, self._start_s + PLAYED_S
        if recording is None:
            return
        if following < recording.seconds and self._heard_s > PLAYED_S - NEAR_S:
            self.play(recording, following)
        else:
            self._end()

    @Slot(int, float)
    def _go_to(self, recording: int, share: float) -> None:
        if self._recording is not None and self._recording.id == recording:
            self.play(self._recording, share * self._recording.seconds)

    def _end(self) -> None:
        self._recording = None
        self._following.stop()
        self._table.recordings.show_playhead(None)
        self._bar.show_playing(is_playing=False)
