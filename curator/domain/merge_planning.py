"""Planning of a merge of two sets."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from curator.domain.decision import Field, Value
from curator.domain.merging import Conflict, Labelled, MergePlan, OtherSet, Placed, SameSound
from curator.domain.span import Span

NEAR_S = 0.02
"""Tolerance for equal edges of copies, seconds: codecs shift and pad their content."""

LABELS = (Field.STATE, Field.EMOTION, Field.TEXT, Field.RECIPE)


@dataclass(frozen=True, slots=True)
class MyRecording:
    """Rate and length of a recording of this set."""

    rate: int
    samples: int


class MergePlanner:
    """Planner of a merge. mine, recordings: clips and recordings of this set.

    held: clips of this set that must stay, since they define the target speaker.
    """

    def __init__(
        self,
        mine: Sequence[Labelled],
        recordings: Mapping[int, MyRecording],
        held: Iterable[int] = (),
    ) -> None:
        self._held = frozenset(held)
        self._recordings = recordings
        self._by_recording: dict[int, list[Labelled]] = defaultdict(list)
        for clip in sorted(mine, key=lambda each: each.span):
            self._by_recording[clip.recording].append(clip)
        self._longest = {
            key: max(clip.span.samples for clip in clips)
            for key, clips in self._by_recording.items()
        }

    def plan(self, other: OtherSet, same: Sequence[SameSound]) -> MergePlan:
        """Plan of merging ``other``. same: its audio that is already in this set."""
        placed = list(self._placed(other, same))
        groups, new = self._groups(placed)
        come = _without_copies(new)
        outcome = _MergeOutcome(self._recordings, self._held)
        for mine, theirs in groups:
            outcome.add(mine, theirs)
        return MergePlan(
            other,
            tuple(same),
            outcome.takes,
            (*come, *outcome.come),
            tuple(outcome.go),
            tuple(outcome.pairs),
            outcome.left_out,
            tuple(replace(each, number=at) for at, each in enumerate(outcome.conflicts, start=1)),
            copies=len(new) - len(come),
        )

    def _placed(self, other: OtherSet, same: Sequence[SameSound]) -> Iterator[Placed]:
        rates = {each.id: each.rate for each in other.recordings}
        by_theirs: dict[int, list[SameSound]] = defaultdict(list)
        for each in same:
            by_theirs[each.theirs].append(each)
        for clip in other.clips:
            rate = rates[clip.recording]
            start, stop = clip.span.start_s(rate), clip.span.stop_s(rate)
            for each in by_theirs.get(clip.recording, ()):
                shared = min(stop, each.stop_s) - max(start, each.start_s)
                if each.is_exact or 2 * shared > stop - start:
                    mine = self._recordings[each.mine]
                    span = each.placed(clip.span, rate, mine.rate, mine.samples)
                    if span.samples:
                        yield Placed(clip, each.mine, span, each.is_exact)
                        break
            else:
                yield Placed(clip, None, clip.span)

    def _groups(
        self, placed: Iterable[Placed]
    ) -> tuple[list[tuple[list[Labelled], list[Placed]]], list[Placed]]:
        """Clips of both sets with the same audio, and new clips."""
        come: list[Placed] = []
        links = _Links()
        for each in placed:
            around = [] if each.recording is None else self._around(each.recording, each.span)
            if not around:
                come.append(each)
            for clip in around:
                links.join(clip, each)
        return links.groups(), come

    def _around(self, recording: int, span: Span) -> list[Labelled]:
        """Clips of this set that share more than half of the shorter with the span."""
        clips = self._by_recording.get(recording, [])
        first = bisect_left(
            clips, span.start - self._longest.get(recording, 0), key=lambda c: c.span.start
        )
        last = bisect_right(clips, span.stop, key=lambda c: c.span.start)
        return [
            clip
            for clip in clips[first:last]
            if 2 * clip.span.overlap(span) > min(clip.span.samples, span.samples)
        ]


class _Links:
    """Graph of clips with the same audio."""

    def __init__(self) -> None:
        self._mine: dict[int, Labelled] = {}
        self._theirs: dict[int, Placed] = {}
        self._of_mine: dict[int, list[int]] = defaultdict(list)
        self._of_theirs: dict[int, list[int]] = defaultdict(list)

    def join(self, mine: Labelled, theirs: Placed) -> None:
        """Link two clips."""
        self._mine[mine.id], self._theirs[theirs.clip.id] = mine, theirs
        self._of_mine[mine.id].append(theirs.clip.id)
        self._of_theirs[theirs.clip.id].append(mine.id)

    def groups(self) -> "list[tuple[list[Labelled], list[Placed]]]":
        """Connected components: clips of this set and of the other."""
        seen: set[int] = set()
        groups = []
        for start in self._mine:
            if start not in seen:
                mine, theirs = self._reached(start)
                seen |= mine
                groups.append(
                    (
                        [self._mine[number] for number in sorted(mine)],
                        [self._theirs[number] for number in sorted(theirs)],
                    )
                )
        return groups

    def _reached(self, start: int) -> tuple[set[int], set[int]]:
        mine, theirs, waiting = {start}, set[int](), [start]
        while waiting:
            for other in self._of_mine[waiting.pop()]:
                if other not in theirs:
                    theirs.add(other)
                    new = set(self._of_theirs[other]) - mine
                    mine |= new
                    waiting += new
        return mine, theirs


class _MergeOutcome:
    """Parts of a plan, collected group by group."""

    def __init__(self, recordings: Mapping[int, MyRecording], held: frozenset[int]) -> None:
        self._recordings = recordings
        self._held = held
        self.takes: dict[Field, dict[int, Value]] = defaultdict(dict)
        self.come: list[Placed] = []
        self.go: list[int] = []
        self.pairs: list[tuple[int, int]] = []
        self.left_out = 0
        self.conflicts: list[Conflict] = []

    def add(self, mine: Sequence[Labelled], theirs: Sequence[Placed]) -> None:
        """Add a component."""
        if len(mine) == 1 and all(is_same_span(mine[0].span, each.span) for each in theirs):
            for each in theirs:
                self._pair(mine[0], each)
        elif not any(each.clip.is_decided for each in theirs):
            self.left_out += len(theirs)
        elif any(clip.is_decided or clip.id in self._held for clip in mine):
            clips = tuple(each.clip for each in theirs)
            my_time, their_time = (
                max(map(_latest, side), default="") for side in (tuple(mine), clips)
            )
            self.conflicts.append(
                Conflict(
                    number=0,
                    field=Field.PRESENCE,
                    mine=tuple(mine),
                    theirs=clips,
                    my_value=None,
                    their_value=None,
                    my_time=my_time,
                    their_time=their_time,
                    places=tuple(theirs),
                )
            )
        else:
            self.go += [clip.id for clip in mine]
            self.come += theirs

    def _pair(self, mine: Labelled, theirs: Placed) -> None:
        self.pairs.append((theirs.clip.id, mine.id))
        for field in LABELS:
            value = theirs.clip.values.get(field)
            if value is None:
                continue
            own = mine.values.get(field, self.takes[field].get(mine.id))
            if own is None and not (field is Field.TEXT and _is_text(value, mine.seen)):
                self.takes[field][mine.id] = value
            elif own is not None and own != value and not _is_text(value, str(own)):
                self._differ(mine, theirs.clip, field, own, value)
        if theirs.clip.moved and not self._is_near(mine, theirs):
            value_there = (theirs.span.start, theirs.span.stop)
            if mine.moved or mine.id in self.takes[Field.SPAN]:
                own_span = (mine.span.start, mine.span.stop)
                self._differ(mine, theirs.clip, Field.SPAN, own_span, value_there)
            else:
                self.takes[Field.SPAN][mine.id] = value_there

    def _differ(
        self, mine: Labelled, theirs: Labelled, field: Field, own: Value, value: Value
    ) -> None:
        times = (mine.made_at.get(field, ""), theirs.made_at.get(field, ""))
        self.conflicts.append(Conflict(0, field, (mine,), (theirs,), own, value, *times))

    def _is_near(self, mine: Labelled, theirs: Placed) -> bool:
        reach = 0.0 if theirs.is_exact else NEAR_S * self._recordings[mine.recording].rate
        edges = (mine.span.start - theirs.span.start, mine.span.stop - theirs.span.stop)
        return max(map(abs, edges)) <= reach


def is_same_span(one: Span, other: Span) -> bool:
    """Whether two spans share more than half of the longer one."""
    return 2 * one.overlap(other) > max(one.samples, other.samples)


def _is_text(one: str, other: str) -> bool:
    return one.split() == other.split()


def _latest(clip: Labelled) -> str:
    return max(clip.made_at.values(), default="")


def _without_copies(come: Sequence[Placed]) -> list[Placed]:
    """New clips without duplicates; the first of them takes their labels."""
    left: dict[tuple[bool, int], list[Placed]] = defaultdict(list)
    for each in sorted(come, key=lambda one: one.span):
        number = each.clip.recording if each.recording is None else each.recording
        its = left[each.recording is None, number]
        if its and is_same_span(its[-1].span, each.span):
            values = {**each.clip.values, **its[-1].clip.values}
            its[-1] = replace(its[-1], clip=replace(its[-1].clip, values=values))
        else:
            its.append(each)
    return [each for its in left.values() for each in its]
