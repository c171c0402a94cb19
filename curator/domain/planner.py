"""Labelling plan: categories against targets, lengths, letters and duplicates.

The planner updates counts incrementally, so that a decision among 40,000 clips is fast.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import mul

from curator.domain.balance import SECONDS_PER_MINUTE, Balance, CategoryBalance
from curator.domain.decision import State
from curator.domain.emotion import Emotion, EmotionSet
from curator.domain.fact import Suggestion
from curator.domain.lengths import BINS, Lengths, bin_of
from curator.domain.letters import Coverage, letters_of
from curator.domain.suggesting import DOUBTFUL
from curator.domain.target import Target

WAV_HEAD = 44  # bytes before the samples
BYTES_PER_SAMPLE = 2
SAME_LENGTH = 0.05  # of a clip's length: a copy that was cut a little otherwise
SAME_SOUND = 0.98  # cosine of speaker vectors: two readings of one person come to 0.95 at most
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class PlanClip:
    """Properties of a clip for the plan."""

    id: int
    seconds: float
    state: State
    emotion: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Twins:
    """Clips with the same words. sounds: those with the same audio, too."""

    clips: tuple[int, ...]
    sounds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LabellingPlan:
    """Present and missing material. waiting: suggested clips by category. bytes: of an export."""

    balance: Balance
    waiting: Mapping[str, int]
    lengths: Lengths
    coverage: Coverage
    twins: tuple[Twins, ...]
    bytes: int

    @property
    def lacking(self) -> tuple[CategoryBalance, ...]:
        """Categories below their targets, the farthest first."""
        lacking = (each for each in self.balance.categories if not each.is_reached)
        return tuple(sorted(lacking, key=_reached))

    def shortfalls(self) -> tuple[str, ...]:
        """Shortfalls of the categories, largest first."""
        lacking = sorted(self.balance.categories, key=_reached)
        words = (each.shortfall(self.waiting.get(each.key, 0)) for each in lacking)
        return tuple(f"{each[0].upper()}{each[1:]}." for each in words if each)

    @property
    def thinnest(self) -> Emotion | None:
        """Category farthest from its targets; None if all are reached."""
        lacking = [each for each in self.balance.categories if not each.is_reached]
        return min(lacking, key=_reached).emotion if lacking else None

    def sentences(self) -> tuple[str, ...]:
        """Plan as sentences."""
        reached = ("All category targets are reached.",)
        return (*(self.shortfalls() or reached), *self.remarks())

    def remarks(self) -> tuple[str, ...]:
        """Sentences about lengths, coverage, repeated texts and size of the set."""
        sentences = list(self.lengths.sentences())
        if self.balance.clips and (covered := self.coverage.sentence()):
            sentences.append(covered)
        sentences += self._about_twins()
        if self.balance.clips:
            sentences.append(f"Export size: {self.bytes / MEGABYTE:.1f} MB.")
        return tuple(sentences)

    def _about_twins(self) -> Sequence[str]:
        same_words = sum(len(each.clips) - 1 for each in self.twins)
        same_sound = sum(len(each.sounds) - 1 for each in self.twins if each.sounds)
        if not same_words:
            return ()
        words = "1 clip has" if same_words == 1 else f"{same_words} clips have"
        sentence = f"{words} the same text as another clip"
        if same_sound:
            sentence += f", {same_sound} of them with the same audio"
        return (f"{sentence}.",)


def _reached(each: CategoryBalance) -> float:
    """Reached share of a category's targets, the smaller of clips and minutes."""
    if each.emotion is None:
        return 1.0
    shares = [1.0]
    if each.emotion.target_clips:
        shares.append(each.clips / each.emotion.target_clips)
    if each.emotion.target_minutes:
        shares.append(each.minutes / each.emotion.target_minutes)
    return min(shares)


