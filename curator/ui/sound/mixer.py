"""What goes to the device, block by block, without locks and without memory from the system.

The window's thread puts a ``Voice`` into one attribute; the device's thread finds it there when it
wants its next block. Every start, stop and switch is faded, so none of them clicks.
"""

import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from curator.audio.waveform import Samples
from curator.ui.sound.playable import PlayableClip

FADE_S = 0.003
"""Long enough that a step becomes inaudible, too short to hide a clip's edge."""

LONGEST_BLOCK = 8192
"""Samples mixed at once; longer blocks are taken in parts."""


@dataclass(slots=True, eq=False)
class Voice:
    """One playing of a clip.

    start, stop: samples of ``clip.samples``. gain: factor. at: the next sample. starved: samples
    of silence because the sound was not decoded yet. first_at: ``time.perf_counter()`` when the
    first sample was handed out, 0.0 before. entered: where sound last set in.
    """

    clip: PlayableClip
    start: int
    stop: int
    loop: bool = False
    gain: float = 1.0
    at: int = 0
    entered: int = 0
    ended: bool = False
    starved: int = 0
    first_at: float = 0.0

    def __post_init__(self) -> None:
        self.stop = min(self.stop, self.clip.samples.size)
        self.start = self.at = self.entered = min(max(0, self.start), self.stop)
        self.ended = self.stop <= self.start


class Heard(NamedTuple):
    """Which sample of which voice a block began with, and when it was asked for."""

    voice: Voice | None
    at: int
    when: float  # time.perf_counter()


class Mixer:
    """Plays one voice, and the end of the one before. rate: Hz of every block."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.heard = Heard(None, 0, 0.0)
        self._wanted: Voice | None = None
        self._now: Voice | None = None
        self._leaving: Voice | None = None
        self._fade = max(1, round(FADE_S * rate))
        self._fading = 0  # samples of the fade still to come
        turn = (np.arange(self._fade, dtype=np.float32) + 0.5) / self._fade
        self._up: Samples = (0.5 - 0.5 * np.cos(np.pi * turn)).astype(np.float32)
        self._down: Samples = self._up[::-1].copy()
        self._scratch: Samples = np.zeros(LONGEST_BLOCK, np.float32)

    @property
    def voice(self) -> Voice | None:
        """What plays, or is about to."""
        return self._wanted

    @property
    def silent(self) -> bool:
        """Whether nothing sounds any more, fades included."""
        return self._wanted is None and self._now is None and not self._fading

    def play(self, voice: Voice | None) -> None:
        """From the next block on, this one; None stops."""
        self._wanted = voice

    def fill(self, out: Samples) -> None:
        """The next ``out.size`` samples. For the device's thread."""
        for first in range(0, out.size, LONGEST_BLOCK):
            self._fill(out[first : first + LONGEST_BLOCK])

    def _fill(self, out: Samples) -> None:
        if self._wanted is not self._now and not self._fading:
            self._leaving, self._now = self._now, self._wanted
            if self._leaving is not None and not self._leaving.ended:
                self._fading = self._fade
        now = self._now
        self.heard = Heard(now, now.at if now is not None else 0, time.perf_counter())
        if now is None:
            out.fill(0.0)
        else:
            self._render(now, out)
        if self._fading and self._leaving is not None:
            count = min(out.size, self._fading)
            part = self._scratch[:count]
            self._render(self._leaving, part)
            passed = self._fade - self._fading
            part *= self._down[passed : passed + count]
            out[:count] += part
            self._fading -= count
        np.clip(out, -1.0, 1.0, out=out)

    def _render(self, voice: Voice, out: Samples) -> None:
        done = 0
        while done < out.size and not voice.ended:
            if voice.at >= voice.stop:
                if not voice.loop:
                    voice.ended = True
                    break
                voice.at = voice.entered = voice.start
            count = min(out.size - done, voice.stop - voice.at, voice.clip.filled - voice.at)
            if count <= 0:
                voice.starved += out.size - done
                voice.entered = voice.at
                break
            part = out[done : done + count]
            part[:] = voice.clip.samples[voice.at : voice.at + count]
            self._shape(voice, part)
            if not voice.first_at:
                voice.first_at = time.perf_counter()
            voice.at += count
            done += count
        out[done:] = 0.0
        if voice.gain != 1.0:
            out *= voice.gain

    def _shape(self, voice: Voice, part: Samples) -> None:
        """Fade in where sound set in and out where it ends, as far as that lies in this part."""
        since = voice.at - voice.entered
        if since < self._fade:
            count = min(part.size, self._fade - since)
            part[:count] *= self._up[since : since + count]
        left = voice.stop - voice.at  # samples to the end, this part included
        first = max(0, left - self._fade)
        if first < part.size:
            into = first - (left - self._fade)
            part[first:] *= self._down[into : into + part.size - first]
