"""A set as it was, and what makes two of them different."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from curator.domain.decision import State
from curator.domain.span import Span

UNCATEGORISED = ""
"""What clips without a category are counted under."""


class SnapshotClip(NamedTuple):
    """A clip as it was. emotion: its category's key, or None. text: as people saw it."""

    clip_id: int
    recording_id: int
    start: int
    stop: int
    state: str
    emotion: str | None
    text: str
    text_decided: int

    @property
    def span(self) -> Span:
        """Where it lay in its recording."""
        return Span(self.start, self.stop)

    @property
    def is_kept(self) -> bool:
        """Whether it was in the set."""
        return self.state == State.KEPT


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A named state of the decisions. clips, kept: how many it holds. origin: what made it."""

    id: int
    name: str
    made_at: str
    origin: str
    state_hash: str
    clips: int
    kept: int


class Kind(StrEnum):
    """How a clip differs."""

    ADDED = "added"  # it is kept now
    DROPPED = "dropped"  # it was kept
    RELABELLED = "relabelled"
    RECUT = "recut"
    REWORDED = "reworded"
    JUDGED = "judged"  # dropped or undecided, the other one before
    CAME = "came"  # it is there now, but not kept
    WENT = "went"  # it was there, but not kept


@dataclass(frozen=True, slots=True)
class Difference:
    """A clip that is not the same in both: as it was and as it is; None where there is none."""

    before: SnapshotClip | None
    after: SnapshotClip | None

    @property
    def kinds(self) -> frozenset[Kind]:
        """All ways in which it differs."""
        return frozenset(self._kinds())

    def _kinds(self) -> Iterator[Kind]:
        was, now = self.before, self.after
        was_kept, is_kept = was is not None and was.is_kept, now is not None and now.is_kept
        if was_kept != is_kept:
            yield Kind.ADDED if is_kept else Kind.DROPPED
        if was is None or now is None:
            if not (was_kept or is_kept):
                yield Kind.CAME if was is None else Kind.WENT
            return
        if was.emotion != now.emotion:
            yield Kind.RELABELLED
        if (was.start, was.stop) != (now.start, now.stop):
            yield Kind.RECUT
        if was.text != now.text:
            yield Kind.REWORDED
        if was.state != now.state and not (was_kept or is_kept):
            yield Kind.JUDGED


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """What became of one category. before, after: kept clips. came, went: from and to others."""

    key: str
    before: int
    after: int
    added: int
    dropped: int
    came: int
    went: int
    recut: int
    reworded: int

    @property
    def is_any(self) -> bool:
        """Whether something differs."""
        counts = (self.added, self.dropped, self.came, self.went, self.recut, self.reworded)
        return any(counts)

    @property
    def sentence(self) -> str:
        """What differs, in words."""
        parts = (
            (self.added, "added"),
            (self.dropped, "dropped"),
            (self.came, "from other categories"),
            (self.went, "to other categories"),
            (self.recut, "re-cut"),
            (self.reworded, "with another text"),
        )
        what = ", ".join(f"{count} {words}" for count, words in parts if count)
        clips = "1 clip" if self.after == 1 else f"{self.after} clips"
        return f"{self.key or 'no category'}: {clips} instead of {self.before} ({what})."


@dataclass(frozen=True)
class Comparison:
    """What makes two sets different. before, after: their names."""

    before: str
    after: str
    differences: tuple[Difference, ...]
    kept_before: Mapping[str, int]
    kept_after: Mapping[str, int]

    @cached_property
    def counts(self) -> Mapping[Kind, int]:
        """Clips of each kind."""
        return Counter(kind for each in self.differences for kind in each.kinds)

    @cached_property
    def categories(self) -> tuple[CategoryChange, ...]:
        """Every category, by key, those that are in neither left out."""
        tally: dict[str, Counter[str]] = {}
        for each in self.differences:
            for key, what in _tallied(each):
                tally.setdefault(key, Counter())[what] += 1
        keys = sorted({*self.kept_before, *self.kept_after, *tally})
        names = ("added", "dropped", "came", "went", "recut", "reworded")
        return tuple(
            CategoryChange(
                key,
                self.kept_before.get(key, 0),
                self.kept_after.get(key, 0),
                *(tally.get(key, Counter())[name] for name in names),
            )
            for key in keys
        )

    @property
    def sentences(self) -> list[str]:
        """All of it in words."""
        if not self.differences:
            return [f"{self.before} and {self.after} are the same."]
        words = {
            Kind.ADDED: "added",
            Kind.DROPPED: "dropped",
            Kind.RELABELLED: "re-labelled",
            Kind.RECUT: "re-cut",
            Kind.REWORDED: "with another text",
            Kind.JUDGED: "judged otherwise without being kept",
            Kind.CAME: "more that are not kept",
            Kind.WENT: "fewer that are not kept",
        }
        parts = [f"{self.counts[kind]} {words[kind]}" for kind in Kind if self.counts.get(kind)]
        lines = [f"From {self.before} to {self.after}: {', '.join(parts)}."]
        return lines + [each.sentence for each in self.categories if each.is_any]


Rows = Iterable[tuple[Any, ...]]
"""Clips as they come from the project, in the order of SnapshotClip's fields."""


