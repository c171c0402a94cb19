"""Pause detection from energy and voice activity.

Energy says to the hundredth of a second where sound ends, but takes applause for speech; Silero
knows speech, but its frames are long and it lingers. So sound is quiet where its level, with the
high frequencies raised (a final "s" is weak and high), is near the floor of its surroundings; and
what lies between two quiet places without any speech in it, a breath or a click, is pause as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from curator.audio.cache import release_pages
from curator.audio.waveform import CACHE_RATE, FULL_SCALE_16, Samples16
from curator.domain.span import Span
from curator.stages.segmentation.vad import FRAME, Probabilities, speech_probabilities

Levels = NDArray[np.float32]  # (hops,), dB, 0 is full scale

HOP = 160
"""Samples between levels: 10 ms at 16 kHz."""

SPEECH = 0.5  # Silero's own threshold
NO_SPEECH = 0.15  # probability below which a place is a pause whatever its level
SHORTEST_MS = 60  # shorter quiet is a stop consonant's closure and never a pause

_EMPHASIS = 0.97  # of the sample before, subtracted: the usual first-order pre-emphasis
_LOWEST_DB = -84.0  # of digital silence: below the noise of any 16-bit recording
_AROUND_S = 15  # seconds to either side that a floor is the floor of
_FLOOR_PERCENT = 10  # of the levels around lie below the floor
_LOUD_PERCENT = 95  # of the levels around lie below the loud level
_SHARE = 0.3  # of the way from floor to loud up to where sound counts as quiet
_LEAST_DB, _MOST_DB = 4.0, 14.0  # limits of that way
_LATE_HOPS = 10  # by which Silero lets go of speech later than it ends: up to 100 ms
_EARLY_HOPS = 3  # by which it may hear speech too early: a frame is 32 ms
_FLAT_DB = 8.0  # less between floor and loud is steady noise or speech without a pause
_SHORT_HOPS, _NEAR_HOPS = 15, 22  # a sound of 150 ms at most 220 ms from speech is a part of it
_WEAK_HOPS = 30  # speech that Silero hears for longer than 300 ms is there, however weak
_BLOCK_HOPS = 12_000  # levels are made of two minutes at a time, to bound memory


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch without speech, samples ``[start, stop)`` at 16 kHz.

    quietest: the sample in it where a cut is heard least. speech: the lowest probability of
    speech in it, 0..1; high in a short pause between words, or in what is no pause.
    """

    start: int
    stop: int
    quietest: int
    speech: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.stop - self.start) / CACHE_RATE


