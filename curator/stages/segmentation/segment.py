"""Recording -> clips: cut at the quietest places inside pauses, inside a word only by need.

Pauses come from the sound (``pauses``), which of them to cut at from the costs in ``cut_plan``.
Sound moved by whole frames of 32 ms moves the spans with it, to within a frame.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from curator.audio.waveform import CACHE_RATE
from curator.domain.fact import NewClip, Producer, RecordingCut, Word
from curator.domain.segment_lengths import SegmentLengths
from curator.domain.span import Span
from curator.domain.target import Target
from curator.stages import Failed, RecordingSound
from curator.stages.segmentation.cut_plan import Joint, LengthLimits, Stretch, plan
from curator.stages.segmentation.pauses import Hearing, Pause, between
from curator.stages.segmentation.turns import Vectors, same_voices
from curator.stages.speaker.embed import speaker_vectors

LONG_PAUSE_S = 2.0
"""A pause this long ends a pause group."""

LONG_GROUP_S = 60.0
SENTENCE_PAUSE_S = 0.6
"""A group that has lasted so long ends at the next pause of a sentence: a narrator who never rests
would else be one group, and nothing could be set aside for evaluation."""

MARGIN_S = 0.1  # kept below the target's longest, for the rounding between sample rates
LEAST_SPEECH_S = 0.1  # less without a word in it is a click or a cough
PLAIN_PAUSE_S = 0.25  # no word has a silence of this length in it, whatever the word times say
LEAST_SPARE_S = 0.02  # above the target's shortest, for the rounding between sample rates
NEAR = 800  # samples to either side of a word's time in which its true end is looked for
WORD_EDGE_S = 0.03  # word times are no finer than this
SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？")


class Segment:
    """Finds the clips of whole recordings.

    target: whose lengths to aim at. vectors: how voices are told apart at pauses; None leaves it
    to the pauses' lengths alone. lengths: where they are not the target's.
    """

    key = "segment"
    version = 1

    def __init__(
        self,
        target: Target,
        vectors: Vectors | None = speaker_vectors,
        lengths: SegmentLengths | None = None,
    ) -> None:
        self._vectors = vectors
        self.options = target.key if lengths is None else f"{target.key} {lengths.sentence}"
        self._least = target.quiet_min_ms * CACHE_RATE // 1000
        self._most = target.quiet_max_ms * CACHE_RATE // 1000
        # Weak ends of words drown in noise: where there is room, more than the least is left.
        self._usual = (self._least + self._most) // 2
        self._lengths = _limits(target, lengths)

    def run(self, items: Iterable[RecordingSound]) -> Iterator[RecordingCut | Failed]:
        """Clips of each recording: ordered, disjoint, inside it; none without speech."""
        made_by = Producer(self.key, self.version, self.options)
        for item in items:
            try:
                clips = self._clips(item)
            except (RuntimeError, ValueError) as reason:
                yield Failed(item.recording.id, f"{item.recording.name}: {reason}")
                continue
            yield RecordingCut(item.recording.id, made_by, clips)

    def _clips(self, item: RecordingSound) -> tuple[NewClip, ...]:
        hearing = Hearing.of(item.samples16)
        words = _words16(item)
        pauses = _framed(hearing, words, self._lengths.most_s)
        stretches = [Span(before.stop, after.start) for before, after in pairwise(pauses)]
        if not stretches:
            return ()
        voices = same_voices(stretches, item.samples16, self._vectors)
        joints = [
            _joint(pause, words, same) for pause, same in zip(pauses[1:-1], voices, strict=True)
        ]
        timed = [Stretch(s.start / CACHE_RATE, s.stop / CACHE_RATE) for s in stretches]
        around = [(pauses[a], pauses[b]) for a, b in plan(timed, joints, self._lengths)]
        spoken = [pair for pair in around if _says_something(pair, words)]
        return self._numbered(spoken, hearing, item)

    def _numbered(
        self, around: Sequence[tuple[Pause, Pause]], hearing: Hearing, item: RecordingSound
    ) -> tuple[NewClip, ...]:
        """Clips with their pause groups. around: the pauses before and after each."""
        clips: list[NewClip] = []
        group, began, last_stop = 0, 0, None
        for before, after in around:
            if last_stop is not None and ends_group(last_stop - began, before.stop - last_stop):
                group, began = group + 1, before.stop
            last_stop = after.start
            span = self._span(before, after, hearing)
            if span.seconds(CACHE_RATE) >= self._lengths.least_s:
                rated = span.at_rate(CACHE_RATE, item.recording.rate)
                clips.append(NewClip(rated.within(item.recording.samples), group))
        return tuple(clips)

    def _span(self, before: Pause, after: Pause, hearing: Hearing) -> Span:
        """The clip between two pauses at 16 kHz, with some of their quiet.

        A clip that is too short for the target gets more of it, where there is more.
        """
        start, stop = self._starts(before, hearing), self._stops(after, hearing)
        lacking = int((self._lengths.least_s + LEAST_SPARE_S) * CACHE_RATE) - (stop - start)
        if lacking > 0:
            lowest = _middle(before) if before.start else 0
            highest = _middle(after) if after.stop < hearing.samples else hearing.samples
            start = max(min(start, lowest), start - lacking // 2 - 1)
            stop = min(max(stop, highest), stop + lacking // 2 + 1)
        return Span(start, stop)

    def _stops(self, pause: Pause, hearing: Hearing) -> int:
        """Where the clip before a pause stops."""
        if pause.stop == hearing.samples or self._roomy(pause):
            room = pause.start + min(self._most, pause.stop - pause.start)
            least = min(pause.start + self._usual, room)
            return hearing.quietest(least, room) if room > least else room
        return min(self._shared(pause, hearing), pause.start + self._most)

    def _starts(self, pause: Pause, hearing: Hearing) -> int:
        """Where the clip after a pause starts."""
        if pause.start == 0 or self._roomy(pause):
            room = pause.stop - min(self._most, pause.stop - pause.start)
            least = max(pause.stop - self._usual, room)
            return hearing.quietest(room, least) if least > room else room
        return max(self._shared(pause, hearing), pause.stop - self._most)

    def _roomy(self, pause: Pause) -> bool:
        """Whether both clips get all the quiet they may have."""
        return pause.stop - pause.start >= 2 * self._most

    def _shared(self, pause: Pause, hearing: Hearing) -> int:
        """Where both clips meet in a short pause."""
        if pause.stop - pause.start > 2 * self._least:
            return hearing.quietest(pause.start + self._least, pause.stop - self._least)
        return pause.quietest


def _limits(target: Target, lengths: SegmentLengths | None) -> LengthLimits:
    """Limits of clips; the body is scaled to have the preferred length in its middle."""
    usual = SegmentLengths.usual(target)
    chosen = lengths or usual
    scale = chosen.preferred_s / usual.preferred_s
    most_s = chosen.longest_s - MARGIN_S
    body_least_s = max(chosen.shortest_s, target.body_min_s * scale)
    body_most_s = max(min(most_s, target.body_max_s * scale), body_least_s + MARGIN_S)
    return LengthLimits(
        least_s=chosen.shortest_s,
        body_least_s=body_least_s,
        body_most_s=body_most_s,
        most_s=most_s,
        quiet_s=(target.quiet_min_ms + target.quiet_max_ms) / 2000,
    )


def _middle(pause: Pause) -> int:
    return (pause.start + pause.stop) // 2


def _words16(item: RecordingSound) -> tuple[Word, ...]:
    """The recording's words, times in samples at 16 kHz; none if it was not transcribed."""
    if item.transcript is None:
        return ()
    rate = item.recording.rate
    spans = [
        Span(word.start, word.stop).at_rate(rate, CACHE_RATE) for word in item.transcript.words
    ]
    return tuple(
        Word(span.start, span.stop, word.text, word.probability)
        for span, word in zip(spans, item.transcript.words, strict=True)
    )


