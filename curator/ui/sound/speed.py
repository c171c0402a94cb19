"""Time stretching that keeps the pitch, rendered ahead of playback.

WSOLA (Verhelst and Roelands, 1993): frames of 12 ms are taken near their nominal position at the
speed, at the offset with the highest correlation with the continuation of the previous frame, and
cross-faded.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator

import numpy as np

from curator.audio.waveform import Samples
from curator.ui.sound.playable import PlayableClip

MAX_RENDERED = 24
"""Rendered clips kept in memory."""

PIECE_S = 0.012
SEARCH_S = 0.010
"""Search range of a frame to both sides; together one period of the lowest voice."""

COARSE = 4
"""Step of the first, coarse search, in samples."""

WAIT_S = 0.005
"""Polling interval while a clip is being decoded."""


class Stretcher:
    """Renders clips at other speeds on one thread, the latest request first."""

    def __init__(self) -> None:
        self._rendered: OrderedDict[tuple[int, float], tuple[PlayableClip, PlayableClip]] = (
            OrderedDict()
        )
        self._wanted: list[tuple[PlayableClip, PlayableClip]] = []
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def at_speed(self, clip: PlayableClip, speed: float) -> PlayableClip:
        """Clip at ``speed``, returned immediately and filled while it is rendered."""
        if speed == clip.speed:
            return clip
        key = (id(clip), speed)  # the clip is stored too, so its id stays valid
        if key not in self._rendered:
            self._rendered[key] = (clip, _empty(clip, speed))
            while len(self._rendered) > MAX_RENDERED:
                self._rendered.popitem(last=False)
            self._ask(self._rendered[key])
        self._rendered.move_to_end(key)
        return self._rendered[key][1]

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
    """Frames of 12 ms of the clip at ``speed``, then silence; None while it is not decoded."""
    piece, reach = round(PIECE_S * source.rate), round(SEARCH_S * source.rate)
    up = (0.5 - 0.5 * np.cos(np.pi * (np.arange(piece) + 0.5) / piece)).astype(np.float32)
    down = up[::-1].copy()
    continuation = 0  # continuation of the previous frame in the source
    for number in range(round(source.samples.size / speed / piece) + 2):
        wanted = round(number * piece * speed)
        need = min(max(wanted + reach, continuation) + piece, source.samples.size)
        while source.filled < need:
            yield None
        before = _cut(source.samples, continuation, piece)
        first = max(0, wanted - reach)
        around = _cut(source.samples, first, wanted + reach + piece - first)
        best = first + (_best(around, before) if number else 0)
        yield before * down + _cut(source.samples, best, piece) * up
        continuation = best + piece


def _best(around: Samples, before: Samples) -> int:
    """Offset in ``around`` with the highest normalised correlation with ``before``."""
    coarse = _correlation(around[::COARSE], before[::COARSE])
    near = int(np.argmax(coarse)) * COARSE
    first = max(0, near - COARSE + 1)
    fine = _correlation(around[first : near + COARSE - 1 + before.size], before)
    return first + int(np.argmax(fine))


def _correlation(around: Samples, before: Samples) -> Samples:
    """Normalised correlation of ``before`` with every window of ``around``."""
    products = np.correlate(around, before, "valid")
    sums = np.cumsum(np.concatenate([[0.0], np.square(around, dtype=np.float64)]))
    power = sums[before.size :] - sums[: -before.size]
    correlation: Samples = products / np.sqrt(np.maximum(power, 1e-9))
    return correlation


def _cut(samples: Samples, start: int, count: int) -> Samples:
    """``count`` samples from ``start``, padded with silence."""
    part = samples[start : start + count]
    return np.pad(part, (0, count - part.size))


def _empty(clip: PlayableClip, speed: float) -> PlayableClip:
    rendered = PlayableClip(clip.clip_id, clip.recording_id, clip.span, clip.source_rate, clip.rate)
    rendered.samples = np.zeros(max(1, round(clip.samples.size * clip.speed / speed)), np.float32)
    rendered.speed = speed
    rendered.exact = clip.exact
    rendered.loudness = clip.loudness
    return rendered
