"""Playing without a device; and what playing with one has in common with it."""

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from curator.ui.sound.loudness import matching_gain
from curator.ui.sound.mixer import Mixer, Voice
from curator.ui.sound.outlets import ClockOutlet, Outlet
from curator.ui.sound.playable import PlayableClip
from curator.ui.sound.speed import Stretcher

RATE = 48_000
"""Hz asked of devices; those that run at another rate convert."""

TICK_MS = 15

LEAST_SPEED, MOST_SPEED = 0.5, 2.0


class SilentPlayer(QObject):
    """Plays by the clock: positions advance and clips end, only nothing is heard."""

    finished = Signal()
    device_lost = Signal()
    device_found = Signal()

    def __init__(self, rate: int = RATE, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rate = rate
        self._mixer = Mixer(rate)
        self._outlet: Outlet = ClockOutlet(self._mixer)
        self._stretcher = Stretcher()
        self._sound: PlayableClip | None = None
        self._speed = 1.0
        self._matched = False
        self._waiting: Voice | None = None  # takes over where it plays, once its sound is there
        self._ended_at = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def play(
        self,
        sound: PlayableClip,
        *,
        start_s: float = 0.0,
        stop_s: float | None = None,
        loop: bool = False,
    ) -> None:
        """See player.Player."""
        seconds = sound.seconds * sound.speed
        start_s = max(0.0, seconds + start_s) if start_s < 0.0 else start_s
        self._sound = sound
        self._waiting = None
        self._ended_at = 0.0
        self._mixer.play(self._voice(start_s, seconds if stop_s is None else stop_s, loop))
        self._timer.start()

    def stop(self) -> None:
        """See player.Player."""
        self._sound = self._waiting = None
        self._mixer.play(None)

    def position(self) -> float | None:
        """See player.Player."""
        voice = self._mixer.voice
        if voice is None:
            return None
        return self._heard(voice) / voice.clip.rate * voice.clip.speed

    @property
    def playing(self) -> PlayableClip | None:
        """The clip that plays, as it was given to ``play``."""
        return self._sound

    @property
    def loop(self) -> bool:
        """Whether what plays starts over at its end; may be changed while it plays."""
        return self._mixer.voice is not None and self._mixer.voice.loop

    @loop.setter
    def loop(self, again: bool) -> None:
        for voice in (self._mixer.voice, self._waiting):
            if voice is not None:
                voice.loop = again

    @property
    def speed(self) -> float:
        """How much faster than spoken, 0.5..2."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._speed = min(max(speed, LEAST_SPEED), MOST_SPEED)
        self._take_over()

    @property
    def matched(self) -> bool:
        """Whether clips are made equally loud."""
        return self._matched

    @matched.setter
    def matched(self, matched: bool) -> None:
        self._matched = matched
        self._take_over()

    @property
    def underflows(self) -> int:
        """How often the device wanted sound before there was any."""
        return self._outlet.underflows

    @property
    def last_voice(self) -> Voice | None:
        """What plays, with the moment of its first sample: for measuring."""
        return self._mixer.voice

    def close(self) -> None:
        """Fall silent and let go of everything."""
        self.stop()
        self._timer.stop()
        self._outlet.close()
        self._stretcher.close()

    def _voice(self, start_s: float, stop_s: float, loop: bool) -> Voice:
        """What plays that part of the sound at today's speed and loudness."""
        assert self._sound is not None
        clip = self._stretcher.at_speed(self._sound, self._speed)
        per_second = clip.rate / clip.speed
        gain = matching_gain(self._sound) if self._matched else 1.0
        return Voice(clip, round(start_s * per_second), round(stop_s * per_second), loop, gain)

    def _heard(self, voice: Voice) -> float:
        """The sample of ``voice`` that is heard now."""
        heard = self._mixer.heard
        if heard.voice is not voice:
            return voice.at
        passed = time.perf_counter() - heard.when - self._outlet.latency_s
        at = heard.at + passed * self.rate
        if voice.loop and voice.stop > voice.start:
            if at >= voice.stop:
                at = voice.start + (at - voice.start) % (voice.stop - voice.start)
            return max(at, voice.start)
        return min(max(at, voice.start), voice.at)

    def _take_over(self) -> None:
        """Go on from here at another speed or loudness."""
        voice, position = self._mixer.voice, self.position()
        if voice is None or position is None:
            return
        spoken = voice.clip.speed / voice.clip.rate
        self._waiting = self._voice(voice.start * spoken, voice.stop * spoken, voice.loop)
        self._switch()

    def _switch(self) -> None:
        """Let the waiting voice take over as soon as its sound has been rendered that far."""
        voice, position = self._waiting, self.position()
        if voice is None or position is None:
            self._waiting = None
            return
        at = round(position * voice.clip.rate / voice.clip.speed)
        if voice.clip.filled > at or voice.clip.whole:
            voice.at = voice.entered = min(max(at, voice.start), voice.stop)
            self._waiting = None
            self._mixer.play(voice)

    @Slot()
    def _tick(self) -> None:
        self._outlet.tick()
        self._switch()
        voice = self._mixer.voice
        if voice is None:
            if self._mixer.silent:
                self._timer.stop()
        elif voice.ended or (voice.clip.failure and voice.at >= voice.clip.filled):
            self._end_when_heard()

    def _end_when_heard(self) -> None:
        now = time.perf_counter()
        self._ended_at = self._ended_at or now
        if now - self._ended_at >= self._outlet.latency_s:
            self.stop()
            self.finished.emit()