def compare(before: tuple[str, Rows], after: tuple[str, Rows]) -> Comparison:
    """What makes two sets, each with its name, different.

    A clip that was cut anew, split or merged is the same clip if it holds most of the old one.
    """
    was = {clip[0]: clip for clip in before[1]}
    now = {clip[0]: clip for clip in after[1]}
    of = SnapshotClip._make
    found = [
        Difference(of(clip), of(now[number]))
        for number, clip in was.items()
        if number in now and clip[:7] != now[number][:7]
    ]
    gone = [of(clip) for number, clip in was.items() if number not in now]
    new = [of(clip) for number, clip in now.items() if number not in was]
    for old, same in paired(gone, new):
        if old is None or same is None or old[1:7] != same[1:7]:
            found.append(Difference(old, same))
    return Comparison(before[0], after[0], tuple(found), _kept(was.values()), _kept(now.values()))


Pair = tuple[SnapshotClip | None, SnapshotClip | None]


def paired(gone: Iterable[SnapshotClip], new: Sequence[SnapshotClip]) -> list[Pair]:
    """Old and new clips that are mostly the same stretch of sound, and those with no other."""
    by_recording: dict[int, list[SnapshotClip]] = defaultdict(list)
    for clip in sorted(new, key=lambda one: one.start):
        by_recording[clip.recording_id].append(clip)
    longest = {key: max(one.stop - one.start for one in its) for key, its in by_recording.items()}
    pairs: list[Pair] = []
    taken: set[int] = set()
    for old in gone:
        its = by_recording.get(old.recording_id, [])
        first = bisect_left(its, old.start - longest.get(old.recording_id, 0), key=_start)
        last = bisect_left(its, old.stop, key=_start)
        same = [one for one in its[first:last] if one.clip_id not in taken and _mostly(old, one)]
        pairs.append((old, same[0] if same else None))
        taken.update(one.clip_id for one in same[:1])
    return pairs + [(None, clip) for clip in new if clip.clip_id not in taken]


def _start(clip: SnapshotClip) -> int:
    return clip.start


def _mostly(one: SnapshotClip, other: SnapshotClip) -> bool:
    """Whether they have more than half of the longer in common: only one other clip can."""
    return 2 * one.span.overlap(other.span) > max(one.span.samples, other.span.samples)


def _kept(clips: Rows) -> Mapping[str, int]:
    return Counter(clip[5] or UNCATEGORISED for clip in clips if clip[4] == State.KEPT)


def _tallied(difference: Difference) -> Iterator[tuple[str, str]]:
    """Which categories a difference counts for, and as what; of clips that are or were kept."""
    was, now = difference.before, difference.after
    kinds = difference.kinds
    if now is not None and Kind.ADDED in kinds:
        yield now.emotion or UNCATEGORISED, "added"
    if was is not None and Kind.DROPPED in kinds:
        yield was.emotion or UNCATEGORISED, "dropped"
    if was is None or now is None or not (was.is_kept and now.is_kept):
        return
    if Kind.RELABELLED in kinds:
        yield was.emotion or UNCATEGORISED, "went"
        yield now.emotion or UNCATEGORISED, "came"
    if Kind.RECUT in kinds:
        yield now.emotion or UNCATEGORISED, "recut"
    if Kind.REWORDED in kinds:
        yield now.emotion or UNCATEGORISED, "reworded"
