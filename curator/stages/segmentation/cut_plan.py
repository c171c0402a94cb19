"""Which pauses to cut at: the cheapest way to part a recording's speech into clips.

A clip costs by its length, a pause inside it by how likely somebody else speaks after it, and a
cut by how likely it goes through a word. Dynamic programming finds the least sum; what is
forbidden costs infinitely much.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

JOINED_S = 0.6
"""A pause this long is never inside a clip: it usually is a turn or the end of a sentence."""

SAFE_PAUSE_S = 0.25  # from here on a cut goes through no word
CLOSURE_S = 0.12  # shorter quiet may be a consonant's closure: a cut there is the last resort
SILENT, SOUNDING = 0.35, 0.6
"""Least probability of speech up to which quiet is a pause, and from which on it is a weak sound:
in noise an "f" or a "p" is as quiet as nothing, and Silero hears it all the same."""

TURN_PAUSE_S = 0.2  # from here on somebody else may have begun to speak

SHORT_COST = 2.5  # of a clip of no length; none at the body's shortest
LONG_COST = 4.0  # of a clip longer than the body, which the target still takes
MIDDLE_COST = 0.25  # of a clip at the body's ends, none in its middle: lengths spread less
CUT_COST = 0.4  # of any cut: sentences stay together
MID_SENTENCE_COST = 0.8  # more, where the words show that the sentence goes on
RISK_COST = 3.0  # of a cut at a pause of no length, none at a safe one
CLOSURE_COST = 6.0  # more, where the quiet may be a closure
WORD_COST = 6.0  # more, where the words say that it goes through one
JOIN_COST = 0.5  # of a pause of almost JOINED_S inside a clip, none at TURN_PAUSE_S
SENTENCE_JOIN_COST = 0.1  # more, where a sentence ends at it
STRANGER_COST = 3.5  # of a pause inside a clip where another may speak: a short clip is better
UNHEARD_COST = 1.5  # the same where nobody knows whether a sentence ends


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech between two pauses, seconds of the recording."""

    start_s: float
    stop_s: float


@dataclass(frozen=True, slots=True)
class Joint:
    """The pause between two stretches.

    pause_s: its length. sentence_end: whether the words before it end a sentence; None if nobody
    knows. in_word: whether the words say that one goes across it. same_voice: whether the voice on
    both sides is the same; None if nobody knows. speech: least probability of speech in it, 0..1.
    """

    pause_s: float
    sentence_end: bool | None = None
    in_word: bool = False
    same_voice: bool | None = None
    speech: float = 0.0


@dataclass(frozen=True, slots=True)
class LengthLimits:
    """What clips may last and should last, and the quiet left at each end; seconds."""

    least_s: float
    body_least_s: float
    body_most_s: float
    most_s: float
    quiet_s: float

    def cost(self, seconds: float) -> float:
        """Of a clip this long."""
        if seconds > self.most_s:
            return inf
        if seconds > self.body_most_s:
            return LONG_COST
        if seconds < self.body_least_s:
            return SHORT_COST * (1 - seconds / self.body_least_s) + MIDDLE_COST
        middle = (self.body_least_s + self.body_most_s) / 2
        return MIDDLE_COST * ((seconds - middle) / (self.body_most_s - middle)) ** 2


def join_cost(joint: Joint) -> float:
    """Of having this pause inside a clip."""
    if joint.pause_s >= JOINED_S or joint.same_voice is False:
        return inf
    if joint.pause_s < TURN_PAUSE_S:
        return 0.0
    cost = JOIN_COST * (joint.pause_s - TURN_PAUSE_S) / (JOINED_S - TURN_PAUSE_S)
    if joint.sentence_end:
        cost += SENTENCE_JOIN_COST
    if joint.same_voice is None and joint.sentence_end is not False:
        cost += STRANGER_COST if joint.sentence_end else UNHEARD_COST
    return cost


def cut_cost(joint: Joint) -> float:
    """Of cutting at this pause."""
    cost = CUT_COST + RISK_COST * max(0.0, 1 - joint.pause_s / SAFE_PAUSE_S)
    sounding = (joint.speech - SILENT) / (SOUNDING - SILENT)
    cost += CLOSURE_COST * (1.0 if joint.pause_s < CLOSURE_S else min(1.0, max(0.0, sounding)))
    if joint.sentence_end is False:
        cost += MID_SENTENCE_COST
    return cost + WORD_COST if joint.in_word else cost


def plan(
    stretches: Sequence[Stretch], joints: Sequence[Joint], lengths: LengthLimits
) -> list[tuple[int, int]]:
    """Clips as half-open ranges of stretches, all of them used, in order.

    joints: one between every two neighbours. A stretch alone is always allowed, however long.
    """
    join = [join_cost(joint) for joint in joints]
    cut = [cut_cost(joint) for joint in joints]
    return _cheapest(len(stretches), join, cut, _clip_cost(stretches, joints, lengths))


def _clip_cost(
    stretches: Sequence[Stretch], joints: Sequence[Joint], lengths: LengthLimits
) -> Callable[[int, int], float]:
    def quiet(joint: int) -> float:
        if not 0 <= joint < len(joints):
            return lengths.quiet_s
        return min(lengths.quiet_s, joints[joint].pause_s / 2)

    def cost(first: int, last: int) -> float:
        spoken = stretches[last].stop_s - stretches[first].start_s
        return lengths.cost(spoken + quiet(first - 1) + quiet(last))

    return cost


def _cheapest(
    count: int, join: Sequence[float], cut: Sequence[float], clip_cost: Callable[[int, int], float]
) -> list[tuple[int, int]]:
    best = [0.0] + [inf] * count  # of the stretches before each place
    start_of = [0] * (count + 1)
    for stop in range(1, count + 1):
        joined = 0.0
        for first in range(stop - 1, -1, -1):
            alone = first == stop - 1
            if not alone:
                joined += join[first]
            length = clip_cost(first, stop - 1)
            if joined == inf or (length == inf and not alone):
                break  # everything longer is as impossible
            here = min(length, LONG_COST * 10) + joined + (cut[first - 1] if first else 0.0)
            if best[first] + here < best[stop]:
                best[stop], start_of[stop] = best[first] + here, first
    clips = []
    stop = count
    while stop:
        clips.append((start_of[stop], stop))
        stop = start_of[stop]
    return clips[::-1]
