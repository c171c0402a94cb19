"""Clips and minutes of each category against its target."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from curator.domain.clip import Clip
from curator.domain.decision import State
from curator.domain.emotion import Emotion, EmotionSet

SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class CategoryBalance:
    """A category's clips against its target.

    emotion: None for clips without a category, or with one that the project no longer has; they
    have no target. undecided: clips that are neither kept nor dropped.
    """

    emotion: Emotion | None
    clips: int
    minutes: float
    undecided: int
    undecided_minutes: float

    @property
    def key(self) -> str:
        """Key of the category, "" without one."""
        return self.emotion.key if self.emotion else ""

    @property
    def lacking_clips(self) -> int:
        """Number of clips below the target."""
        return max(0, self.emotion.target_clips - self.clips) if self.emotion else 0

    @property
    def lacking_minutes(self) -> float:
        """Minutes below the target."""
        return max(0.0, self.emotion.target_minutes - self.minutes) if self.emotion else 0.0

    @property
    def is_reached(self) -> bool:
        """Whether the targets are reached."""
        return not self.lacking_clips and not self.shown_minutes

    @property
    def shown_minutes(self) -> float:
        """Missing minutes, rounded up to tenths."""
        # Rounded first, so that 0.30000000000000004 missing is 0.3 and not 0.4.
        return -(-round(self.lacking_minutes, 6) * 10 // 1) / 10

    @property
    def counted_minutes(self) -> float:
        """Minutes, rounded down to tenths: with ``shown_minutes`` they are the target."""
        return round(self.minutes, 6) * 10 // 1 / 10

    def shortfall(self, waiting: int = 0) -> str:
        """Shortfall against the targets as a sentence; "" when they are reached.

        "confirmation needs 13 more clips and 0.6 more minutes; 4 undecided clips"
        waiting: clips without a category with this suggestion.
        """
        missing = []
        if self.lacking_clips:
            missing.append(_counted(self.lacking_clips, "more clip"))
        if self.shown_minutes:
            missing.append(f"{self.shown_minutes:.1f} more minutes")
        if not missing:
            return ""
        words = f"{self.key} needs {' and '.join(missing)}"
        if self.undecided:
            words += f"; {_counted(self.undecided, 'undecided clip')}"
        if waiting:
            words += f"; {_counted(waiting, 'suggested clip')}"
        return words


@dataclass(frozen=True, slots=True)
class Balance:
    """All categories of a project in their order, then the clips without one."""

    categories: tuple[CategoryBalance, ...]
    uncategorised: CategoryBalance

    @property
    def clips(self) -> int:
        """Total number of kept clips."""
        return sum(each.clips for each in (*self.categories, self.uncategorised))

    @property
    def minutes(self) -> float:
        """Total minutes of kept clips."""
        return sum(each.minutes for each in (*self.categories, self.uncategorised))

    @property
    def undecided(self) -> int:
        """Total number of undecided clips."""
        return sum(each.undecided for each in (*self.categories, self.uncategorised))

    @property
    def is_reached(self) -> bool:
        """Whether every category has reached its targets."""
        return all(each.is_reached for each in self.categories)

    def counts(self) -> tuple[str, ...]:
        """Counts as sentences: one line per category, then the total."""
        counts = [_line(each.emotion.name, each) for each in self.categories if each.emotion]
        if self.uncategorised.clips or self.uncategorised.undecided:
            counts.append(_line("No category", self.uncategorised))
        return (*counts, f"{_counted(self.clips, 'clip')} kept, {self.minutes:.1f} minutes.")

    def shortfalls(self) -> tuple[str, ...]:
        """Shortfalls of the categories as sentences, in category order."""
        return tuple(words for each in self.categories if (words := each.shortfall()))


def balance(clips: Iterable[Clip], emotions: EmotionSet) -> Balance:
    """Count kept and undecided clips against the targets of ``emotions``."""
    known = set(emotions.keys)
    seconds: defaultdict[tuple[str, State], list[float]] = defaultdict(list)
    for clip in clips:
        key = clip.emotion if clip.emotion in known else None
        seconds[key or "", clip.state].append(clip.seconds)

    def counted(emotion: Emotion | None) -> CategoryBalance:
        key = emotion.key if emotion else ""
        kept, undecided = seconds[key, State.KEPT], seconds[key, State.UNDECIDED]
        return CategoryBalance(
            emotion,
            len(kept),
            sum(kept) / SECONDS_PER_MINUTE,
            len(undecided),
            sum(undecided) / SECONDS_PER_MINUTE,
        )

    return Balance(tuple(counted(emotion) for emotion in emotions.emotions), counted(None))


def _line(name: str, each: CategoryBalance) -> str:
    target = f" of {each.emotion.target_clips}" if each.emotion else ""
    words = f"{name}: {each.clips}{target} clips, {each.minutes:.1f} minutes"
    return f"{words}, {each.undecided} undecided" if each.undecided else words


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"
