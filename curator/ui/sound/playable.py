"""A clip's sound in memory, playable while it still fills."""

import numpy as np

from curator.audio.encode import to_int16
from curator.audio.peaks import Pairs, extremes
from curator.audio.waveform import Samples
from curator.domain.span import Span


class PlayableClip:
    """Mono float32 at the player's rate; one thread appends, others read what is there.

    The length is known before the sound is, so a clip can be played, drawn and asked for its
    position at once: what is missing is waited for. ``filled`` is only ever raised, and after the
    samples below it are in place, so readers need no lock.

    span: samples of the recording, at ``source_rate`` Hz. rate: of ``samples``, Hz.
    exact: whether it is the recording itself; False for the 16 kHz copy that stands in for it.
    loudness: LUFS, None until known. failure: why there will be no more, "" while all is well.
    speed: how much faster than spoken.
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
        """Sound that is there already."""
        clip = cls(clip_id, 0, Span(0, samples.size), rate, rate)
        clip.append(samples)
        return clip

    @property
    def seconds(self) -> float:
        """How long it takes to play."""
        return self.samples.size / self.rate

    @property
    def whole(self) -> bool:
        """Whether all of it is there."""
        return self.filled == self.samples.size

    def append(self, part: Samples) -> None:
        """Take the next samples; what does not fit any more is left out."""
        count = min(part.size, self.samples.size - self.filled)
        self.samples[self.filled : self.filled + count] = part[:count]
        self.filled += count

    def close_gap(self) -> None:
        """Call the rest silence: resampling may give a sample less than promised."""
        self.filled = self.samples.size

    def source_sample(self, seconds: float) -> int:
        """The sample of the recording heard ``seconds`` after the clip's start, at any speed."""
        at = self.span.start + round(seconds * self.speed * self.source_rate)
        return min(max(at, self.span.start), self.span.stop)

    def seen(self, pixels: int) -> Pairs:
        """What to draw in so many columns: (pixels, 2), minimum and maximum as int16."""
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
