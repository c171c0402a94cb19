"""Snapshots of a set and their comparison."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from curator.domain.decision import State
from curator.domain.span import Span

UNCATEGORISED = ""
"""Key of clips without a category."""


class SnapshotClip(NamedTuple):
    """Clip in a snapshot.

    emotion: category key, or None. text: as displayed. recipe: hash of the effective recipe, None
    for the original; own_recipe: decided for this clip.
    """

    clip_id: int
    recording_id: int
    start: int
    stop: int
    state: str
    emotion: str | None
    text: str
    recipe: str | None
    text_decided: int
    own_recipe: str | None

    @property
    def span(self) -> Span:
        """Span in its recording."""
        return Span(self.start, self.stop)

    @property
    def is_kept(self) -> bool:
        """Whether the clip was kept."""
        return self.state == State.KEPT


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Named state of the decisions.

    clips, kept: numbers of clips. origin: its creator. is_whole: whether it includes categories,
    weights and recipes, unlike those of older versions.
    """

    id: int
    name: str
    made_at: str
    origin: str
    state_hash: str
    clips: int
    kept: int
    is_whole: bool = True


class Kind(StrEnum):
    """Kind of difference of a clip."""

    ADDED = "added"  # it is kept now
    DROPPED = "dropped"  # it was kept
    RELABELLED = "relabelled"
    RECUT = "recut"
    REWORDED = "reworded"
    RECLEANED = "recleaned"  # by another recipe, or no longer by one
    JUDGED = "judged"  # dropped or undecided, the other one before
    CAME = "came"  # it is there now, but not kept
    WENT = "went"  # it was there, but not kept


@dataclass(frozen=True, slots=True)
class Difference:
    """Clip before and after; None where it is absent."""

    before: SnapshotClip | None
    after: SnapshotClip | None

    @property
    def kinds(self) -> frozenset[Kind]:
        """All kinds of difference."""
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
        if was.recipe != now.recipe:
            yield Kind.RECLEANED
        if was.state != now.state and not (was_kept or is_kept):
            yield Kind.JUDGED


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """Changes of a category. before, after: kept clips. came, went: from and to others."""

    key: str
    before: int
    after: int
    added: int
    dropped: int
    came: int
    went: int
    recut: int
    reworded: int
    recleaned: int

    @property
    def is_any(self) -> bool:
        """Whether there is any change."""
        return any(count for count, _ in self._counts)

    @property
    def _counts(self) -> tuple[tuple[int, str], ...]:
        return (
            (self.added, "added"),
            (self.dropped, "dropped"),
            (self.came, "from other categories"),
            (self.went, "to other categories"),
            (self.recut, "re-cut"),
            (self.reworded, "with another text"),
            (self.recleaned, "cleaned otherwise"),
        )

    @property
    def sentence(self) -> str:
        """Sentences on the differences."""
        what = ", ".join(f"{count} {words}" for count, words in self._counts if count)
        clips = "1 clip" if self.after == 1 else f"{self.after} clips"
        return f"{self.key or 'no category'}: {clips} instead of {self.before} ({what})."


@dataclass(frozen=True)
class Comparison:
    """Comparison of two sets.

    before, after: names. of_project: differences of categories and weights as sentences. partial:
    names of snapshots without these and recipes, which are then not compared.
    """

    before: str
    after: str
    differences: tuple[Difference, ...]
    kept_before: Mapping[str, int]
    kept_after: Mapping[str, int]
    of_project: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether the sets are known to be equal."""
        return not (self.differences or self.of_project or self.partial)

    @cached_property
    def counts(self) -> Mapping[Kind, int]:
        """Number of clips by kind."""
        return Counter(kind for each in self.differences for kind in each.kinds)

    @cached_property
    def categories(self) -> tuple[CategoryChange, ...]:
        """Changes of all categories in either set, by key."""
        tally: dict[str, Counter[str]] = {}
        for each in self.differences:
            for key, what in _tallied(each):
                tally.setdefault(key, Counter())[what] += 1
        keys = sorted({*self.kept_before, *self.kept_after, *tally})
        names = ("added", "dropped", "came", "went", "recut", "reworded", "recleaned")
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
        """The whole comparison as sentences."""
        notes = [
            f"{name} was taken by an older program, without categories, weights and recipes: "
            "these are not compared."
            for name in self.partial
        ]
        if not (self.differences or self.of_project):
            return [f"{self.before} and {self.after} are the same.", *notes]
        words = {
            Kind.ADDED: "added",
            Kind.DROPPED: "dropped",
            Kind.RELABELLED: "re-labelled",
            Kind.RECUT: "re-cut",
            Kind.REWORDED: "with another text",
            Kind.RECLEANED: "cleaned otherwise",
            Kind.JUDGED: "judged otherwise without being kept",
            Kind.CAME: "more that are not kept",
            Kind.WENT: "fewer that are not kept",
        }
        parts = [f"{self.counts[kind]} {words[kind]}" for kind in Kind if self.counts.get(kind)]
        what = ", ".join(parts) or "no clip differs"
        lines = [f"From {self.before} to {self.after}: {what}."]
        lines += [each.sentence for each in self.categories if each.is_any]
        return [*lines, *self.of_project, *notes]


def _tallied(difference: Difference) -> Iterator[tuple[str, str]]:
    """(category, kind of change) of a clip that is or was kept."""
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
    if Kind.RECLEANED in kinds:
        yield now.emotion or UNCATEGORISED, "recleaned"
