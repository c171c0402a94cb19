"""Renders blocks for the audio device without locks and without allocating memory.

The window's thread sets a ``Voice``; the audio thread reads it for its next block. Every start,
stop and switch is faded to avoid clicks.
"""

import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from curator.audio.waveform import Samples
from curator.ui.sound.playable import PlayableClip

FADE_S = 0.003
"""Fade duration: long enough against clicks, too short to hide the edge of a clip."""

LONGEST_BLOCK = 8192
"""Samples rendered at a time; longer blocks are split."""


@dataclass(slots=True, eq=False)
class Voice:
    """One playback of a clip.

    start, stop: samples of ``clip.samples``. gain: factor. at: next sample. starved: samples of
    silence rendered because the clip was not decoded yet. first_at: ``time.perf_counter()`` of the
    first rendered sample, 0.0 before. entered: sample where sound last started.
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


class BlockStart(NamedTuple):
    """Voice and first sample of a block, and the time when it was requested."""

    voice: Voice | None
    at: int
    when: float  # time.perf_counter()


class Mixer:
    """Renders one voice and the fade-out of the previous one. rate: Hz."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.block_start = BlockStart(None, 0, 0.0)
        self._next: Voice | None = None
        self._current: Voice | None = None
        self._previous: Voice | None = None
        self._fade = max(1, round(FADE_S * rate))
        self._fading = 0  # remaining samples of the fade-out
        phase = (np.arange(self._fade, dtype=np.float32) + 0.5) / self._fade
        self._up: Samples = (0.5 - 0.5 * np.cos(np.pi * phase)).astype(np.float32)
        self._down: Samples = self._up[::-1].copy()
        self._scratch: Samples = np.zeros(LONGEST_BLOCK, np.float32)

    @property
    def voice(self) -> Voice | None:
        """Playing voice, or the one that starts with the next block."""
        return self._next

    @property
    def silent(self) -> bool:
        """Whether nothing plays, fades included."""
        return self._next is None and self._current is None and not self._fading

    def play(self, voice: Voice | None) -> None:
        """Start a voice with the next block; None stops."""
        self._next = voice

    def fill(self, out: Samples) -> None:
        """Render the next ``out.size`` samples into ``out``; called by the audio thread."""
        for first in range(0, out.size, LONGEST_BLOCK):
            self._fill(out[first : first + LONGEST_BLOCK])

    def _fill(self, out: Samples) -> None:
        if self._next is not self._current and not self._fading:
            self._previous, self._current = self._current, self._next
            if self._previous is not None and not self._previous.ended:
                self._fading = self._fade
        voice = self._current
        self.block_start = BlockStart(
            voice, voice.at if voice is not None else 0, time.perf_counter()
        )
        if voice is None:
            out.fill(0.0)
        else:
            self._render(voice, out)
        if self._fading and self._previous is not None:
            count = min(out.size, self._fading)
            part = self._scratch[:count]
            self._render(self._previous, part)
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
            self._apply_fades(voice, part)
            if not voice.first_at:
                voice.first_at = time.perf_counter()
            voice.at += count
            done += count
        out[done:] = 0.0
        if voice.gain != 1.0:
            out *= voice.gain

    def _apply_fades(self, voice: Voice, part: Samples) -> None:
        """Apply the parts of the fade-in and the fade-out that lie in this part."""
        since = voice.at - voice.entered
        if since < self._fade:
            count = min(part.size, self._fade - since)
            part[:count] *= self._up[since : since + count]
        left = voice.stop - voice.at  # samples to the end, this part included
        first = max(0, left - self._fade)
        if first < part.size:
            into = first - (left - self._fade)
            part[first:] *= self._down[into : into + part.size - first]
