"""A player that is silent and only remembers; clips end when a test says so."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from curator.ui.sound.playable import PlayableClip


@dataclass(frozen=True)
class Played:
    """What was asked for."""

    clip: int
    start_s: float
    stop_s: float | None
    loop: bool


class FakePlayer(QObject):
    """Has no clock: ``at`` is where it plays, and ``end`` ends what plays."""

    finished = Signal()
    device_lost = Signal()
    device_found = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rate = 16_000
        self.speed = 1.0
        self.matched = False
        self.played: list[Played] = []
        self.at: float | None = None
        self.playing: PlayableClip | None = None

    def play(
        self,
        sound: PlayableClip,
        *,
        start_s: float = 0.0,
        stop_s: float | None = None,
        loop: bool = False,
    ) -> None:
        self.played.append(Played(sound.clip_id, start_s, stop_s, loop))
        self.at = max(0.0, start_s)
        self.playing = sound

    def stop(self) -> None:
        self.at = self.playing = None

    def position(self) -> float | None:
        return self.at

    def end(self) -> None:
        """The clip was heard to its end."""
        self.stop()
        self.finished.emit()
