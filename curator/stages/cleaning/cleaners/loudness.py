"""One loudness for every recording, by one gain throughout, so that whispers stay whispers.

Measured after ITU-R BS.1770-4. Where the gain would lift a peak over the limit, it is held down
around that peak alone; peaks are looked for between the samples, too.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import Samples
from curator.stages.cleaning.cleaners import CleanerSetting, cleaner
from curator.stages.cleaning.stream import Pieces, Sound, in_pieces
from curator.stages.scoring.scorers.loudness import flowing_loudness

OVERSAMPLED = 4  # as the standard asks for
HOLD_S = 0.010  # before and after a peak the gain is held down, gliding there over as long
STEP_S = 5.0
CONTEXT_S = 0.1
MARGIN_DB = 0.05  # what gliding gains may add between the samples
MOST_GAIN_DB = 40.0  # silence is not lifted to speech
SILENCE_LUFS = -69.0


@cleaner(
    label="MatchLoudness",
    version=1,
    settings={
        "lufs": CleanerSetting(-23.0, -40.0, -10.0, "LUFS of the whole recording"),
        "true_peak_db": CleanerSetting(-1.0, -20.0, 0.0, "dBTP that no peak exceeds"),
    },
    hears_all=True,
)
class MatchLoudness:
    """Brings a recording to ``lufs``, no peak above ``true_peak_db``."""

    def __init__(self, lufs: float, true_peak_db: float) -> None:
        self._lufs = lufs
        self._ceiling = 10.0 ** ((true_peak_db - MARGIN_DB) / 20.0)
        self._gain = 1.0

    def listen(self, sound: Sound) -> None:
        """See WholeCleaner."""
        lufs = loudness_of(sound)
        gain_db = 0.0 if lufs <= SILENCE_LUFS else min(self._lufs - lufs, MOST_GAIN_DB)
        self._gain = 10.0 ** (gain_db / 20.0)

    def clean(self, sound: Sound) -> Iterator[Samples]:
        """See Cleaner."""
        pieces = Pieces(round(STEP_S * sound.rate), round(CONTEXT_S * sound.rate))
        return in_pieces(sound, pieces, lambda piece: self._brought(piece, sound.rate))

    def _brought(self, piece: Samples, rate: int) -> Samples:
        louder = piece * np.float32(self._gain)
        if float(np.abs(louder).max(initial=0.0)) < self._ceiling / 2:  # far from it between, too
            return louder
        peaks = true_peaks(louder)
        if peaks.max(initial=0.0) <= self._ceiling:
            return louder
        return np.asarray(louder * _held_down(self._ceiling / np.maximum(peaks, 1e-9), rate))


def loudness_of(sound: Sound) -> float:
    """Integrated loudness of a recording as it flows, in LUFS, -70 or more."""
    return flowing_loudness(sound.blocks, sound.rate)


def true_peaks(samples: Samples) -> NDArray[np.float32]:
    """The largest value at each sample and on the way to the next, of the sound between them."""
    from scipy.signal import resample_poly

    finer = np.abs(resample_poly(samples, OVERSAMPLED, 1))[: samples.size * OVERSAMPLED]
    return np.asarray(finer.reshape(-1, OVERSAMPLED).max(axis=1), np.float32)


def _held_down(allowed: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """A gain of at most 1 that is nowhere above ``allowed`` and glides."""
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    width = 2 * max(1, round(HOLD_S * rate)) + 1
    lowest = minimum_filter1d(np.minimum(allowed, 1.0), 2 * width + 1, mode="nearest")
    return np.asarray(uniform_filter1d(lowest, width, mode="nearest"), np.float32)
