"""Playback of clips: position, speed, loop, loudness, and which clips were played."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from curator.domain.clip import Clip
from curator.domain.errors import CuratorError
from curator.domain.span import Span
from curator.ui.session import Session
from curator.ui.sound.loader import ClipLoader
from curator.ui.sound.playable import PlayableClip
from curator.ui.sound.player import Player

EDGE_S = 0.5
"""Duration of the start or end of a clip that is played alone, in seconds."""

PLAYED_SHARE = 0.8
"""Share of a clip that must have been played for it to count as played."""

TICK_MS = 16
SPEEDS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)


class ClipPlayback(QObject):
    """Plays the current clip of a page. played: ids of clips played (nearly) to their end."""

    moved = Signal(object)  # playhead, as a sample of the recording; None while nothing plays
    sound_loaded = Signal(object)  # PlayableClip of the current clip, as it is decoded
    settings_changed = Signal()  # speed, loop or loudness matching
    refused = Signal(str)  # why the current clip cannot be played

    def __init__(
        self, session: Session, player: Player | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._player: Player = player or session.player
        self._loader = ClipLoader(session.project, self._player.rate, self)
        self._clip: Clip | None = None
        self._playing: int | None = None  # id of the playing clip
        self.loop = False
        self.played: set[int] = set()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._connect()
        self._take_settings("speed")
        self._take_settings("matched")

    def _connect(self) -> None:
        self._timer.timeout.connect(self._tick)
        self._player.finished.connect(self._finish)
        self._player.device_found.connect(lambda: self._loader.set_rate(self._player.rate))
        self._loader.loaded.connect(self._take)
        self._loader.completed.connect(self._take)
        self._loader.failed.connect(self._refuse)
        self._session.settings.changed.connect(self._take_settings)

    @property
    def speed(self) -> float:
        """Playback speed, 1.0 is as recorded."""
        return self._player.speed

    @property
    def matched(self) -> bool:
        """Whether playback is loudness-matched."""
        return self._player.matched

    @property
    def playing(self) -> bool:
        """Whether a clip plays."""
        return self._playing is not None

    def playhead(self) -> int | None:
        """Playing sample of the recording; None while the current clip does not play."""
        position = self._player.position() if self._playing is not None else None
        if position is None or self._clip is None or self._playing != self._clip.id:
            return None
        return self._clip.span.start + round(position * self._clip.rate)

    def go_to(self, clip: Clip | None, neighbours: Sequence[int], *, play: bool) -> None:
        """Set the current clip. neighbours: ids to decode next, the most likely first."""
        self.stop()
        self._clip = clip
        if clip is None:
            return
        if play:
            self._play(clip.id)
        wanted = [clip.id, *neighbours]
        present = {number for number, _, _ in self._session.project.clips.spans(wanted)}
        self._loader.ask([number for number in wanted if number in present])
        self.sound_loaded.emit(self._loader.ready(clip.id))

    def play_or_stop(self) -> None:
        """Play the current clip; stop if a clip plays."""
        if self.playing:
            self.stop()
        else:
            self.replay()

    def replay(self) -> None:
        """Play the current clip from its start."""
        if self._clip is not None:
            self._play(self._clip.id)

    def play_from(self, sample: int) -> None:
        """Play the current clip from a sample of its recording."""
        if self._clip is not None:
            start = min(max(sample, self._clip.span.start), self._clip.span.stop)
            self._play(self._clip.id, (start - self._clip.span.start) / self._clip.rate)

    def play_span(self, span: Span) -> None:
        """Play the part of the current clip inside a span of its recording."""
        if self._clip is None:
            return
        clip = self._clip.span
        start, stop = max(span.start, clip.start), min(span.stop, clip.stop)
        if start < stop:
            rate = self._clip.rate
            self._play(self._clip.id, (start - clip.start) / rate, (stop - clip.start) / rate)

    def play_start(self) -> None:
        """Play the first 0.5 s."""
        if self._clip is not None:
            self._play(self._clip.id, 0.0, EDGE_S)

    def play_end(self) -> None:
        """Play the last 0.5 s."""
        if self._clip is not None:
            self._play(self._clip.id, -EDGE_S)

    def play_other(self, clip: int) -> None:
        """Play another clip to compare; a second time, the current one."""
        if self._playing == clip:
            self.replay()
        else:
            self._play(clip)

    def stop(self) -> None:
        """Stop playback."""
        self._note_played()
        self._player.stop()
        self._end()

    def toggle_loop(self) -> None:
        """Turn loop playback on or off."""
        self.loop = not self.loop
        if self.playing:
            self.replay()
        self.settings_changed.emit()

    def toggle_matched(self) -> None:
        """Turn loudness matching on or off."""
        settings = self._session.settings
        settings.set("matched", not settings.is_on("matched"))

    def change_speed(self, steps: int) -> None:
        """Change the speed by steps of SPEEDS, negative for slower; 0 resets it to 1.0."""
        now = min(range(len(SPEEDS)), key=lambda index: abs(SPEEDS[index] - self.speed))
        index = min(max(0, now + steps), len(SPEEDS) - 1)
        self._session.settings.set("speed", SPEEDS[index] if steps else 1.0)

    def close(self) -> None:
        """Stop playback and the decoding threads."""
        self._timer.stop()
        self._player.stop()
        self._loader.close()

    def _play(self, clip: int, start_s: float = 0.0, stop_s: float | None = None) -> None:
        self._note_played()
        try:
            sound = self._loader.clip(clip)
        except CuratorError as error:
            self.refused.emit(str(error))
            return
        if sound.failure:
            self.refused.emit(sound.failure)
            return
        self._playing = clip
        self._player.play(sound, start_s=start_s, stop_s=stop_s, loop=self.loop)
        self._timer.start()

    @Slot()
    def _tick(self) -> None:
        position = self._player.position()
        if position is None or self._clip is None:
            return
        if self._playing == self._clip.id:
            self._note_played()
            self.moved.emit(self._clip.span.start + round(position * self._clip.rate))

    def _note_played(self) -> None:
        position = self._player.position() if self._playing is not None else None
        if position is None or self._clip is None or self._playing != self._clip.id:
            return
        if position >= PLAYED_SHARE * self._clip.seconds:
            self.played.add(self._clip.id)

    @Slot()
    def _finish(self) -> None:
        if self._playing is None:
            return  # another page played
        if self._clip is not None and self._playing == self._clip.id:
            self.played.add(self._clip.id)
        self._end()

    def _end(self) -> None:
        self._playing = None
        self._timer.stop()
        self.moved.emit(None)

    @Slot(int, object)
    def _take(self, clip: int, sound: PlayableClip) -> None:
        if self._clip is not None and clip == self._clip.id:
            self.sound_loaded.emit(sound)

    @Slot(int, str)
    def _refuse(self, clip: int, reason: str) -> None:
        if self._clip is not None and clip == self._clip.id:
            self.refused.emit(reason)

    @Slot(str)
    def _take_settings(self, key: str) -> None:
        settings = self._session.settings
        if key == "speed":
            speed = settings.get("speed")
            assert isinstance(speed, float)
            self._player.speed = speed
        elif key == "matched":
            self._player.matched = self._loader.matched = settings.is_on("matched")
        else:
            return
        self.settings_changed.emit()
