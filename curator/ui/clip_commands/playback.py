"""Hearing clips: which plays, from where, how fast, and which were heard."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from curator.domain.clip import Clip
from curator.domain.errors import CuratorError
from curator.ui.session import Session
from curator.ui.sound.loader import ClipLoader
from curator.ui.sound.playable import PlayableClip
from curator.ui.sound.player import Player

EDGE_S = 0.5
"""How much is heard of a clip's start or end."""

HEARD_SHARE = 0.8
"""Of a clip that has to have been played for it to count as heard."""

TICK_MS = 16
SPEEDS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)


class ClipPlayback(QObject):
    """Plays the current clip of a page. heard: the clips that were heard (nearly) to their end."""

    moved = Signal(object)  # the sample of the recording that is heard, None while nothing plays
    sounding = Signal(object)  # the current clip's PlayableClip, as more of it is there
    styled = Signal()  # speed, loop or loudness are other ones now
    refused = Signal(str)  # why the current clip cannot be heard

    def __init__(
        self, session: Session, player: Player | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._player: Player = player or session.player
        self._loader = ClipLoader(session.project, self._player.rate, self)
        self._clip: Clip | None = None
        self._playing: int | None = None  # the clip that plays, which may be the voice's
        self.loop = False
        self.heard: set[int] = set()
        self._ticking = QTimer(self)
        self._ticking.setInterval(TICK_MS)
        self._connect()
        self._take_settings("speed")
        self._take_settings("matched")

    def _connect(self) -> None:
        self._ticking.timeout.connect(self._tick)
        self._player.finished.connect(self._finish)
        self._player.device_found.connect(lambda: self._loader.set_rate(self._player.rate))
        self._loader.loaded.connect(self._take)
        self._loader.completed.connect(self._take)
        self._loader.failed.connect(self._refuse)
        self._session.settings.changed.connect(self._take_settings)

    @property
    def speed(self) -> float:
        """How many times faster than spoken."""
        return self._player.speed

    @property
    def matched(self) -> bool:
        """Whether all clips are equally loud, for the ear only."""
        return self._player.matched

    @property
    def playing(self) -> bool:
        """Whether something is heard now."""
        return self._playing is not None

    def heard_sample(self) -> int | None:
        """The sample of the recording that is heard now; None while the clip does not play."""
        position = self._player.position() if self._playing is not None else None
        if position is None or self._clip is None or self._playing != self._clip.id:
            return None
        return self._clip.span.start + round(position * self._clip.rate)

    def go_to(self, clip: Clip | None, neighbours: Sequence[int], *, play: bool) -> None:
        """Make a clip the one that is heard. neighbours: made ready next, the likeliest first."""
        self.stop()
        self._clip = clip
        if clip is None:
            return
        if play:
            self._play(clip.id)
        wanted = [clip.id, *neighbours]
        there = {number for number, _, _ in self._session.project.clips.spans(wanted)}
        self._loader.ask([number for number in wanted if number in there])
        ready = self._loader.ready(clip.id)
        self.sounding.emit(ready)

    def play_or_stop(self) -> None:
        """Play the current clip, or stop what plays."""
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
            inside = min(max(sample, self._clip.span.start), self._clip.span.stop)
            self._play(self._clip.id, (inside - self._clip.span.start) / self._clip.rate)

    def play_part(self, start: int, stop: int) -> None:
        """Play what lies between two samples of the recording."""
        if self._clip is not None:
            first, rate = self._clip.span.start, self._clip.rate
            self._play(self._clip.id, max(0, start - first) / rate, (stop - first) / rate)

    def hear_start(self) -> None:
        """Play the first half second."""
        if self._clip is not None:
            self._play(self._clip.id, 0.0, EDGE_S)

    def hear_end(self) -> None:
        """Play the last half second."""
        if self._clip is not None:
            self._play(self._clip.id, -EDGE_S)

    def hear_other(self, clip: int) -> None:
        """Play another clip, to compare; again: the current one."""
        if self._playing == clip:
            self.replay()
        else:
            self._play(clip)

    def stop(self) -> None:
        """Be quiet."""
        self._note_heard()
        self._player.stop()
        self._end()

    def toggle_loop(self) -> None:
        """Play over and over, or once."""
        self.loop = not self.loop
        if self.playing:
            self.replay()
        self.styled.emit()

    def toggle_matched(self) -> None:
        """Hear all clips equally loud, or as they are."""
        settings = self._session.settings
        settings.set("matched", not settings.is_on("matched"))

    def change_speed(self, steps: int) -> None:
        """So many steps faster, or with a negative number slower; 0: as spoken."""
        now = min(range(len(SPEEDS)), key=lambda place: abs(SPEEDS[place] - self.speed))
        place = min(max(0, now + steps), len(SPEEDS) - 1)
        self._session.settings.set("speed", SPEEDS[place] if steps else 1.0)

    def close(self) -> None:
        """End what plays, and the threads that read ahead."""
        self._ticking.stop()
        self._player.stop()
        self._loader.close()

    def _play(self, clip: int, start_s: float = 0.0, stop_s: float | None = None) -> None:
        self._note_heard()
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
        self._ticking.start()

    @Slot()
    def _tick(self) -> None:
        position = self._player.position()
        if position is None or self._clip is None:
            return
        if self._playing == self._clip.id:
            self._note_heard()
            self.moved.emit(self._clip.span.start + round(position * self._clip.rate))

    def _note_heard(self) -> None:
        position = self._player.position() if self._playing is not None else None
        if position is None or self._clip is None or self._playing != self._clip.id:
            return
        if position >= HEARD_SHARE * self._clip.seconds:
            self.heard.add(self._clip.id)

    @Slot()
    def _finish(self) -> None:
        if self._playing is None:
            return  # another page was heard
        if self._clip is not None and self._playing == self._clip.id:
            self.heard.add(self._clip.id)
        self._end()

    def _end(self) -> None:
        self._playing = None
        self._ticking.stop()
        self.moved.emit(None)

    @Slot(int, object)
    def _take(self, clip: int, sound: PlayableClip) -> None:
        if self._clip is not None and clip == self._clip.id:
            self.sounding.emit(sound)

    @Slot(int, str)
    def _refuse(self, clip: int, sentence: str) -> None:
        if self._clip is not None and clip == self._clip.id:
            self.refused.emit(sentence)

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
        self.styled.emit()
