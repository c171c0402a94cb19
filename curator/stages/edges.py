"""Does a clip start or end inside a word, and where the nearest pause is.

Three witnesses: the level at the edge, the probability of speech there, and the word times. Quiet
at the edge speaks for itself, unless the word times say that it is a consonant's closure; and a
recording that breaks off ends its last word more suddenly than any voice does.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from curator.audio.waveform import CACHE_RATE
from curator.domain.fact import ClipFact, Edges, Producer, Word
from curator.domain.span import Span
from curator.stages import ClipSound, Failed
from curator.stages.pauses import HOP, Hearing, Pause

REACH_S = 1.0
"""How far from an edge a pause is looked for."""

LEAVE_S = 0.12  # of quiet, when an edge is moved to a pause: inside every target's 80-200 ms
PAUSE_S = 0.1  # shorter quiet is not offered as a pause
NEAR_HOPS = 3  # 30 ms: an edge that far from quiet is at a word's end, not inside it
LOUD_SHARE = 0.35  # of the way from quiet to loud at which an edge is surely in a word
CLOSURE_S = 0.1  # shorter quiet at an edge may be a consonant's closure
WORD_EDGE_S = 0.06  # word times are no finer than this
BREAK_DB = 22.0  # a fall within 20 ms that no voice makes
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
        starts = in_word(excerpt.hearing, excerpt.pauses, span.start, words)
        ends = in_word(excerpt.hearing, excerpt.pauses, span.stop, words)
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
        """What is heard around the clip; clips of the same two minutes share it."""
        span = item.span16
        start = max(0, span.start // BLOCK * BLOCK - AROUND)
        stop = min(len(item.recording16), -(-span.stop // BLOCK) * BLOCK + AROUND)
        known = self._heard
        if known is None or known.place != (item.recording.id, start, stop):
            hearing = Hearing.of(item.recording16[start:stop])
            pauses = tuple(p for p in hearing.pauses() if p.seconds >= PAUSE_S)
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


def in_word(hearing: Hearing, pauses: Sequence[Pause], sample: int, words: Sequence[Word]) -> float:
    """0 (surely quiet) to 1 (surely inside a word) at a sample of what was heard.

    pauses: of 0.1 s and more. words: times in samples of what was heard.
    """
    if any(pause.start <= sample <= pause.stop for pause in pauses):
        return 0.0
    hop = min(sample // HOP, len(hearing.levels) - 1)
    around = slice(max(0, hop - NEAR_HOPS), hop + NEAR_HOPS)
    edge = int(WORD_EDGE_S * CACHE_RATE)
    crossed = any(word.start + edge < sample < word.stop - edge for word in words)
    quiet, loud = hearing.quiet_below[hop], hearing.loud[hop]
    over = float(hearing.levels[around].min() - quiet) / max(1.0, float(loud - quiet))
    sounding = float(np.clip(over / LOUD_SHARE, 0.0, 1.0))
    speech = float(hearing.speech[around].min())
    witness = 0.5 * sounding + 0.3 * speech * (over > 0) + 0.2 * crossed
    if over <= 0:  # quiet, but too short for a pause: a closure if a word goes across it
        return 0.55 * crossed * speech
    return float(np.clip(witness, 0.0, 1.0))


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
    return float(np.clip((before - after) / BREAK_DB - 0.5, 0.0, 1.0))


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
