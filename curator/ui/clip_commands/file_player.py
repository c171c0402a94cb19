"""Playback of audio files, read and resampled on a worker thread."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot

from curator.audio.waveform import Waveform
from curator.domain.errors import CuratorError, printable
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.ui.session import Session
from curator.ui.sound.playable import PlayableClip
from curator.ui.sound.player import Player

PLAYED_S = 60
"""Seconds of a recording that are read and played at a time."""


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
        self._sound: PlayableClip | None = None  # what was played last
        self._threads: list[threading.Thread] = []
        self._read.connect(self._play, Qt.ConnectionType.QueuedConnection)

    @property
    def player(self) -> Player:
        """The given player, else that of the session."""
        return self._player or self._session.player

    @property
    def playing(self) -> bool:
        """Whether a file of this player plays; others may use the same device."""
        return self._sound is not None and self.player.playing is self._sound

    def play(self, path: Path) -> None:
        """Read a file and play it; shows a message if it cannot be read."""
        self._start(str(path), lambda: _of_file(path))

    def play_recording(self, recording: Recording, start_s: float = 0.0) -> None:
        """Play a minute of a recording from a time, also of a video; else as for `play`."""
        cache = self._session.project.cache
        self._start(str(recording.path), lambda: _minute(recording, start_s, cache))

    def _start(self, path: str, read: Callable[[], Waveform]) -> None:
        self._request += 1
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(
            target=self._load,
            args=(self._request, path, read, self.player.rate),
            name="file player",
            daemon=True,
        )
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Stop playback."""
        self._request += 1
        if self.playing:
            self.player.stop()

    def close(self) -> None:
        """Stop playback and wait for the reading threads."""
        self.stop()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _load(self, request: int, path: str, read: Callable[[], Waveform], rate: int) -> None:
        from curator.audio.encode import resampled

        try:
            sound = resampled(read(), rate, "HQ")
        except (OSError, RuntimeError, CuratorError) as error:
            self._read.emit(request, path, None, str(error))
            return
        self._read.emit(request, path, PlayableClip.of(sound.samples, rate), "")

    @Slot(int, str, object, str)
    def _play(self, request: int, path: str, sound: PlayableClip | None, error: str) -> None:
        if request != self._request:
            return
        if sound is None:
            text = self.tr("Cannot play %1: the file is missing or cannot be read.")
            self._session.messages.warn(text.replace("%1", printable(Path(path).name)))
            return
        self._sound = sound
        self.player.play(sound)
        self.began.emit(path)


def _of_file(path: Path) -> Waveform:
    import soundfile

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return Waveform(np.ascontiguousarray(samples.mean(axis=1), dtype=np.float32), rate)


def _minute(recording: Recording, start_s: float, cache: Path) -> Waveform:
    from curator.ui.sound.clip_readers import SeekingReader

    reader = SeekingReader(cache)
    try:
        start = min(int(start_s * recording.rate), recording.samples - 1)
        span = Span(start, min(recording.samples, start + PLAYED_S * recording.rate))
        waves = [part.wave for part in reader.parts(recording, span)]
    finally:
        reader.close()
    rate = waves[-1].rate  # the first parts may come from elsewhere than the last
    return Waveform(np.concatenate([wave.samples for wave in waves if wave.rate == rate]), rate)
