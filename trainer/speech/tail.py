"""What follows the last word is cut off, with a little of the silence left."""

import numpy as np

from trainer.speech.sound import Sound, for_listening
from trainer.speech.voice_activity import speech_spans

QUIET_S = 0.18  # left after the last speech: natural ends have 0.12 to 0.18 s
FADE_S = 0.03  # of what is left, so that a cut in noise does not click
WORTH_S = 0.08  # less behind it is left as it is


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
