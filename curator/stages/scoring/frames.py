"""Levels of short frames, and which of them hold speech: shared by the scorers of speech."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import Waveform

FRAME_S = 0.01
FLOOR_DB = -96.0  # one step of a 16-bit file
SPEECH_QUANTILE = 0.95  # of the frame levels: the vowels
FLOOR_QUANTILE = 0.05  # the pauses
BELOW_VOWELS_DB = 35.0  # the quietest consonants
ABOVE_FLOOR_DB = 6.0  # what lies nearer to the pauses is noise
AT_LEAST_BELOW_DB = 12.0  # without pauses the floor is speech: then most of it counts
LOWEST_SPEECH_DB = -65.0  # a clip that never reaches this is silence
SMOOTHING = 5  # frames: a click is no speech, a gap inside a word no silence


@dataclass(frozen=True, slots=True, eq=False)
class SpeechFrames:
    """Which frames of 10 ms hold speech. levels: dB of each; rate: frames a second."""

    levels: NDArray[np.float64]  # (frames,)
    speech: NDArray[np.bool_]  # (frames,)

    @property
    def first(self) -> int:
        """The first frame of speech; the number of frames when there is none."""
        return int(np.argmax(self.speech)) if self.speech.any() else self.speech.size

    @property
    def last(self) -> int:
        """The frame after the last one of speech; 0 when there is none."""
        if not self.speech.any():
            return 0
        return self.speech.size - int(np.argmax(self.speech[::-1]))


def speech_frames(wave: Waveform) -> SpeechFrames:
    """Levels of the whole frames of a clip, and which hold speech, by their energy alone."""
    size = round(FRAME_S * wave.rate)
    count = wave.samples.size // size
    frames = wave.samples[: count * size].reshape(count, size).astype(np.float64)
    centred = frames - frames.mean(axis=1, keepdims=True)  # an offset is no sound
    levels = 10.0 * np.log10(np.mean(np.square(centred), axis=1) + 10.0 ** (FLOOR_DB / 10.0))
    if count == 0:
        return SpeechFrames(levels, np.zeros(0, dtype=bool))
    vowels = float(np.quantile(levels, SPEECH_QUANTILE))
    floor = float(np.quantile(levels, FLOOR_QUANTILE))
    threshold = min(
        max(vowels - BELOW_VOWELS_DB, floor + ABOVE_FLOOR_DB), vowels - AT_LEAST_BELOW_DB
    )
    loud = levels >= max(threshold, LOWEST_SPEECH_DB)
    return SpeechFrames(levels, _most_of_the_neighbours(loud))


def _most_of_the_neighbours(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A frame counts if most of the five around it do, and it is not cut off by the clip's edge."""
    padded = np.pad(flags.astype(np.int64), SMOOTHING // 2, mode="edge")
    around = np.convolve(padded, np.ones(SMOOTHING, dtype=np.int64), mode="valid")
    return around > SMOOTHING // 2
