"""Transcription with word times, of recordings and of re-cut clips.

A recording is heard in windows that hold its speech and little of its silence, because Whisper
invents text where nobody speaks. Short recordings share windows, as short clips do; what was heard
badly in a shared window is transcribed again alone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Self, TypeVar

import numpy as np

from curator.audio.waveform import CACHE_RATE, FULL_SCALE_16, Samples, Samples16
from curator.domain.fact import (
    ClipFact,
    Producer,
    RecordingTranscript,
    Transcript,
    Word,
)
from curator.domain.hallucination import UNSPACED, compression
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.stages import ClipSound, Failed, RecordingSound
from curator.stages.segmentation.pauses import Hearing
from curator.stages.segmentation.vad import (
    FRAME,
    Probabilities,
    SpeechOptions,
    speech_probabilities,
    speech_spans,
)
from curator.stages.transcription.encodings import FRAME as ENCODER_FRAME
from curator.stages.transcription.encodings import Blocks, block_means, recording_blocks
from curator.stages.transcription.packing import ROOM, Chunk, Window, packed
from curator.stages.transcription.transcribers import Hypothesis, HypothesisWord, Transcriber
from curator.stages.transcription.word_times import at_rate, clamped, glued, moved, settle

LISTEN = SpeechOptions(min_speech_ms=100, min_silence_ms=1500, pad_ms=400)
"""Pieces for Whisper: silence of 1.5 s and more is left out, all else stays as it is."""

Owner = TypeVar("Owner")

CLIPS_AT_ONCE = 64  # clips gathered before windows are packed, so that progress shows
DETECTION_CLIPS = 16  # first clips of a recording, from which its language is detected
UNSURE = 0.6
"""Mean word probability below which a piece of a shared window is transcribed again alone.

Measured with base on 90 recordings of 2 s by ten speakers: together 32 % of the words are wrong at
4.1 to 5.7 times the speed, alone 34 %.
"""


class TranscribeRecordings:
    """Finds the words of whole recordings.

    model: a loaded transcriber. keep: called with a recording and the output of the model's
    encoder, if the model gives it. follow: called with a long recording and the seconds done of it.
    """

    key = "transcribe"
    version = 1

    def __init__(
        self,
        model: Transcriber,
        keep: Callable[[Recording, Blocks], None] = lambda _recording, _blocks: None,
        follow: Callable[[Recording, float], None] = lambda _recording, _seconds: None,
    ) -> None:
        self._model = model
        self._keep, self._follow = keep, follow
        self.options = model.name

    def run(self, items: Iterable[RecordingSound]) -> Iterator[RecordingTranscript | Failed]:
        """A transcript for each recording, in order; times in samples at the recording's rate."""
        made_by = Producer(self.key, self.version, self.options)
        for group in _short_ones_together(items, self._model.recordings_at_once):
            for item, transcript in zip(group, self._group(group), strict=True):
                if isinstance(transcript, Failed):
                    yield transcript
                else:
                    yield RecordingTranscript(item.recording.id, made_by, transcript)

    def _group(self, items: Sequence[RecordingSound]) -> list[Transcript | Failed]:
        """Transcripts of recordings that share windows; each on its own if they fail together."""
        try:
            return list(self._heard(items))
        except (RuntimeError, ValueError) as reason:  # CTranslate2's own
            if len(items) > 1:
                return [transcript for item in items for transcript in self._group([item])]
            recording = items[0].recording
            return [Failed(recording.id, f"{recording.name}: {reason}")]

    def _heard(self, items: Sequence[RecordingSound]) -> Iterator[Transcript]:
        speech = [_Speech.of(item.samples16) for item in items]
        languages = [
            item.language or self._language(item.samples16, each.spans)
            for item, each in zip(items, speech, strict=True)
        ]
        heard: list[list[tuple[Span, Hypothesis]]] = [[] for _ in items]
        for language in dict.fromkeys(languages):
            pieces = (
                Chunk((index, span), _sound(items[index].samples16, span))
                for index, each in enumerate(speech)
                if languages[index] == language
                for span in each.spans
            )
            for (index, span), hypothesis in _listened(
                self._model, packed(pieces), language, again=len(items) > 1
            ):
                heard[index].append((span, hypothesis))
                if len(items) == 1:
                    self._follow(items[0].recording, span.stop / CACHE_RATE)
        for item, each, language, hypotheses in zip(items, speech, languages, heard, strict=True):
            encoded = ((span, hypothesis.encoded) for span, hypothesis in hypotheses)
            blocks = recording_blocks(encoded, len(item.samples16))
            if blocks is not None:
                self._keep(item.recording, blocks)
            yield _recording_transcript(item, each, language, hypotheses)

    def _language(self, samples16: Samples16, spans: Sequence[Span]) -> str:
        """Language of the first 90 s of speech; "en" without speech."""
        sound = [_sound(samples16, span) for span in spans[:16]]
        return self._model.language_of(np.concatenate(sound)) if sound else "en"


