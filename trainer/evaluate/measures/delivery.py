"""How lively and how fast: pitch and its spread, the spread of loudness, the rate of speech."""

import numpy as np

from trainer.evaluate.acoustics import OCTAVE
from trainer.evaluate.measures import MeasuredValues, Sample, VoiceStatistics
from trainer.speech.pace import letters, spoken_seconds

VERSION = 1
KEYS = ("pitch", "pitch_spread", "energy_spread", "rate")

ENOUGH_FRAMES = 20  # 0.2 s of voice; a spread of less means nothing
QUIETEST_DB = 35.0  # below the loudest frame: gaps inside words, not speech


def measure(sample: Sample, voice: VoiceStatistics) -> MeasuredValues:
    """Delivery measures over the frames with speech."""
    speaking = sample.speaking
    values: dict[str, float | None] = {}
    pitch = sample.frames.pitch[speaking & np.isfinite(sample.frames.pitch)]
    if len(pitch) >= ENOUGH_FRAMES:
        middle = float(np.median(pitch))
        near = pitch[np.abs(pitch - middle) < OCTAVE * 0.75]  # further off: a mistaken octave
        values["pitch"], values["pitch_spread"] = middle, float(near.std())
    loudness = sample.frames.loudness[speaking]
    if len(loudness) >= ENOUGH_FRAMES:
        loud = loudness[loudness > loudness.max() - QUIETEST_DB]
        values["energy_spread"] = float(loud.std())
    seconds = spoken_seconds(sample.spans)
    if sample.transcript and letters(sample.transcript) and seconds > 0:
        values["rate"] = letters(sample.transcript) / seconds
    return values
