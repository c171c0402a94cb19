"""How Chatterbox hears: 16 kHz for speech tokens and voices, 25 tokens a second."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.backends import PromptUnits

SPEECH_RATE = 16_000  # Hz
TOKEN_SAMPLES = 640  # samples per speech token at that rate
TOKENS = PromptUnits(SPEECH_RATE, TOKEN_SAMPLES, TOKEN_SAMPLES)
"""Prompts are cut from speech tokens."""

MOST_PROMPT_TOKENS = 150  # T3Config.speech_cond_prompt_len: 6 s
MOST_SPEECH_TOKENS = 1000  # max_new_tokens of the stock class: what it can say at once


def read(path: Path, rate: int) -> NDArray[np.float32]:
    """A mono sound file at another rate: float32 (samples,)."""
    import soundfile
    import soxr

    samples, own = soundfile.read(path, dtype="float32")
    if own == rate:
        return np.asarray(samples, dtype=np.float32)
    return np.asarray(soxr.resample(samples, own, rate), dtype=np.float32)
