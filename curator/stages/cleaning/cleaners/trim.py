"""Silence at the ends of clips, cut off but for a margin.

It changes no recording: where clips lie in theirs stays; export takes a smaller part.
"""

import numpy as np

from curator.audio.waveform import Waveform
from curator.domain.span import Span
from curator.stages.cleaning.cleaners import CleanerSetting, cleaner

FRAME_S = 0.01
LOUD = 0.95  # the share of frames that are less loud than "loud"
SILENT_DB = -75.0  # a clip nowhere above that is left as it is


@cleaner(
    label="Trim silence",
    version=1,
    settings={
        "margin_ms": CleanerSetting(120.0, 0.0, 1000.0, "ms of silence that are kept at both ends"),
        "below_db": CleanerSetting(35.0, 15.0, 60.0, "dB below the voice is silence"),
    },
    of_clips=True,
)
class Trim:
    """Keeps what lies between the first and the last sound, and ``margin_ms`` beside them."""

    def __init__(self, margin_ms: float, below_db: float) -> None:
        self._margin_s = margin_ms / 1000.0
        self._below_db = below_db

    def kept(self, wave: Waveform) -> Span:
        """See ClipCleaner."""
        frame = max(1, round(FRAME_S * wave.rate))
        count = wave.samples.size // frame
        if not count:
            return Span(0, wave.samples.size)
        frames = wave.samples[: count * frame].reshape(count, frame)
        level = 10.0 * np.log10(np.mean(np.square(frames, dtype=np.float64), axis=1) + 1e-12)
        loud = float(np.quantile(level, LOUD))
        sounding = np.flatnonzero(level > loud - self._below_db)
        if loud < SILENT_DB or not sounding.size:
            return Span(0, wave.samples.size)
        margin = round(self._margin_s * wave.rate)
        start = max(0, int(sounding[0]) * frame - margin)
        stop = min(wave.samples.size, (int(sounding[-1]) + 1) * frame + margin)
        return Span(start, stop)
