"""Comparison of two sets clip by clip."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from curator.domain.decision import State
from curator.domain.snapshot import UNCATEGORISED, Comparison, Difference, SnapshotClip

Rows = Iterable[tuple[Any, ...]]
"""Rows in the order of SnapshotClip's fields."""

COMPARED = 8
"""Number of compared leading fields of SnapshotClip; the others tell its decisions."""


def compare(before: tuple[str, Rows], after: tuple[str, Rows]) -> Comparison:
    """Compare two sets, each given with its name.

    A re-cut, split or merged clip counts as the same if it shares most of the old one.
    """
    was = {clip[0]: clip for clip in before[1]}
    now = {clip[0]: clip for clip in after[1]}
    of = SnapshotClip._make
    differences = [
        Difference(of(clip), of(now[number]))
        for number, clip in was.items()
        if number in now and clip[:COMPARED] != now[number][:COMPARED]
    ]
    gone = [of(clip) for number, clip in was.items() if number not in now]
    new = [of(clip) for number, clip in now.items() if number not in was]
    for old, same in paired(gone, new):
        if old is None or same is None or old[1:COMPARED] != same[1:COMPARED]:
            differences.append(Difference(old, same))
    return Comparison(
        before[0], after[0], tuple(differences), _kept(was.values()), _kept(now.values())
    )


Pair = tuple[SnapshotClip | None, SnapshotClip | None]


def paired(gone: Iterable[SnapshotClip], new: Sequence[SnapshotClip]) -> list[Pair]:
    """Pairs of old and new clips with mostly the same audio; None for no match."""
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
    """Whether two clips share more than half of the longer one, so matches are unique."""
    return 2 * one.span.overlap(other.span) > max(one.span.samples, other.span.samples)


def _kept(clips: Rows) -> Mapping[str, int]:
    return Counter(clip[5] or UNCATEGORISED for clip in clips if clip[4] == State.KEPT)
