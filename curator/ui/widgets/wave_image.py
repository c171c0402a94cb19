"""Waveform image: one pixel column from the minimum to the maximum of its samples."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from curator.audio.peaks import Pairs, Peaks
from curator.domain.span import Span
from curator.ui.sound.playable import PlayableClip
from curator.ui.widgets.timeline import Timeline

FINE = 64
"""Samples per pixel below which the samples are drawn instead of the peaks."""

POINTS = 8
"""Interpolation points per pixel at high zoom."""

FULL = 32768.0


def columns(timeline: Timeline, peaks: Peaks | None, sound: PlayableClip | None) -> Pairs:
    """Minimum and maximum per pixel, int16, shape (pixels, 2); zeros without data."""
    pairs = np.zeros((timeline.pixels, 2), np.int16)
    if peaks is not None:
        span = timeline.span
        first = max(0, round(timeline.x(span.start)))  # the view may start before the recording
        last = min(timeline.pixels, round(timeline.x(span.stop)))
        if last > first and span.samples:
            pairs[first:last] = peaks.seen(span, last - first)
    if sound is not None and sound.filled and (peaks is None or timeline.per_pixel < FINE):
        _draw_sound(pairs, timeline, sound)
    return pairs


def _draw_sound(pairs: Pairs, timeline: Timeline, sound: PlayableClip) -> None:
    """Replace the columns of the clip by the extremes of its samples."""
    decoded = Span(sound.span.start, sound.source_sample(sound.filled / sound.rate))
    first = max(0, int(np.ceil(timeline.x(decoded.start))))
    last = min(timeline.pixels, int(timeline.x(decoded.stop)))
    if first >= last:
        return
    ratio = sound.rate / sound.source_rate
    edges = np.arange(first, last + 1) * timeline.per_pixel + timeline.first - decoded.start
    edges *= ratio  # (columns + 1,) in samples of the clip
    if timeline.per_pixel * ratio > POINTS:
        bounds = np.clip(edges.astype(np.int64), 0, sound.filled - 1)
        part = sound.samples[: sound.filled]
        low = np.minimum.reduceat(part, bounds)[:-1]
        high = np.maximum.reduceat(part, bounds)[:-1]
    else:  # linear interpolation between samples
        points = np.linspace(edges[:-1], edges[1:], POINTS + 1, axis=1)  # (columns, points)
        first_at = max(0, int(edges[0]) - 1)
        known = np.arange(first_at, min(sound.filled, int(edges[-1]) + 2))
        values = np.interp(points, known, sound.samples[known])
        low, high = values.min(axis=1), values.max(axis=1)
    scaled = np.clip(np.stack([low, high], axis=1) * FULL, -FULL, FULL - 1)
    pairs[first:last] = scaled.astype(np.int16)


def loudest(peaks: Peaks | None) -> float:
    """Peak level of a recording, 0..1; 1 if it is silent or unknown."""
    if peaks is None:
        return 1.0
    coarsest = peaks.levels[max(peaks.levels)]
    if not len(coarsest):
        return 1.0
    peak = max(-int(coarsest.min()), int(coarsest.max())) / FULL
    return peak or 1.0


def colours(
    timeline: Timeline, clip: Span | None, here: QColor, elsewhere: QColor
) -> NDArray[np.uint32]:
    """Colour per column: inside and outside the clip."""
    inks = np.full(timeline.pixels, elsewhere.rgba(), np.uint32)
    if clip is not None:
        first, last = (round(timeline.x(at)) for at in (clip.start, clip.stop))
        inks[max(0, first) : max(0, last)] = here.rgba()
    return inks


def painted(
    pairs: Pairs, height: int, scale: float, ink: NDArray[np.uint32], paper: Sequence[QColor]
) -> QImage:
    """Waveform image, ``height`` pixels high.

    scale: gain of the values. ink: colour per column. paper: colours of the background and of the
    zero line.
    """
    half = (height - 1) / 2
    values = np.clip(pairs.astype(np.float32) * np.float32(scale / FULL), -1.0, 1.0)
    top = np.rint(half - values[:, 1] * half).astype(np.int16)
    bottom = np.rint(half - values[:, 0] * half).astype(np.int16)
    rows = np.arange(height, dtype=np.int16)[:, None]
    inside = (rows >= top) & (rows <= bottom)
    pixels = np.where(inside, ink, np.uint32(paper[0].rgba()))
    middle = pixels[int(half)]
    middle[~inside[int(half)]] = paper[1].rgba()
    return as_image(pixels)


def as_image(pixels: NDArray[np.uint32]) -> QImage:
    """QImage, with its own memory, of 0xAARRGGBB values, shape (height, width)."""
    height, width = pixels.shape
    pixels = np.ascontiguousarray(pixels, np.uint32)
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
    return image.copy()
