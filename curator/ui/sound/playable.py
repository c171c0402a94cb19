"""Samples of a clip in memory, playable while they are decoded."""

import numpy as np

from curator.audio.encode import to_int16
from curator.audio.peaks import Pairs, extremes
from curator.audio.waveform import Samples
from curator.domain.span import Span


class PlayableClip:
    """Mono float32 samples at the player's rate; one thread appends, others read.

    The length is known before decoding, so a clip can be played and drawn while it is decoded.
    ``filled`` only grows, after the samples below it were written, so readers need no lock.

    span: samples of the recording, at ``source_rate`` Hz. rate: of ``samples``, Hz.
    exact: whether decoded from the recording; False for its 16 kHz copy. loudness: LUFS, None if
    unknown. failure: reason why decoding failed, or "". speed: playback speed, 1.0 as recorded.
    """

    __slots__ = (
        "clip_id",
        "exact",
        "failure",
        "filled",
        "loudness",
        "rate",
        "recording_id",
        "samples",
        "source_rate",
        "span",
        "speed",
    )

    def __init__(
        self, clip_id: int, recording_id: int, span: Span, source_rate: int, rate: int
    ) -> None:
        self.clip_id = clip_id
        self.recording_id = recording_id
        self.span = span
        self.source_rate = source_rate
        self.rate = rate
        self.samples: Samples = np.zeros(span.at_rate(source_rate, rate).samples, np.float32)
        self.filled = 0
        self.exact = True
        self.loudness: float | None = None
        self.failure = ""
        self.speed = 1.0

    @classmethod
    def of(cls, samples: Samples, rate: int, clip_id: int = 0) -> "PlayableClip":
        """Clip of decoded samples."""
        clip = cls(clip_id, 0, Span(0, samples.size), rate, rate)
        clip.append(samples)
        return clip

    @property
    def seconds(self) -> float:
        """Playback duration in seconds."""
        return self.samples.size / self.rate

    @property
    def whole(self) -> bool:
        """Whether all samples are decoded."""
        return self.filled == self.samples.size

    def append(self, part: Samples) -> None:
        """Append samples; those beyond the length are dropped."""
        count = min(part.size, self.samples.size - self.filled)
        self.samples[self.filled : self.filled + count] = part[:count]
        self.filled += count

    def close_gap(self) -> None:
        """Treat the rest as silence: resampling may yield one sample less than computed."""
        self.filled = self.samples.size

    def source_sample(self, seconds: float) -> int:
        """Sample of the recording that plays ``seconds`` after the start, at this speed."""
        at = self.span.start + round(seconds * self.speed * self.source_rate)
        return min(max(at, self.span.start), self.span.stop)

    def seen(self, pixels: int) -> Pairs:
        """Minimum and maximum per pixel column, int16, shape (pixels, 2)."""
        if pixels < 1 or not self.samples.size:
            return np.zeros((max(0, pixels), 2), np.int16)
        sound = to_int16(self.samples)
        if sound.size % pixels == 0 or sound.size < pixels:
            picked = np.arange(pixels) * sound.size // pixels
            if sound.size < pixels:
                return np.stack([sound[picked], sound[picked]], axis=1)
            return extremes(sound, sound.size // pixels)
        edges = np.arange(pixels) * sound.size // pixels
        low, high = np.minimum.reduceat(sound, edges), np.maximum.reduceat(sound, edges)
        return np.stack([low, high], axis=1)
