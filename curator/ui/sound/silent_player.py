"""Player without a device, and the base of the player with one."""

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from curator.ui.sound.loudness import matching_gain
from curator.ui.sound.mixer import Mixer, Voice
from curator.ui.sound.outputs import AudioOutput, ClockOutput
from curator.ui.sound.playable import PlayableClip
from curator.ui.sound.speed import Stretcher

RATE = 48_000
"""Sample rate in Hz requested from devices."""

TICK_MS = 15

MIN_SPEED, MAX_SPEED = 0.5, 2.0


class SilentPlayer(QObject):
    """Plays by the clock, without sound: positions advance and clips end."""

    finished = Signal()
    device_lost = Signal()
    device_found = Signal()

    def __init__(self, rate: int = RATE, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rate = rate
        self._mixer = Mixer(rate)
        self._output: AudioOutput = ClockOutput(self._mixer)
        self._stretcher = Stretcher()
        self._sound: PlayableClip | None = None
        self._speed = 1.0
        self._matched = False
        self._waiting: Voice | None = None  # replaces the playing voice once it is rendered
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
        return self._playing_sample(voice) / voice.clip.rate * voice.clip.speed

    @property
    def playing(self) -> PlayableClip | None:
        """Playing clip, as given to ``play``."""
        return self._sound

    @property
    def loop(self) -> bool:
        """Whether playback loops; may be changed while it plays."""
        return self._mixer.voice is not None and self._mixer.voice.loop

    @loop.setter
    def loop(self, again: bool) -> None:
        for voice in (self._mixer.voice, self._waiting):
            if voice is not None:
                voice.loop = again

    @property
    def speed(self) -> float:
        """Playback speed, 0.5..2."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._speed = min(max(speed, MIN_SPEED), MAX_SPEED)
        self._change_voice()

    @property
    def matched(self) -> bool:
        """Whether playback is loudness-matched."""
        return self._matched

    @matched.setter
    def matched(self, matched: bool) -> None:
        self._matched = matched
        self._change_voice()

    @property
    def underflows(self) -> int:
        """Number of output underflows."""
        return self._output.underflows

    @property
    def voice(self) -> Voice | None:
        """Playing voice, with the time of its first sample, for measurements."""
        return self._mixer.voice

    def close(self) -> None:
        """Stop playback and release the output and the threads."""
        self.stop()
        self._timer.stop()
        self._output.close()
        self._stretcher.close()

    def _voice(self, start_s: float, stop_s: float, loop: bool) -> Voice:
        """Voice for a part of the clip at the current speed and loudness."""
        assert self._sound is not None
        clip = self._stretcher.at_speed(self._sound, self._speed)
        per_second = clip.rate / clip.speed
        gain = matching_gain(self._sound) if self._matched else 1.0
        return Voice(clip, round(start_s * per_second), round(stop_s * per_second), loop, gain)

    def _playing_sample(self, voice: Voice) -> float:
        """Sample of ``voice`` that is audible now."""
        block = self._mixer.block_start
        if block.voice is not voice:
            return voice.at
        passed = time.perf_counter() - block.when - self._output.latency_s
        at = block.at + passed * self.rate
        if voice.loop and voice.stop > voice.start:
            if at >= voice.stop:
                at = voice.start + (at - voice.start) % (voice.stop - voice.start)
            return max(at, voice.start)
        return min(max(at, voice.start), voice.at)

    def _change_voice(self) -> None:
        """Continue at the current position with another speed or loudness."""
        voice, position = self._mixer.voice, self.position()
        if voice is None or position is None:
            return
        seconds = voice.clip.speed / voice.clip.rate
        self._waiting = self._voice(voice.start * seconds, voice.stop * seconds, voice.loop)
        self._switch()

    def _switch(self) -> None:
        """Switch to the waiting voice once it is rendered up to the position."""
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
        self._output.tick()
        self._switch()
        voice = self._mixer.voice
        if voice is None:
            if self._mixer.silent:
                self._timer.stop()
        elif voice.ended or (voice.clip.failure and voice.at >= voice.clip.filled):
            self._end_after_latency()

    def _end_after_latency(self) -> None:
        now = time.perf_counter()
        self._ended_at = self._ended_at or now
        if now - self._ended_at >= self._output.latency_s:
            self.stop()
            self.finished.emit()
