"""The best of several draws: fewest errors to Whisper, then the most natural length."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.speech.listener import Listener
from trainer.speech.pace import letters, spoken_seconds
from trainer.speech.prior import LengthPrior
from trainer.speech.sound import Sound, for_listening
from trainer.speech.text_normalise import distance, words
from trainer.speech.voice_activity import speech_spans

SAME_ERROR = 0.02  # of the characters; nearer than that the lengths decide


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate. error: character error rate or None. off: |log| of the length over
    the expected one; infinite where nobody speaks."""

    sound: Sound
    seed: int
    heard: str | None
    error: float | None
    off: float


def judged(
    sound: Sound, seed: int, text: str, language: str, listener: Listener | None, prior: LengthPrior
) -> Candidate:
    """A draw with what speaks for and against it."""
    listening = for_listening(sound)
    heard = listener.hear(listening, language) if listener is not None else None
    seconds = spoken_seconds(speech_spans(listening))
    off = abs(float(np.log(seconds / prior.expected(letters(text))))) if seconds > 0 else np.inf
    error = None
    if heard is not None:
        said = " ".join(words(text))
        error = distance(said, " ".join(words(heard))) / max(1, len(said))
    return Candidate(sound, seed, heard, error, off)


def best(candidates: Sequence[Candidate]) -> Candidate:
    """Candidate of the most natural length among those with about the fewest errors."""
    least = min((c.error for c in candidates if c.error is not None), default=None)
    near = [
        c
        for c in candidates
        if least is None or (c.error is not None and c.error <= least + SAME_ERROR)
    ]
    return min(near, key=lambda c: (c.off, c.seed))
