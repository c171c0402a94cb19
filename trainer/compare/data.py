"""Differences between two bundles: clips added, dropped, relabelled, re-cut, re-transcribed.

A clip is the same if it is the same stretch of the same recording, or carries the same id within
the same recording; names of clips alone may be given anew by another export.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from trainer.report.rows import Row
from trainer.report.run_files import MANIFEST, RunFiles

Pair = tuple[Row, Row]


@dataclass(frozen=True)
class Change:
    """Clips of two bundles. same: pairs of what is in both."""

    same: tuple[Pair, ...]
    added: tuple[Row, ...]
    dropped: tuple[Row, ...]

    @property
    def relabelled(self) -> list[Pair]:
        """In both, of another category now."""
        return [pair for pair in self.same if pair[0]["emotion"] != pair[1]["emotion"]]

    @property
    def retexted(self) -> list[Pair]:
        """In both, with another text now."""
        return [pair for pair in self.same if pair[0]["text"] != pair[1]["text"]]

    @property
    def recut(self) -> list[Pair]:
        """In both, with other edges now."""
        return [pair for pair in self.same if _span(pair[0]) != _span(pair[1])]

    @property
    def moved(self) -> list[Pair]:
        """In both, on the other side of the split now."""
        return [pair for pair in self.same if pair[0]["split"] != pair[1]["split"]]

    @property
    def recleaned(self) -> list[Pair]:
        """In both, with other sound of the same stretch now."""
        return [
            (one, two)
            for one, two in self.same
            if _span(one) == _span(two) and _other_sound(one, two)
        ]

    @property
    def rerated(self) -> list[Pair]:
        """In both, the same sound written at another rate now, for another family."""
        return [(one, two) for one, two in self.same if one["rate"] != two["rate"]]


def change_between(before: RunFiles, after: RunFiles) -> Change | None:
    """What changed from one run's bundle to another's; None where one of them is not here."""
    if before.bundle is None or after.bundle is None:
        return None
    olds, news = (list(run.sources.lines(MANIFEST).rows) for run in (before, after))
    same: list[Pair] = []
    for key in (_span, _name):
        there: dict[tuple[Any, ...], list[Row]] = {}
        for row in reversed(news):
            there.setdefault(key(row), []).append(row)
        matched = [(row, there[key(row)].pop()) for row in olds if there.get(key(row))]
        same += matched
        taken = {id(row) for pair in matched for row in pair}
        olds = [row for row in olds if id(row) not in taken]
        news = [row for row in news if id(row) not in taken]
    return Change(tuple(same), tuple(news), tuple(olds))


def _other_sound(one: Row, two: Row) -> bool:
    """Files at two rates differ in every byte; how they were cleaned tells then."""
    key = "sha256" if one["rate"] == two["rate"] else "recipe"
    return bool(one[key] != two[key])


def _span(row: Row) -> tuple[Any, ...]:
    source = row["source"]
    return source["sha256"], round(source["start_s"], 3), round(source["stop_s"], 3)


def _name(row: Row) -> tuple[Any, ...]:
    return row["source"]["sha256"], row["id"]


def by_category(change: Change) -> dict[str, Mapping[str, int]]:
    """Counts of each category: before, after, added, dropped, came, left, retexted."""
    before = [pair[0] for pair in change.same] + list(change.dropped)
    after = [pair[1] for pair in change.same] + list(change.added)
    columns = {
        "before": _count(before),
        "after": _count(after),
        "added": _count(change.added),
        "dropped": _count(change.dropped),
        "came": _count(pair[1] for pair in change.relabelled),
        "left": _count(pair[0] for pair in change.relabelled),
        "retexted": _count(pair[1] for pair in change.retexted),
    }
    kinds = sorted({kind for column in columns.values() for kind in column})
    return {kind: {name: column[kind] for name, column in columns.items()} for kind in kinds}


def _count(rows: Iterable[Row]) -> Counter[str]:
    return Counter(str(row["emotion"] or "none") for row in rows)


def minutes(run: RunFiles) -> float | None:
    """Of speech to train on, by the run itself."""
    seconds = run.started[1].get("seconds")
    return None if seconds is None else float(seconds) / 60
