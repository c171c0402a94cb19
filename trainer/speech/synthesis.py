"""Long-form synthesis: split, generate candidates, rank, trim, set rate; whole or streamed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from trainer.seeded_random import number
from trainer.speech.candidates import Candidate, best, score
from trainer.speech.endings import Ending, EndingRules
from trainer.speech.pace import hold_rate, letters, stretch
from trainer.speech.prior import Band, LengthPrior
from trainer.speech.sentence_split import LONGEST, Piece, split
from trainer.speech.sound import Sound
from trainer.speech.speaker import SamplingSettings, Speaker, StreamingSpeaker
from trainer.speech.tail import quiet_tail, trim_tail
from trainer.speech.transcriber import Transcriber
from trainer.speech.whisper_models import MissingWhisper

SHORT_WORDS, DRAWS_OF_SHORT = 3, 3  # networks most often fail at one to three words
GOOD_ENOUGH = 0.0  # error at which no further candidate is drawn
RUNAWAY = 1.1  # of the longest natural length: cap where endings are off
NATURAL = 0.25  # |log| of the length ratio: within 28 %
LEAD_AND_TAIL_S = 0.5  # silence around the speech, which the band of tokens must allow
STREAM_CHARACTERS = 80  # of a piece, for speakers that return a piece only when it is finished

Check = Callable[[], None]
"""Called before each token and each piece; raises to cancel the synthesis."""


@dataclass(frozen=True, slots=True)
class SynthesisSettings:
    """How to synthesise. rate: letters and digits per second, None: unchanged.

    candidates: draws of a piece; 0: three for one to three words, else one. speed: factor on top
    of the rate.
    """

    endings: bool = True
    candidates: int = 0
    rate: float | None = None
    speed: float = 1.0
    sampling: SamplingSettings = field(default_factory=SamplingSettings)

    def draws(self, text: str) -> int:
        """Number of draws of a piece."""
        if self.candidates > 0:
            return self.candidates
        return DRAWS_OF_SHORT if self.endings and len(text.split()) <= SHORT_WORDS else 1

    def as_record(self) -> dict[str, object]:
        """Fields for files; speed and sampling only if they are set."""
        record = asdict(self)
        if self.speed == 1.0:
            del record["speed"]
        record["sampling"] = self.sampling.given()
        if not record["sampling"]:
            del record["sampling"]
        return record

    def paced(self, sound: Sound, text: str) -> Sound:
        """The sound of a piece at the configured rate and speed, at unchanged pitch."""
        if self.rate is not None:
            sound = hold_rate(sound, text, self.rate).sound
        if self.speed != 1.0:
            sound = Sound(stretch(sound.samples, sound.rate, self.speed), sound.rate)
        return sound


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """Text to synthesise. prompts: reference audio of the voice."""

    text: str
    language: str
    prompts: Sequence[Path]
    seed: int = 0
    settings: SynthesisSettings = field(default_factory=SynthesisSettings)


@dataclass(frozen=True, slots=True)
class Speech:
    """Synthesised speech. transcripts: of ranked pieces, else None. rules: ending rules applied."""

    sound: Sound
    transcripts: tuple[str | None, ...]
    rules: tuple[str, ...]


def synthesise(
    speaker: Speaker,
    request: SpeechRequest,
    prior: LengthPrior,
    transcriber: Transcriber | None = None,
    check: Check | None = None,
) -> Speech:
    """Synthesise a text. prior: seconds by letters. transcriber: ranks several candidates."""
    transcriber = _available(transcriber, request.language)
    chosen: list[Candidate] = []
    rules: list[str] = []
    parts: list[Sound] = []
    for index, piece in enumerate(split(request.text)):
        candidate, applied = _best_draw(
            _Draws(speaker, request, prior, check), piece, index, transcriber
        )
        chosen.append(candidate)
        rules += applied
        sound = request.settings.paced(candidate.sound, piece.text)
        parts += [sound, _pause(piece, sound.rate, request.settings)]
    sound = Sound(np.concatenate([part.samples for part in parts]), parts[0].rate)
    return Speech(sound, tuple(candidate.transcript for candidate in chosen), tuple(rules))


def stream(
    speaker: Speaker,
    request: SpeechRequest,
    prior: LengthPrior,
    transcriber: Transcriber | None = None,
    check: Check | None = None,
) -> Iterator[Sound]:
    """Synthesise a text in chunks, the first of them before the first sentence is finished.

    Pieces that need several candidates or another rate are yielded whole. Speakers that cannot
    stream get short pieces instead.
    """
    transcriber = _available(transcriber, request.language)
    draws = _Draws(speaker, request, prior, check)
    can_stream = isinstance(speaker, StreamingSpeaker)
    settings = request.settings
    for index, piece in enumerate(
        split(request.text, LONGEST if can_stream else STREAM_CHARACTERS)
    ):
        unpaced = settings.rate is None and settings.speed == 1.0
        if can_stream and unpaced and settings.draws(piece.text) == 1:
            chunks = _trimmed(draws.streamed(piece.text, index), settings.endings)
        else:
            candidate, _ = _best_draw(draws, piece, index, transcriber)
            chunks = iter([settings.paced(candidate.sound, piece.text)])
        rate = 0
        for chunk in chunks:
            rate = chunk.rate
            yield chunk
        if rate and piece.pause_s:
            yield _pause(piece, rate, settings)


@dataclass(frozen=True, slots=True)
class _Draws:
    """Draws of the pieces of a request."""

    speaker: Speaker
    request: SpeechRequest
    prior: LengthPrior
    check: Check | None

    def seed(self, index: int, turn: int) -> int:
        """Seed of a draw; that of the request for the first one."""
        if index == 0 and turn == 0:
            return self.request.seed
        return number(self.request.seed, "say", turn, f"{index}")

    def ending(self, text: str) -> Ending | None:
        """Ending control of a piece; only a cap where it is off; None for unknown tokens."""
        speaker = self.speaker
        if speaker.stop_token < 0 or speaker.tokens_per_second <= 0:
            return None
        band = token_band(self.prior, text, speaker.tokens_per_second)
        if self.request.settings.endings:
            return Ending(band, speaker.stop_token, check=self.check)
        wide = Band(band.least, band.expected, band.most * RUNAWAY)
        return Ending(wide, speaker.stop_token, EndingRules(only_cap=True), self.check)

    def whole(self, text: str, index: int, turn: int) -> tuple[Sound, Ending | None]:
        """Sound of a piece and its ending control."""
        if self.check is not None:
            self.check()
        request, ending = self.request, self.ending(text)
        seed = self.seed(index, turn) % (1 << 31)
        sampling = request.settings.sampling
        prompts = request.prompts
        return (
            self.speaker.synthesise(text, request.language, prompts, seed, ending, sampling),
            ending,
        )

    def streamed(self, text: str, index: int) -> Iterator[Sound]:
        """Chunks of a piece."""
        assert isinstance(self.speaker, StreamingSpeaker)
        if self.check is not None:
            self.check()
        request, seed = self.request, self.seed(index, 0) % (1 << 31)
        sampling, ending = request.settings.sampling, self.ending(text)
        return self.speaker.stream(text, request.language, request.prompts, seed, ending, sampling)


def _best_draw(
    draws: _Draws, piece: Piece, index: int, transcriber: Transcriber | None
) -> tuple[Candidate, list[str]]:
    """Best of the draws of a piece, and the ending rules that were applied in any of them."""
    settings, language = draws.request.settings, draws.request.language
    candidates: list[Candidate] = []
    rules: list[str] = []
    count = settings.draws(piece.text)
    for turn in range(count):
        sound, ending = draws.whole(piece.text, index, turn)
        if settings.endings:
            sound = trim_tail(sound)
        ranked_by = transcriber if count > 1 else None
        seed = draws.seed(index, turn)
        candidates.append(score(sound, seed, piece.text, language, ranked_by, draws.prior))
        rules += ending.applied if ending is not None else []
        if candidates[-1].error == GOOD_ENOUGH and candidates[-1].length_error <= NATURAL:
            break
    return best(candidates), rules


def _trimmed(chunks: Iterator[Sound], trims: bool) -> Iterator[Sound]:
    """Chunks without the silence after the last speech.

    Quiet audio at the end is held back until louder audio follows; what is left at the end is
    trimmed as a whole sound is.
    """
    samples = np.zeros(0, dtype=np.float32)
    sent, rate = 0, 0
    for chunk in chunks:
        rate = chunk.rate
        samples = np.concatenate([samples, chunk.samples])
        stop = len(samples) - (quiet_tail(samples, rate) if trims else 0)
        if stop > sent:
            yield Sound(samples[sent:stop], rate)
            sent = stop
    if not rate:
        return
    kept = trim_tail(Sound(samples, rate)).samples if trims else samples
    if len(kept) > sent:
        yield Sound(kept[sent:], rate)


def _available(transcriber: Transcriber | None, language: str) -> Transcriber | None:
    """The transcriber if it has a model for the language; else lengths alone decide."""
    try:
        if transcriber is not None:
            transcriber.name(language)
    except MissingWhisper:
        return None
    return transcriber


def token_band(prior: LengthPrior, text: str, tokens_per_second: float) -> Band:
    """Band of speech tokens of a text; its upper end includes the silence around the speech."""
    band = prior.band(letters(text))
    return Band(
        band.least * tokens_per_second,
        band.expected * tokens_per_second,
        (band.most + LEAD_AND_TAIL_S) * tokens_per_second,
    )


def _pause(piece: Piece, rate: int, settings: SynthesisSettings) -> Sound:
    """Silence after a piece."""
    return Sound(np.zeros(int(piece.pause_s / settings.speed * rate), dtype=np.float32), rate)