@dataclass(frozen=True, slots=True, eq=False)
class _Speech:
    """Speech of a recording. spans: pieces for Whisper, in samples at 16 kHz."""

    probabilities: Probabilities
    spans: list[Span]

    @classmethod
    def of(cls, samples16: Samples16) -> Self:
        probabilities = speech_probabilities(samples16)
        return cls(probabilities, pieces_to_hear(probabilities, len(samples16)))


def _short_ones_together(
    items: Iterable[RecordingSound], most: int
) -> Iterator[list[RecordingSound]]:
    """Groups of up to ``most`` consecutive recordings that fit a window each; longer ones alone."""
    waiting: list[RecordingSound] = []
    for item in items:
        is_short = len(item.samples16) <= ROOM
        if waiting and not (is_short and len(waiting) < most):
            yield waiting
            waiting = []
        if is_short:
            waiting.append(item)
        else:
            yield [item]
    if waiting:
        yield waiting


def _recording_transcript(
    item: RecordingSound,
    speech: _Speech,
    language: str,
    hypotheses: Sequence[tuple[Span, Hypothesis]],
) -> Transcript:
    """Transcript of a recording from what its pieces say, with word times settled in pauses."""
    words = [
        moved(word, span.start)
        for span, hypothesis in hypotheses
        for word in glued(hypothesis, language)
    ]
    pauses = Hearing.of(item.samples16, speech.probabilities).pauses()
    settled = settle(words, pauses, len(item.samples16))
    no_speech = _weighted([(hypothesis.no_speech, span.samples) for span, hypothesis in hypotheses])
    rated = tuple(at_rate(word, item.recording.rate) for word in settled)
    return transcript_of(rated, language, no_speech)


class TranscribeClips:
    """Finds the words of single clips, several in each of Whisper's windows."""

    key = "transcribe"
    version = 1

    def __init__(self, model: Transcriber) -> None:
        self._model = model
        self.options = model.name
        self._detected: dict[int, str] = {}  # language by recording

    def run(self, items: Iterable[ClipSound]) -> Iterator[ClipFact | Failed]:
        """A transcript for each clip, in order; times in samples of its recording."""
        waiting = iter(items)
        while group := list(islice(waiting, CLIPS_AT_ONCE)):
            yield from self._group(group)

    def _group(self, items: Sequence[ClipSound]) -> Iterator[ClipFact | Failed]:
        for language, same in groupby(items, key=self._languages(items)):
            clips = list(same)
            try:
                yield from self._facts(clips, language)
            except (RuntimeError, ValueError) as reason:
                for clip in clips:
                    yield Failed(clip.clip_id, f"Whisper could not hear it: {reason}")

    def _languages(self, items: Sequence[ClipSound]) -> Callable[[ClipSound], str]:
        """Language of a clip: its own, else the one detected in its recording's first clips."""
        unknown: dict[int, list[ClipSound]] = {}
        for item in items:
            if not item.language and item.recording.id not in self._detected:
                unknown.setdefault(item.recording.id, []).append(item)
        for recording, clips in unknown.items():
            sound = np.concatenate([clip.wave.samples for clip in clips[:DETECTION_CLIPS]])
            self._detected[recording] = self._model.language_of(sound)
        return lambda item: item.language or self._detected[item.recording.id]

    def _facts(self, clips: Sequence[ClipSound], known: str) -> list[ClipFact]:
        pieces = [
            Chunk((index, span), _sound(clip.recording16, span))
            for index, clip in enumerate(clips)
            for span in _pieces_of_clip(clip)
        ]
        words: list[list[Word]] = [[] for _ in clips]
        doubts: list[list[tuple[float, int]]] = [[] for _ in clips]
        for (index, span), hypothesis in _listened(self._model, packed(pieces), known, again=True):
            words[index] += [moved(word, span.start) for word in glued(hypothesis, known)]
            doubts[index].append((hypothesis.no_speech, span.samples))
        made_by = Producer(self.key, self.version, self.options)
        facts = []
        for clip, clip_words, doubt in zip(clips, words, doubts, strict=True):
            inside = (clamped(word, clip.span16) for word in clip_words)
            rated = tuple(at_rate(word, clip.recording.rate) for word in inside)
            transcript = transcript_of(rated, known, _weighted(doubt))
            facts.append(ClipFact(clip.clip_id, clip.span, made_by, transcript))
        return facts


