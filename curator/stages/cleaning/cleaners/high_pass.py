"""What rumbles below a voice: traffic, handling, air conditioning.

Filtered forwards and backwards, so that nothing is delayed: what was removed can be heard by
taking one from the other.
"""

from collections.abc import Iterator

import numpy as np

from curator.audio.waveform import Samples
from curator.stages.cleaning.cleaners import CleanerSetting, cleaner
from curator.stages.cleaning.stream import Pieces, Sound, in_pieces

ORDER = 4  # of the filter, which runs twice: 48 dB an octave
STEP_S = 10.0
CONTEXT_S = 1.0  # the filter at its lowest has died down to a hundred-thousandth


@cleaner(
    label="High-pass",
    version=1,
    settings={"hz": CleanerSetting(70.0, 20.0, 300.0, "Hz below which everything goes")},
)
class HighPass:
    """Takes away what lies below ``hz``."""

    def __init__(self, hz: float) -> None:
        self._hz = hz

    def clean(self, sound: Sound) -> Iterator[Samples]:
        """See Cleaner."""
        from scipy.signal import butter, sosfiltfilt

        sections = butter(ORDER, self._hz, "highpass", fs=sound.rate, output="sos")
        pieces = Pieces(round(STEP_S * sound.rate), round(CONTEXT_S * sound.rate))

        def filtered(piece: Samples) -> Samples:
            padding = min(round(CONTEXT_S * sound.rate), piece.size - 1)
            return np.asarray(sosfiltfilt(sections, piece, padlen=padding), np.float32)

        return in_pieces(sound, pieces, filtered)
