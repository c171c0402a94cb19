"""Playback of audio files, read and resampled on a worker thread."""

import threading
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot

from curator.domain.errors import printable
from curator.ui.session import Session
from curator.ui.sound.playable import PlayableClip
from curator.ui.sound.player import Player


class FilePlayer(QObject):
    """Plays one file at a time; a new request replaces one that is still being read."""

    began = Signal(str)  # path of the file that plays now
    _read = Signal(int, str, object, str)  # request, path, PlayableClip or None, error

    def __init__(
        self, session: Session, player: Player | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._player = player
        self._request = 0
        self._played = False
        self._threads: list[threading.Thread] = []
        self._read.connect(self._play, Qt.ConnectionType.QueuedConnection)

    @property
    def player(self) -> Player:
        """The given player, else that of the session."""
        return self._player or self._session.player

    def play(self, path: Path) -> None:
        """Read a file and play it; shows a message if it cannot be read."""
        self._request += 1
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(
            target=self._load,
            args=(self._request, path, self.player.rate),
            name="file player",
            daemon=True,
        )
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Stop playback."""
        self._request += 1
        if self._played:
            self.player.stop()

    def close(self) -> None:
        """Stop playback and wait for the reading threads."""
        self.stop()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _load(self, request: int, path: Path, rate: int) -> None:
        import soundfile

        from curator.audio.encode import resampled
        from curator.audio.waveform import Waveform

        try:
            samples, file_rate = soundfile.read(path, dtype="float32", always_2d=True)
        except (OSError, RuntimeError) as error:
            self._read.emit(request, str(path), None, str(error))
            return
        mono = np.ascontiguousarray(samples.mean(axis=1), dtype=np.float32)
        sound = resampled(Waveform(mono, file_rate), rate, "HQ")
        self._read.emit(request, str(path), PlayableClip.of(sound.samples, rate), "")

    @Slot(int, str, object, str)
    def _play(self, request: int, path: str, sound: PlayableClip | None, error: str) -> None:
        if request != self._request:
            return
        if sound is None:
            text = self.tr("Cannot play %1: the file is missing or cannot be read.")
            self._session.messages.warn(text.replace("%1", printable(Path(path).name)))
            return
        self._played = True
        self.player.play(sound)
        self.began.emit(path)
