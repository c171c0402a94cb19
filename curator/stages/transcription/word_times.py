"""From what Whisper heard in a piece of sound to words with times that can be trusted.

Its times are off by tenths of a second beside a pause: the first word after one begins seconds
early, the last one before it reaches across. The pauses that the sound itself shows put them right.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from curator.audio.waveform import CACHE_RATE
from curator.domain.fact import Word
from curator.domain.hallucination import UNSPACED
from curator.domain.span import Span
from curator.stages.segmentation.pauses import Pause, between
from curator.stages.transcription.transcribers import Hypothesis, HypothesisWord

BEFORE_PAUSES = (".", ",", "!", "?", ";", ":", "…", "。", "，", "！", "？")
TRUSTED_PAUSE_S = 0.2  # shorter quiet may be a consonant's closure inside a word


def settle(words: Sequence[Word], pauses: Sequence[Pause], samples: int) -> list[Word]:
    """The words with their times moved out of the pauses, in order.

    words: times in samples at 16 kHz of a recording of ``samples``. A word that lies over pauses
    keeps its longest part outside them; one that lies wholly in a pause goes to its nearer end.
    """
    spoken = between([p for p in pauses if p.seconds >= TRUSTED_PAUSE_S], samples)
    stops = [span.stop for span in spoken]
    settled: list[Word] = []
    for word in words:
        start, stop = _outside_pauses(word, spoken, bisect_right(stops, word.start))
        if settled:
            start = max(start, settled[-1].start)
        settled.append(Word(start, max(start, stop), word.text, word.probability))
    return settled


def _outside_pauses(word: Word, spoken: Sequence[Span], first: int) -> tuple[int, int]:
    """[start, stop) of the word in speech. first: the first stretch that ends after it starts.

    Its longest part; but what ends a sentence or a clause is spoken before the pause.
    """
    parts = []
    for span in spoken[first:]:
        if span.start >= word.stop:
            break
        parts.append((max(word.start, span.start), min(word.stop, span.stop)))
    if parts and word.text.endswith(BEFORE_PAUSES):
        return parts[0]
    if parts:
        return max(parts, key=lambda part: part[1] - part[0])
    before = spoken[first - 1].stop if first else None
    after = spoken[first].start if first < len(spoken) else None
    if after is not None and (before is None or after - word.stop < word.start - before):
        return after, after
    return (before, before) if before is not None else (word.start, word.stop)


def glued(hypothesis: Hypothesis, language: str) -> Iterator[Word]:
    """Whole words, times in samples at 16 kHz: Whisper parts "forty-two" in two."""
    waiting: HypothesisWord | None = None
    for word in hypothesis.words:
        if not word.text.strip():
            continue
        apart = word.text.startswith(" ") or language in UNSPACED
        if waiting is not None and not apart:
            waiting = HypothesisWord(
                waiting.start_s,
                word.stop_s,
                waiting.text + word.text,
                min(waiting.probability, word.probability),
            )
            continue
        if waiting is not None:
            yield _word(waiting)
        waiting = word
    if waiting is not None:
        yield _word(waiting)


def _word(word: HypothesisWord) -> Word:
    start = round(word.start_s * CACHE_RATE)
    stop = max(start, round(word.stop_s * CACHE_RATE))
    return Word(start, stop, word.text.strip(), min(1.0, max(0.0, word.probability)))


def moved(word: Word, samples: int) -> Word:
    """The word, ``samples`` later."""
    return Word(word.start + samples, word.stop + samples, word.text, word.probability)


def clamped(word: Word, span: Span) -> Word:
    """The word with its times inside a span."""
    start, stop = (min(max(at, span.start), span.stop) for at in (word.start, word.stop))
    return Word(start, stop, word.text, word.probability)


def at_rate(word: Word, rate: int) -> Word:
    """The word with its times in samples at ``rate`` Hz instead of 16 kHz."""
    span = Span(max(0, word.start), max(0, word.stop)).at_rate(CACHE_RATE, rate)
    return Word(span.start, span.stop, word.text, word.probability)