def _framed(hearing: Hearing, words: Sequence[Word], most_s: float) -> list[Pause]:
    """Pauses with one before all speech and one after it, and none farther apart than a clip.

    Where somebody speaks too long without a pause, one of no length is put at the quietest place,
    between words where they are known. Empty where nobody speaks.
    """
    pauses = hearing.pauses()
    if not between(pauses, hearing.samples):
        return []
    if not pauses or pauses[0].start > 0:
        pauses.insert(0, Pause(0, 0, 0, 0.0))
    if pauses[-1].stop < hearing.samples:
        pauses.append(Pause(hearing.samples, hearing.samples, hearing.samples, 0.0))
    framed = pauses[:1]
    for pause in pauses[1:]:
        while (pause.start - framed[-1].stop) / CACHE_RATE > most_s:
            framed.append(_forced(framed[-1].stop, pause.start, words, hearing, most_s))
        framed.append(pause)
    return framed


def _forced(start: int, stop: int, words: Sequence[Word], hearing: Hearing, most_s: float) -> Pause:
    """A cut in ``[start, stop)`` of unbroken speech, so that no part is long or very short."""
    parts = int((stop - start) / CACHE_RATE / most_s) + 1
    goal = start + (stop - start) // parts
    reach = min(goal - start, int(most_s * CACHE_RATE) - (goal - start)) * 2 // 3
    low, high = goal - reach, goal + reach
    gaps = [
        hearing.quietest(max(low, before.stop - NEAR), min(high, after.start + NEAR))
        for before, after in pairwise(words)
        if low < before.stop and after.start < high
    ]
    at = min(gaps, key=hearing.level_at) if gaps else hearing.quietest(low, high)
    return Pause(at, at, at, 1.0)


def _joint(pause: Pause, words: Sequence[Word], same_voice: bool | None) -> Joint:
    at = bisect_right(words, pause.quietest, key=lambda word: word.start)
    last = words[at - 1] if at else None
    edge = int(WORD_EDGE_S * CACHE_RATE)
    in_word = (
        last is not None
        and pause.seconds < PLAIN_PAUSE_S
        and last.start + edge < pause.quietest < last.stop - edge
    )
    ends = None if last is None else last.text.endswith(SENTENCE_ENDS)
    return Joint(pause.seconds, ends, in_word, same_voice, pause.speech)


def _says_something(around: tuple[Pause, Pause], words: Sequence[Word]) -> bool:
    """Whether what lies between two pauses is more than a click."""
    start, stop = around[0].stop, around[1].start
    if stop - start >= LEAST_SPEECH_S * CACHE_RATE:
        return True
    at = bisect_right(words, start, key=lambda word: word.stop)
    return at < len(words) and words[at].start < stop


def ends_group(lasted: int, pause: int) -> bool:
    """Whether a pause ends a group that has lasted so long; both in samples at 16 kHz."""
    enough = SENTENCE_PAUSE_S if lasted >= LONG_GROUP_S * CACHE_RATE else LONG_PAUSE_S
    return pause >= enough * CACHE_RATE