class LabellingPlanner:
    """Incrementally updated counts. language: two letters, or "" where not stated."""

    def __init__(self, emotions: EmotionSet, target: Target, language: str) -> None:
        self.emotions = emotions
        self._target = target
        self._letters = letters_of(language)
        self._clips: dict[int, PlanClip] = {}
        self._counts: Counter[tuple[str | None, State]] = Counter()
        self._seconds: defaultdict[tuple[str | None, State], float] = defaultdict(float)
        self._bins: Counter[int] = Counter()
        self._short = self._outside = self._samples = 0
        self._heard = [0] * len(self._letters.names)
        self._by_words: dict[str, set[int]] = {}
        self._repeated: set[str] = set()
        self._known_twins: dict[str, Twins] = {}
        self._voices: dict[int, array[float]] = {}
        self.suggestions: Mapping[int, Suggestion] = {}
        self._likely: dict[int, str] = {}
        self._waiting: Counter[str] = Counter()

    def put(self, clips: Iterable[PlanClip]) -> None:
        """Add or update clips."""
        for clip in clips:
            self._forget(clip.id)
            self._clips[clip.id] = clip
            self._count(clip, 1)

    def take(self, clips: Iterable[int]) -> None:
        """Remove clips."""
        for clip in clips:
            self._forget(clip)

    @property
    def clips(self) -> Mapping[int, PlanClip]:
        """Counted clips by id."""
        return self._clips

    @property
    def repeated(self) -> set[int]:
        """Clips with the same words as another clip."""
        return {clip for words in self._repeated for clip in self._by_words[words]}

    def hear(self, vectors: Iterable[tuple[int, bytes]]) -> None:
        """Set the speaker vectors of repeated clips, to detect the same audio."""
        for clip, values in vectors:
            self._voices[clip] = array("f", values)
        self._known_twins.clear()

    def suggest(self, suggestions: Mapping[int, Suggestion]) -> None:
        """Replace the suggestions."""
        self.suggestions = suggestions
        self._likely = {
            clip: one.emotion for clip, one in suggestions.items() if one.probability >= DOUBTFUL
        }
        open_ones = (self._clips.get(clip) for clip in self._likely)
        self._waiting = Counter(
            self._likely[clip.id] for clip in open_ones if clip and _is_open(clip)
        )

    def plan(self) -> LabellingPlan:
        """Present plan."""
        bins = tuple(self._bins[each] for each in range(BINS))
        return LabellingPlan(
            balance=Balance(
                tuple(self._category(emotion) for emotion in self.emotions.emotions),
                self._category(None),
            ),
            waiting={key: count for key, count in self._waiting.items() if count},
            lengths=Lengths(bins, self._short, self._outside, self._target),
            coverage=Coverage(tuple(zip(self._letters.names, self._heard, strict=True))),
            twins=tuple(sorted(map(self._twins, self._repeated), key=lambda each: each.clips)),
            bytes=self._samples * BYTES_PER_SAMPLE + sum(bins) * WAV_HEAD,
        )

    def _forget(self, clip: int) -> None:
        old = self._clips.pop(clip, None)
        if old is not None:
            self._count(old, -1)

    def _count(self, clip: PlanClip, sign: int) -> None:
        known = clip.emotion if clip.emotion in self.emotions.keys else None
        self._counts[known, clip.state] += sign
        self._seconds[known, clip.state] += sign * clip.seconds
        if clip.state is State.KEPT:
            self._count_kept(clip, sign)
        if clip.state is not State.DROPPED:
            self._count_words(clip, sign)
        likely = self._likely.get(clip.id)
        if likely is not None and _is_open(clip):
            self._waiting[likely] += sign

    def _count_kept(self, clip: PlanClip, sign: int) -> None:
        self._bins[bin_of(clip.seconds)] += sign
        self._short += sign * (clip.seconds < self._target.short_s)
        self._outside += sign * (not self._target.min_s <= clip.seconds <= self._target.max_s)
        self._samples += sign * round(clip.seconds * self._target.rate)
        for place, times in enumerate(self._letters.counted(clip.text)):
            self._heard[place] += sign * times

    def _count_words(self, clip: PlanClip, sign: int) -> None:
        words = words_of(clip.text)
        if not words:
            return
        self._known_twins.pop(words, None)
        group = self._by_words.setdefault(words, set())
        (group.add if sign > 0 else group.discard)(clip.id)
        (self._repeated.add if len(group) > 1 else self._repeated.discard)(words)
        if not group:
            del self._by_words[words]

    def _twins(self, words: str) -> Twins:
        if words not in self._known_twins:
            self._known_twins[words] = self._compared(words)
        return self._known_twins[words]

    def _compared(self, words: str) -> Twins:
        group = sorted(self._by_words[words])
        by_length = sorted(group, key=lambda clip: self._clips[clip].seconds)
        sounds: set[int] = set()
        for one, other in pairwise(by_length):
            if self._are_one_sound(one, other):
                sounds |= {one, other}
        return Twins(tuple(group), tuple(sorted(sounds)))

    def _are_one_sound(self, one: int, other: int) -> bool:
        shorter, longer = self._clips[one].seconds, self._clips[other].seconds
        if longer - shorter > SAME_LENGTH * longer:
            return False
        voice, voice_too = self._voices.get(one), self._voices.get(other)
        if voice is None or voice_too is None:
            return False
        similarity: float = sum(map(mul, voice, voice_too))
        return similarity >= SAME_SOUND

    def _category(self, emotion: Emotion | None) -> CategoryBalance:
        key = emotion.key if emotion else None
        kept, undecided = (key, State.KEPT), (key, State.UNDECIDED)
        return CategoryBalance(
            emotion,
            self._counts[kept],
            max(0.0, self._seconds[kept]) / SECONDS_PER_MINUTE if self._counts[kept] else 0.0,
            self._counts[undecided],
            max(0.0, self._seconds[undecided]) / SECONDS_PER_MINUTE
            if self._counts[undecided]
            else 0.0,
        )


def words_of(text: str) -> str:
    """Lower-case words without punctuation."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


def _is_open(clip: PlanClip) -> bool:
    """Whether the clip is undropped and has no category."""
    return clip.emotion is None and clip.state is not State.DROPPED
