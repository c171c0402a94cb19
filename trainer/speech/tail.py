"""Trimming of the silence or noise after the last word."""

import numpy as np

from trainer.speech.sound import Samples, Sound, for_listening
from trainer.speech.voice_activity import speech_spans

QUIET_S = 0.18  # left after the last speech: natural ends have 0.12 to 0.18 s
FADE_S = 0.03  # of what is left, so that a cut in noise does not click
WORTH_S = 0.08  # less behind it is left as it is
QUIET_DB = -35.0  # re the loudest 10 ms so far: pauses and the noise after the last word
BLOCK_S = 0.01


def trim_tail(sound: Sound) -> Sound:
    """Audio up to shortly after its last speech; unchanged without speech."""
    spans = speech_spans(for_listening(sound))
    if not spans:
        return sound
    stop_s = spans[-1][1] + QUIET_S
    if sound.seconds - stop_s < WORTH_S:
        return sound
    kept = sound.samples[: int(stop_s * sound.rate)].copy()
    fade = min(len(kept), int(FADE_S * sound.rate))
    kept[len(kept) - fade :] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return Sound(kept, sound.rate)


def quiet_tail(samples: Samples, rate: int) -> int:
    """Number of samples after the last 10 ms that are louder than QUIET_DB re the loudest."""
    block = max(1, int(BLOCK_S * rate))
    count = len(samples) // block
    if not count:
        return len(samples)
    power = (samples[: count * block].reshape(count, block) ** 2).mean(axis=1)
    loud = np.flatnonzero(power > power.max() * 10 ** (QUIET_DB / 10))
    return len(samples) - (int(loud[-1]) + 1) * block if loud.size else len(samples)
