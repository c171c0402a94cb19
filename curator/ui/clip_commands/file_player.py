"""Plays sound files: read and brought to the player's rate in a thread, never in the window's."""

import threading
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot

from curator.domain.errors import printable
from curator.ui.session import Session
from curator.ui.sound.playable import PlayableClip
from curator.ui.sound.player import Player


class FilePlayer(QObject):
    """One sound at a time; a later wish replaces an earlier one that is still being read."""

    began = Signal(str)  # the file that plays now
    _read = Signal(int, str, object, str)  # wish, file, PlayableClip or None, why not

    def __init__(
        self, session: Session, player: Player | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._given = player
        self._wish = 0
        self._played = False
        self._threads: list[threading.Thread] = []
        self._read.connect(self._play, Qt.ConnectionType.QueuedConnection)

    @property
    def player(self) -> Player:
        """What plays; the session's unless another was given."""
        return self._given or self._session.player

    def play(self, path: Path) -> None:
        """Read a file and play it; a message if that cannot be."""
        self._wish += 1
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(
            target=self._load,
            args=(self._wish, path, self.player.rate),
            name="hearing",
            daemon=True,
        )
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Fall silent."""
        self._wish += 1
        if self._played:
            self.player.stop()

    def close(self) -> None:
        """Fall silent and wait for what is being read."""
        self.stop()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _load(self, wish: int, path: Path, rate: int) -> None:
        import soundfile

        from curator.audio.encode import resampled
        from curator.audio.waveform import Waveform

        try:
            samples, own = soundfile.read(path, dtype="float32", always_2d=True)
        except (OSError, RuntimeError) as error:
            self._read.emit(wish, str(path), None, str(error))
            return
        mono = np.ascontiguousarray(samples.mean(axis=1), dtype=np.float32)
        sound = resampled(Waveform(mono, own), rate, "HQ")
        self._read.emit(wish, str(path), PlayableClip.of(sound.samples, rate), "")

    @Slot(int, str, object, str)
    def _play(self, wish: int, path: str, sound: PlayableClip | None, why: str) -> None:
        if wish != self._wish:
            return
        if sound is None:
            text = self.tr("The sound %1 is missing or cannot be read.")
            self._session.messages.warn(text.replace("%1", printable(Path(path).name)))
            return
        self._played = True
        self.player.play(sound)
        self.began.emit(path)
