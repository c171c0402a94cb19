"""Ranking of several draws: fewest errors to Whisper, then the most natural length."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.speech.pace import letters, spoken_seconds
from trainer.speech.prior import LengthPrior
from trainer.speech.sound import Sound, for_listening
from trainer.speech.text_normalise import distance, words
from trainer.speech.transcriber import Transcriber
from trainer.speech.voice_activity import speech_spans

SAME_ERROR = 0.02  # of the characters; below this difference the lengths decide


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draw. error: character error rate, None without Whisper.

    length_error: |log| of the length over the expected one; infinite without speech.
    """

    sound: Sound
    seed: int
    transcript: str | None
    error: float | None
    length_error: float


def score(
    sound: Sound,
    seed: int,
    text: str,
    language: str,
    transcriber: Transcriber | None,
    prior: LengthPrior,
) -> Candidate:
    """Measure a draw."""
    listening = for_listening(sound)
    transcript = transcriber.transcribe(listening, language) if transcriber is not None else None
    seconds = spoken_seconds(speech_spans(listening))
    off = abs(float(np.log(seconds / prior.expected(letters(text))))) if seconds > 0 else np.inf
    error = None
    if transcript is not None:
        expected = " ".join(words(text))
        error = distance(expected, " ".join(words(transcript))) / max(1, len(expected))
    return Candidate(sound, seed, transcript, error, off)


def best(candidates: Sequence[Candidate]) -> Candidate:
    """Candidate of the most natural length among those with about the fewest errors."""
    least = min((c.error for c in candidates if c.error is not None), default=None)
    near = [
        c
        for c in candidates
        if least is None or (c.error is not None and c.error <= least + SAME_ERROR)
    ]
    return min(near, key=lambda c: (c.length_error, c.seed))