def words_of_clip(transcript: Transcript, span: Span) -> Transcript:
    """The part of a recording's transcript that a clip says.

    span: in samples of the recording, as the words are. A word belongs to the clip that holds its
    middle, so that a time that is a little off at an edge neither loses nor doubles it.
    """
    words = tuple(
        word for word in transcript.words if span.start <= (word.start + word.stop) / 2 < span.stop
    )
    return transcript_of(words, transcript.language, transcript.no_speech)


def transcript_of(words: Sequence[Word], language: str, no_speech: float) -> Transcript:
    """A transcript of words in order, its text joined as the language is written."""
    text = ("" if language in UNSPACED else " ").join(word.text for word in words)
    confidence = sum(word.probability for word in words) / len(words) if words else 0.0
    return Transcript(text, tuple(words), language, confidence, no_speech, compression(text))


def pieces_to_hear(probabilities: Probabilities, samples: int) -> list[Span]:
    """Stretches of speech of at most 28 s, in samples at 16 kHz, in order.

    A longer stretch is parted where speech is least likely in its last third.
    """
    merged: list[Span] = []
    for span in speech_spans(probabilities, samples, LISTEN):
        rest = span
        while rest.samples > ROOM:
            first = (rest.start + ROOM * 2 // 3) // FRAME
            last = (rest.start + ROOM) // FRAME
            at = (first + int(np.argmin(probabilities[first:last]))) * FRAME + FRAME // 2
            before, rest = rest.split(at)
            merged.append(before)
        merged.append(rest)
    return merged


def _listened(
    model: Transcriber, windows: Iterable[Window[Owner]], language: str, *, again: bool
) -> Iterator[tuple[Owner, Hypothesis]]:
    """What each piece of the windows says, times in seconds of the piece, in order.

    again: transcribe a piece alone if a shared window gave it no words or unsure ones.
    """
    for group in _grouped(windows, model.windows_at_once):
        hypotheses = model.listen([window.samples for window in group], language)
        pieces: list[tuple[Owner, Hypothesis] | None] = []
        unsure: list[Window[Owner]] = []
        for window, hypothesis in zip(group, hypotheses, strict=True):
            repeats = again and len(window.pieces) > 1
            for chunk, piece in zip(window.pieces, _by_piece(window, hypothesis), strict=True):
                repeated = repeats and _is_unsure(piece[1])
                pieces.append(None if repeated else piece)
                unsure += [Window((chunk,), (0,))] if repeated else []
        alone = _listened(model, unsure, language, again=False)
        for result in pieces:
            yield result or next(alone)


def _is_unsure(hypothesis: Hypothesis) -> bool:
    """Whether a piece has no words, or words of low probability."""
    probabilities = [word.probability for word in hypothesis.words]
    return not probabilities or sum(probabilities) / len(probabilities) < UNSURE


def _grouped(windows: Iterable[Window[Owner]], count: int) -> Iterator[list[Window[Owner]]]:
    waiting = iter(windows)
    while group := list(islice(waiting, count)):
        yield group


def _by_piece(window: Window[Owner], hypothesis: Hypothesis) -> Iterator[tuple[Owner, Hypothesis]]:
    words: list[list[HypothesisWord]] = [[] for _ in window.pieces]
    for word in hypothesis.words:
        place = window.place((word.start_s + word.stop_s) / 2 * CACHE_RATE)
        offset = window.starts[place] / CACHE_RATE
        words[place].append(
            HypothesisWord(word.start_s - offset, word.stop_s - offset, word.text, word.probability)
        )
    for piece, start, piece_words in zip(window.pieces, window.starts, words, strict=True):
        blocks = None
        if hypothesis.encoded is not None:
            first = start // ENCODER_FRAME
            count = len(piece.samples) // ENCODER_FRAME
            blocks = block_means(hypothesis.encoded[first : first + count])
        yield piece.owner, Hypothesis(tuple(piece_words), hypothesis.no_speech, encoded=blocks)


def _pieces_of_clip(clip: ClipSound) -> list[Span]:
    """The clip's span at 16 kHz, parted if it is longer than a window."""
    span = clip.span16
    if span.samples <= ROOM:
        return [span]
    sound = clip.recording16[span.start : span.stop]
    parts = pieces_to_hear(speech_probabilities(sound), len(sound))
    return [part.shifted(span.start) for part in parts] or [span.split(span.start + ROOM)[0]]


def _sound(samples16: Samples16, span: Span) -> Samples:
    return np.asarray(samples16[span.start : span.stop], np.float32) / np.float32(FULL_SCALE_16)


def _weighted(values: Sequence[tuple[float, int]]) -> float:
    """The mean of probabilities, each with its samples as weight; 1 if there was no sound."""
    total = sum(samples for _, samples in values)
    return sum(value * samples for value, samples in values) / total if total else 1.0