@dataclass(frozen=True, slots=True, eq=False)
class Hearing:
    """Features per 10 ms hop of a 16 kHz recording; arrays of shape (hops,).

    samples: its length. levels: dB. floor, loud: dB, what is quiet and what is loud around.
    speech: probability that somebody speaks.
    """

    samples: int
    levels: Levels
    floor: Levels
    loud: Levels
    speech: Probabilities

    @classmethod
    def of(cls, samples16: Samples16, probabilities: Probabilities | None = None) -> "Hearing":
        """Listen to a recording. probabilities: Silero's, where they are known already."""
        known = speech_probabilities(samples16) if probabilities is None else probabilities
        levels = levels_db(samples16)
        floor, loud = _surroundings(levels)
        return cls(len(samples16), levels, floor, loud, by_hop(known, len(levels)))

    @property
    def quiet_below(self) -> Levels:
        """The level under which sound is quiet, dB."""
        range_db = self.loud - self.floor
        way = np.clip(_SHARE * range_db, _LEAST_DB, _MOST_DB)
        way[range_db < _FLAT_DB] = -_LEAST_DB  # nothing stands out: only Silero can tell
        return np.asarray(self.floor + way, np.float32)

    def pauses(self) -> list[Pause]:
        """All pauses, in order and disjoint, the silent start and end among them."""
        quiet = (_smoothed(self.levels) < self.quiet_below) | (self.speech < NO_SPEECH)
        for start, stop in _runs(quiet & (self.speech >= SPEECH)):
            if stop - start > _WEAK_HOPS:  # somebody far from the microphone
                quiet[start + _LATE_HOPS : stop - _EARLY_HOPS] = False
        shortest = SHORTEST_MS * CACHE_RATE // (1000 * HOP)
        runs = [run for run in _runs(quiet) if run[1] - run[0] >= shortest]
        ends = [(0, 0), *runs, (len(quiet), len(quiet))]  # noise at an end is no speech either
        joined = [run for run in _joined_over_noises(ends, self.speech) if run[1] > run[0]]
        return [self._pause(start, stop) for start, stop in joined]

    def quietest(self, start: int, stop: int) -> int:
        """Sample of ``[start, stop)`` with the least audible cut.

        Level and probability of speech both count, and the middle where they do not decide.
        """
        hops = slice(start // HOP, max(start // HOP + 1, -(-stop // HOP)))
        levels = np.maximum(self._smoothed_in(hops), self.floor[hops])
        place = np.arange(len(levels))
        off_middle = np.abs(place - (len(levels) - 1) / 2) / max(1, len(levels))
        best = int(np.argmin(levels + 10 * self.speech[hops] + 6 * off_middle))
        return min(max(start, (hops.start + best) * HOP + HOP // 2), max(start, stop - 1))

    def quiet_around(self, hop: int, near: int) -> slice:
        """The quiet hops around a hop, or around the nearest quiet one at most ``near`` away."""
        quiet = _smoothed(self.levels) < self.quiet_below
        close = np.arange(max(0, hop - near), min(len(quiet), hop + near + 1))
        close = close[quiet[close]]
        if not len(close):
            return slice(hop, hop)
        at = int(close[np.argmin(np.abs(close - hop))])
        loud = np.flatnonzero(~quiet)
        right = int(np.searchsorted(loud, at))
        start = int(loud[right - 1]) + 1 if right else 0
        return slice(start, int(loud[right]) if right < len(loud) else len(quiet))

    def level_at(self, sample: int) -> float:
        """dB around a sample, smoothed over 30 ms."""
        hop = min(sample // HOP, len(self.levels) - 1)
        return float(_smoothed(self.levels[max(0, hop - 2) : hop + 3]).min())

    def _smoothed_in(self, hops: slice) -> Levels:
        """Smoothed levels of some hops only: a long recording has hundreds of thousands."""
        first, last = max(0, hops.start - 2), min(hops.stop + 2, len(self.levels))
        return _smoothed(self.levels[first:last])[hops.start - first : hops.stop - first]

    def _pause(self, first: int, last: int) -> Pause:
        """Pause of hops ``[first, last)``, trimmed of weak speech at its ends."""
        silent = np.flatnonzero(self.speech[first:last] < SPEECH)
        if len(silent):
            last = min(last, first + int(silent[-1]) + 1 + _EARLY_HOPS)
            first = max(first, first + int(silent[0]) - _LATE_HOPS)
        start, stop = first * HOP, min(last * HOP, self.samples)
        return Pause(start, stop, self.quietest(start, stop), float(self.speech[first:last].min()))


def levels_db(samples16: Samples16) -> Levels:
    """Level of every 10 ms, high frequencies raised; ceil(samples / 160) values."""
    levels_db = []
    for start in range(0, len(samples16), _BLOCK_HOPS * HOP):
        # One sample more to the left, so that levels do not depend on where blocks meet.
        piece = np.asarray(samples16[max(0, start - 1) : start + _BLOCK_HOPS * HOP], np.float32)
        raised = piece[1:] - np.float32(_EMPHASIS) * piece[:-1]
        if start == 0:
            raised = np.concatenate([piece[:1] * np.float32(1 - _EMPHASIS), raised])
        hops = -(-len(raised) // HOP)
        padded = np.zeros(hops * HOP, np.float32)
        padded[: len(raised)] = raised / np.float32(FULL_SCALE_16)
        rows = padded.reshape(hops, HOP)
        power = np.einsum("ij,ij->i", rows, rows) / HOP
        levels = 10 * np.log10(np.maximum(power, 10 ** (_LOWEST_DB / 10)))
        levels_db.append(levels.astype(np.float32))
        release_pages(samples16)
    return np.concatenate(levels_db) if levels_db else np.zeros(0, np.float32)


def _surroundings(levels: Levels) -> tuple[Levels, Levels]:
    """Floor and loud level of the 15 s to either side of each hop, second by second."""
    second = CACHE_RATE // HOP
    reach = _AROUND_S * second
    per_second = [
        np.percentile(
            levels[max(0, at - reach) : at + second + reach], (_FLOOR_PERCENT, _LOUD_PERCENT)
        )
        for at in range(0, len(levels), second)
    ]
    both = np.asarray(per_second, np.float32).reshape(-1, 2)[np.arange(len(levels)) // second]
    return both[:, 0], both[:, 1]


def by_hop(probabilities: Probabilities, hops: int) -> Probabilities:
    """Silero's probabilities every 10 ms: each hop has its frame's."""
    if not len(probabilities):
        return np.zeros(hops, np.float32)
    frames = (np.arange(hops) * HOP + HOP // 2) // FRAME
    return probabilities[np.minimum(frames, len(probabilities) - 1)]


def between(pauses: Sequence[Pause], samples: int) -> list[Span]:
    """What is not pause in a recording of ``samples`` samples, in order."""
    edges = [0, *(edge for pause in pauses for edge in (pause.start, pause.stop)), samples]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [Span(start, stop) for start, stop in pairs if stop > start]


def _smoothed(levels: Levels) -> Levels:
    """As loud as it is, or as its surroundings: a dip of one hop is no quiet."""
    if len(levels) < 3:
        return levels
    around = np.pad(levels, 1, mode="edge")
    mean = (around[:-2] + 2 * levels + around[2:]) / 4
    return np.asarray(np.maximum(levels, mean), np.float32)


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """[start, stop) of every stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _joined_over_noises(
    runs: Sequence[tuple[int, int]], speech: Probabilities
) -> list[tuple[int, int]]:
    """Quiet runs with what lies between them where that is no speech.

    A short sound close to speech is speech, though Silero has let go: the "s" of "thrones", the
    release of a final "t". The quiet between it and the speech is then no pause.
    """
    sounds = [(before[1], after[0]) for before, after in pairwise(runs)]
    spoken = [float(speech[start:stop].max(initial=0.0)) >= SPEECH for start, stop in sounds]
    close = [stop - start <= _NEAR_HOPS for start, stop in runs]
    weak = [
        not is_speech and stop - start <= _SHORT_HOPS
        for is_speech, (start, stop) in zip(spoken, sounds, strict=True)
    ]
    ends = [i > 0 and weak[i] and spoken[i - 1] and close[i] for i in range(len(sounds))]
    begins = [
        i + 1 < len(sounds) and weak[i] and spoken[i + 1] and close[i + 1]
        for i in range(len(sounds))
    ]
    joined: list[tuple[int, int]] = []
    bridge = False  # whether the last sound joins the runs on both its sides
    for i, (start, stop) in enumerate(runs):
        inside = (i < len(sounds) and ends[i]) or (i > 0 and begins[i - 1])
        if inside:
            bridge = False
            continue
        if bridge and joined:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
        bridge = i < len(sounds) and not (spoken[i] or ends[i] or begins[i])
    return joined
