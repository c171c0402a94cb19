"""Clips of a recording to remove, keep and add in a new segmentation."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from curator.domain.fact import NewClip
from curator.domain.span import Span

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class OldClip:
    """Present clip. span: present span. cut: span from segmentation."""

    id: int
    span: Span
    cut: Span
    is_decided: bool


@dataclass(frozen=True, slots=True)
class ResegmentPlan:
    """What to do. pause_groups: clip id -> its group in the new cut, for clips that stay."""

    go: tuple[int, ...]
    come: tuple[NewClip, ...]
    pause_groups: dict[int, int]


def plan(old: Sequence[OldClip], new: Sequence[NewClip]) -> ResegmentPlan:
    """Replace undecided clips by a new segmentation.

    A clip with a decision stays, and a new one that overlaps it by more than half of the shorter
    is left out. A clip that is cut at the very same samples again stays.
    """
    decided = _ByTime((clip.span, clip) for clip in old if clip.is_decided)
    by_cut = {clip.cut: clip.id for clip in old if not clip.is_decided}
    coming = _ByTime((clip.span, clip) for clip in new)
    wanted = [
        clip
        for clip in new
        if not any(_mostly_the_same(clip.span, span) for span, _ in decided.around(clip.span))
    ]
    groups = {by_cut[clip.span]: clip.pause_group for clip in wanted if clip.span in by_cut}
    go = tuple(clip.id for clip in old if not clip.is_decided and clip.id not in groups)
    for span, clip in decided.pairs:
        if new:
            groups[clip.id] = _nearest(span, coming).pause_group
    return ResegmentPlan(go, tuple(clip for clip in wanted if clip.span not in by_cut), groups)


class _ByTime(Generic[Thing]):
    """Items sorted by span, for fast search of neighbours."""

    def __init__(self, pairs: Iterable[tuple[Span, Thing]]) -> None:
        self.pairs = sorted(pairs, key=lambda pair: pair[0])
        self._starts = [span.start for span, _ in self.pairs]
        self._longest = max((span.samples for span, _ in self.pairs), default=0)

    def around(self, span: Span) -> list[tuple[Span, Thing]]:
        """Items that may overlap the span, and the neighbours on both sides."""
        first = bisect_left(self._starts, span.start - self._longest)
        last = bisect_left(self._starts, span.stop)
        return self.pairs[max(0, first - 1) : last + 1]


def _mostly_the_same(a: Span, b: Span) -> bool:
    return 2 * a.overlap(b) > min(a.samples, b.samples)


def _nearest(span: Span, clips: _ByTime[NewClip]) -> NewClip:
    """Clip with the largest overlap, or else the nearest one."""

    def nearness(pair: tuple[Span, NewClip]) -> tuple[int, int]:
        other, _ = pair
        gap = max(other.start - span.stop, span.start - other.stop, 0)
        return span.overlap(other), -gap

    return max(clips.around(span), key=nearness)[1]
