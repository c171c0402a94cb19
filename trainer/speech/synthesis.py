"""Long-form synthesis: split, generate candidates, rank, trim, set rate."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from trainer.seeded_random import number
from trainer.speech.candidates import Candidate, best, judged
from trainer.speech.endings import Ending, EndingRules
from trainer.speech.listener import Listener
from trainer.speech.pace import hold_rate, letters
from trainer.speech.prior import Band, LengthPrior
from trainer.speech.sentence_split import pieces
from trainer.speech.sound import Sound
from trainer.speech.speaker import Speaker
from trainer.speech.tail import trim_tail
from trainer.speech.whisper_models import MissingWhisper

SHORT_WORDS, DRAWS_OF_SHORT = 3, 3  # one to three words are what networks most often get wrong
BREATH_S = 0.25  # between two pieces of a long text
GOOD_ENOUGH = 0.0  # errors at which no further candidate is drawn
RUNAWAY = 1.1  # of the most: where an ending that is left alone is cut off, and clearly a run-on
NATURAL = 0.25  # and |log| of the length's ratio: within 28 %
LEAD_AND_TAIL_S = 0.5  # of quiet around the speech, which the band of tokens must leave room for


@dataclass(frozen=True, slots=True)
class Manner:
    """How to say it. rate: letters and digits a second, None as it comes.

    candidates: draws of a piece; 0: three of a text of one to three words, else one.
    """

    endings: bool = True
    candidates: int = 0
    rate: float | None = None

    def draws(self, text: str) -> int:
        """How many times a piece is drawn."""
        if self.candidates > 0:
            return self.candidates
        return DRAWS_OF_SHORT if self.endings and len(text.split()) <= SHORT_WORDS else 1

    def as_record(self) -> dict[str, object]:
        """For files."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Said:
    """The sound, what was heard in each piece's chosen draw, and what the rules did."""

    sound: Sound
    heard: tuple[str | None, ...]
    rules: tuple[str, ...]


def say(
    speaker: Speaker,
    text: str,
    language: str,
    prompts: Sequence[Path],
    seed: int,
    prior: LengthPrior,
    manner: Manner,
    listener: Listener | None = None,
) -> Said:
    """Say a text. prior: seconds by letters. listener: judges several candidates."""
    if listener is not None and not _hears(listener, language):
        listener = None
    chosen: list[Candidate] = []
    rules: list[str] = []
    for index, piece in enumerate(pieces(text)):
        drawn: list[Candidate] = []
        draws = manner.draws(piece)
        for turn in range(draws):
            own = seed if index == 0 and turn == 0 else number(seed, "say", turn, f"{index}")
            ending = _ending(speaker, piece, prior, manner)
            sound = speaker.say(piece, language, prompts, own % (1 << 31), ending)
            if manner.endings:
                sound = trim_tail(sound)
            listening = listener if draws > 1 else None
            drawn.append(judged(sound, own, piece, language, listening, prior))
            rules += ending.told if ending is not None else []
            if drawn[-1].error == GOOD_ENOUGH and drawn[-1].off <= NATURAL:
                break
        chosen.append(best(drawn))
    sound = _joined([candidate.sound for candidate in chosen])
    if manner.rate is not None:
        sound = hold_rate(sound, text, manner.rate).sound
    return Said(sound, tuple(candidate.heard for candidate in chosen), tuple(rules))


def _hears(listener: Listener, language: str) -> bool:
    """Whether a model for the language is there; without one lengths alone decide."""
    try:
        listener.name(language)
    except MissingWhisper:
        return False
    return True


def token_band(prior: LengthPrior, text: str, tokens_per_second: float) -> Band:
    """The band in speech tokens of a text, the quiet around it included above."""
    band = prior.band(letters(text))
    return Band(
        band.least * tokens_per_second,
        band.expected * tokens_per_second,
        (band.most + LEAD_AND_TAIL_S) * tokens_per_second,
    )


def _ending(speaker: Speaker, text: str, prior: LengthPrior, manner: Manner) -> Ending | None:
    """The rules for a piece; where they are off, only a cap against babbling without end."""
    if speaker.stop_token < 0 or speaker.tokens_per_second <= 0:
        return None
    band = token_band(prior, text, speaker.tokens_per_second)
    if manner.endings:
        return Ending(band, speaker.stop_token)
    wide = Band(band.least, band.expected, band.most * RUNAWAY)
    return Ending(wide, speaker.stop_token, EndingRules(only_cap=True))


def _joined(sounds: Sequence[Sound]) -> Sound:
    rate = sounds[0].rate
    breath = np.zeros(int(BREATH_S * rate), dtype=np.float32)
    parts = [part for sound in sounds for part in (sound.samples, breath)][:-1]
    return Sound(np.concatenate(parts), rate)
