"""Faster and slower with the pitch kept, rendered ahead of what plays.

Speech is a row of similar periods, so it is stretched by repeating or leaving out some (WSOLA,
Verhelst and Roelands, 1993): pieces of 12 ms follow one another, each taken near where it should be
at the wanted speed, just there where it goes on best from the piece before, and faded into it.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator

import numpy as np

from curator.audio.waveform import Samples
from curator.ui.sound.playable import PlayableClip

KEPT = 24
"""Rendered clips that are kept."""

PIECE_S = 0.012
SEARCH_S = 0.010
"""A piece is looked for this far to both sides, together a period of the deepest voice."""

COARSE = 4
"""The search looks at every fourth sample first."""

WAIT_S = 0.005
"""Until a clip that is still being decoded is looked at again."""


class Stretcher:
    """Clips at other speeds. One thread renders, the clip asked for last first."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[int, float], tuple[PlayableClip, PlayableClip]] = (
            OrderedDict()
        )
        self._wanted: list[tuple[PlayableClip, PlayableClip]] = []
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def at_speed(self, clip: PlayableClip, speed: float) -> PlayableClip:
        """The clip at ``speed``, at once; it fills while it is rendered."""
        if speed == clip.speed:
            return clip
        key = (id(clip), speed)  # the clip is kept beside its rendering, so ids stay its own
        if key not in self._made:
            self._made[key] = (clip, _empty(clip, speed))
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
            self._ask(self._made[key])
        self._made.move_to_end(key)
        return self._made[key][1]

    def close(self) -> None:
        """End the thread."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _ask(self, pair: tuple[PlayableClip, PlayableClip]) -> None:
        with self._wake:
            self._wanted.append(pair)
            self._wake.notify()
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="speed", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._wanted and not self._closed:
                    self._wake.wait()
                if self._closed:
                    return
                source, rendered = self._wanted.pop()
            self._render(source, rendered)

    def _render(self, source: PlayableClip, rendered: PlayableClip) -> None:
        for piece in stretched(source, rendered.speed):
            if piece is not None:
                rendered.append(piece)
            elif source.failure:
                rendered.failure = source.failure
                return
            with self._wake:
                if self._closed or rendered.whole:
                    return
                if piece is None:
                    self._wake.wait(WAIT_S)


def stretched(source: PlayableClip, speed: float) -> Iterator[Samples | None]:
    """The clip at ``speed``, 12 ms at a time and then silence; None while it is not decoded."""
    piece, reach = round(PIECE_S * source.rate), round(SEARCH_S * source.rate)
    up = (0.5 - 0.5 * np.cos(np.pi * (np.arange(piece) + 0.5) / piece)).astype(np.float32)
    down = up[::-1].copy()
    goes_on = 0  # where the piece before would go on in the source
    for number in range(round(source.samples.size / speed / piece) + 2):
        wanted = round(number * piece * speed)
        need = min(max(wanted + reach, goes_on) + piece, source.samples.size)
        while source.filled < need:
            yield None
        before = _cut(source.samples, goes_on, piece)
        first = max(0, wanted - reach)
        around = _cut(source.samples, first, wanted + reach + piece - first)
        best = first + (_best(around, before) if number else 0)
        yield before * down + _cut(source.samples, best, piece) * up
        goes_on = best + piece


def _best(around: Samples, before: Samples) -> int:
    """Where in ``around`` the sound is most like ``before``, by normalised correlation."""
    coarse = _likeness(around[::COARSE], before[::COARSE])
    near = int(np.argmax(coarse)) * COARSE
    first = max(0, near - COARSE + 1)
    fine = _likeness(around[first : near + COARSE - 1 + before.size], before)
    return first + int(np.argmax(fine))


def _likeness(around: Samples, before: Samples) -> Samples:
    """Correlation of ``before`` with every stretch of ``around`` of its length."""
    products = np.correlate(around, before, "valid")
    sums = np.cumsum(np.concatenate([[0.0], np.square(around, dtype=np.float64)]))
    power = sums[before.size :] - sums[: -before.size]
    likeness: Samples = products / np.sqrt(np.maximum(power, 1e-9))
    return likeness


def _cut(samples: Samples, start: int, count: int) -> Samples:
    """That many samples from ``start`` on, with silence after the end."""
    found = samples[start : start + count]
    if found.size < count:
        found = np.concatenate([found, np.zeros(count - found.size, np.float32)])
    return found


def _empty(clip: PlayableClip, speed: float) -> PlayableClip:
    made = PlayableClip(clip.clip_id, clip.recording_id, clip.span, clip.source_rate, clip.rate)
    made.samples = np.zeros(max(1, round(clip.samples.size * clip.speed / speed)), np.float32)
    made.speed = speed
    made.exact = clip.exact
    made.loudness = clip.loudness
    return made
