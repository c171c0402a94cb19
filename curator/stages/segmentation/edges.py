"""Does a clip start or end inside a word, and where the nearest pause is.

Silero knows best whether an edge lies in speech, but it lingers in short pauses: there the level
says how long the quiet is, and how far the probability falls in it counts as well. Word times,
which are off by tenths of a second, only tip the scales. A recording that breaks off ends its last
word more suddenly than any voice does.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from curator.audio.waveform import CACHE_RATE
from curator.domain.fact import ClipFact, Edges, Producer, Word
from curator.domain.span import Span
from curator.stages import ClipSound, Failed
from curator.stages.segmentation.pauses import HOP, Hearing, Pause

REACH_S = 1.0
"""How far from an edge a pause is looked for."""

LEAVE_S = 0.12  # of quiet, when an edge is moved to a pause: inside every target's 80-200 ms
PAUSE_S = 0.15  # shorter quiet is not offered as a pause
SURE_PAUSE_S = 0.25  # in a shorter one Silero must fall silent, too
SILENT = 0.4  # probability of speech that weak consonants do not fall to
NEAR_HOPS = 3  # 30 ms: how far from an edge quiet may begin and still be quiet at the edge
CLOSURE_HOPS = 10  # quiet shorter than 100 ms is a consonant's closure, beside which words go on
CLEAR_PAUSE_HOPS = 20  # in 200 ms of quiet Silero has had time to let go
HISS_SHARE = 2.5  # a loud "s" at a word's start gets 0.25 to 0.45 from Silero, applause 0.1
LOUD_SHARE = 0.35  # of the way from quiet to loud that says that the recording breaks off
WORD_EDGE_S = 0.06  # word times are no finer than this
WORD_SHARE = 0.15  # of the judgement that word times have
BREAK_DB = (20.0, 34.0)  # a fall within 20 ms that voices make, and one that none makes
BREAK_BELOW_LOUD_DB = 16.0  # what breaks off must have been speech at full voice
BREAK_WITHIN_S = 0.4  # how far before the clip's end a break is looked for

BLOCK = 120 * CACHE_RATE  # clips of two minutes share one hearing
AROUND = 16 * CACHE_RATE  # heard around them: what is quiet and loud depends on 15 s


class FindEdges:
    """Finds the Edges of clips."""

    key = "edges"
    version = 1
    options = ""

    def __init__(self) -> None:
        self._heard: _Excerpt | None = None

    def run(self, items: Iterable[ClipSound]) -> Iterator[ClipFact | Failed]:
        """Edges for each clip, in order. Quickest when clips come by recording and start."""
        made_by = Producer(self.key, self.version, self.options)
        for item in items:
            if item.span16.samples == 0:
                yield Failed(item.clip_id, "It lies outside its recording.")
                continue
            yield ClipFact(item.clip_id, item.span, made_by, self._edges(item))

    def _edges(self, item: ClipSound) -> Edges:
        excerpt = self._excerpt(item)
        rate, samples = item.recording.rate, item.recording.samples
        span = item.span16.shifted(-excerpt.offset)
        words = [_in_excerpt(word, rate, excerpt.offset) for word in item.words]
        starts = in_word(excerpt.hearing, span.start, words)
        ends = in_word(excerpt.hearing, span.stop, words)
        ends = max(ends, broken_off(excerpt.hearing, span))

        def at_rate(sample: int | None) -> int | None:
            if sample is None:
                return None
            there = sample + excerpt.offset
            return min(Span(there, there).at_rate(CACHE_RATE, rate).start, samples)

        return Edges(
            starts,
            ends,
            at_rate(_nearest([_start_in(pause) for pause in excerpt.pauses], span.start)),
            at_rate(_nearest([_stop_in(pause) for pause in excerpt.pauses], span.stop)),
        )

    def _excerpt(self, item: ClipSound) -> "_Excerpt":
        """Audio context around a clip; shared by clips of the same two minutes."""
        span = item.span16
        start = max(0, span.start // BLOCK * BLOCK - AROUND)
        stop = min(len(item.recording16), -(-span.stop // BLOCK) * BLOCK + AROUND)
        known = self._heard
        if known is None or known.place != (item.recording.id, start, stop):
            hearing = Hearing.of(item.recording16[start:stop])
            pauses = tuple(p for p in hearing.pauses() if _is_offered(p))
            known = _Excerpt((item.recording.id, start, stop), hearing, pauses)
            self._heard = known
        return known


@dataclass(frozen=True, slots=True, eq=False)
class _Excerpt:
    """A part of a recording as it was heard. place: recording id, start and stop at 16 kHz."""

    place: tuple[int, int, int]
    hearing: Hearing
    pauses: tuple[Pause, ...]

    @property
    def offset(self) -> int:
        """Where it starts in the recording."""
        return self.place[1]


def in_word(hearing: Hearing, sample: int, words: Sequence[Word]) -> float:
    """0 (surely quiet) to 1 (surely inside a word) at a sample of what was heard.

    words: those that are known around it, times in samples of what was heard.
    """
    hop = min(sample // HOP, len(hearing.speech) - 1)
    if sample < HOP or sample > hearing.samples - HOP:
        return _at_boundary(hearing, hop)
    speech = float(hearing.speech[max(0, hop - 1) : hop + 2].min())
    quiet = hearing.quiet_around(hop, NEAR_HOPS)
    length = quiet.stop - quiet.start
    if length < CLOSURE_HOPS and not quiet.start <= hop < quiet.stop:
        speech = max(speech, _loud(hearing, hop) * min(1.0, HISS_SHARE * speech))
    elif length < CLEAR_PAUSE_HOPS:
        speech = (speech + float(hearing.speech[quiet].min())) / 2
    return (1 - WORD_SHARE) * speech + WORD_SHARE * _by_words(sample, words)


def _loud(hearing: Hearing, hop: int) -> float:
    """0 (quiet) to 1 (as loud as speech is here) at the softest place close by."""
    near = slice(max(0, hop - 2), hop + 3)
    quiet, loud = float(hearing.quiet_below[hop]), float(hearing.loud[hop])
    return float(np.clip((hearing.levels[near].min() - quiet) / max(1.0, loud - quiet), 0.0, 1.0))


def _at_boundary(hearing: Hearing, hop: int) -> float:
    """Where the recording itself begins or ends, nothing beyond can tell: loud means cut off."""
    near = slice(max(0, hop - 1), hop + 2)
    quiet, loud = float(hearing.quiet_below[hop]), float(hearing.loud[hop])
    over = (float(hearing.levels[near].max()) - quiet) / max(1.0, loud - quiet)
    return float(np.clip(over / LOUD_SHARE, 0.0, 1.0) * hearing.speech[near].max())


def _by_words(sample: int, words: Sequence[Word]) -> float:
    """1 where a word spans the sample, 0 between words, 0.5 where unknown."""
    edge = int(WORD_EDGE_S * CACHE_RATE)
    if any(word.start + edge < sample < word.stop - edge for word in words):
        return 1.0
    known = bool(words) and words[0].stop <= sample <= words[-1].start
    return 0.0 if known else 0.5


def broken_off(hearing: Hearing, span: Span) -> float:
    """How surely the last sound in a span breaks off: 0 to 1."""
    last = min(-(-span.stop // HOP), len(hearing.levels))
    first = max(span.start // HOP, last - int(BREAK_WITHIN_S * CACHE_RATE) // HOP)
    levels = hearing.levels[first:last]
    quiet = hearing.quiet_below[first:last]
    if len(levels) < 4 or not np.any(levels > quiet):
        return 0.0
    end = int(np.flatnonzero(levels > quiet)[-1])  # the last hop that sounds
    if end < 2 or end + 2 > len(levels):
        return 0.0
    before = float(levels[end - 2 : end].max())
    after = float(levels[end + 1 : end + 2].max())
    loud = float(hearing.loud[first + end])
    if before < loud - BREAK_BELOW_LOUD_DB:
        return 0.0
    return float(np.clip((before - after - BREAK_DB[0]) / (BREAK_DB[1] - BREAK_DB[0]), 0.0, 1.0))


def _is_offered(pause: Pause) -> bool:
    """Whether a pause is one, and not a consonant's closure."""
    return pause.seconds >= SURE_PAUSE_S or (pause.seconds >= PAUSE_S and pause.speech < SILENT)


def _start_in(pause: Pause) -> int:
    """Where a clip would start in a pause."""
    return max((pause.start + pause.stop) // 2, pause.stop - int(LEAVE_S * CACHE_RATE))


def _stop_in(pause: Pause) -> int:
    """Where a clip would stop in a pause."""
    return min((pause.start + pause.stop) // 2, pause.start + int(LEAVE_S * CACHE_RATE))


def _nearest(places: Sequence[int], sample: int) -> int | None:
    """The nearest of ordered places within reach, or None."""
    at = bisect_left(places, sample)
    near = min(places[max(0, at - 1) : at + 1], key=lambda place: abs(place - sample), default=None)
    if near is None or abs(near - sample) > REACH_S * CACHE_RATE:
        return None
    return near


def _in_excerpt(word: Word, rate: int, offset: int) -> Word:
    span = Span(word.start, word.stop).at_rate(rate, CACHE_RATE)
    return Word(span.start - offset, span.stop - offset, word.text, word.probability)
