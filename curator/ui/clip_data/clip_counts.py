"""Counts and neighbours of listed clips."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from curator.ui.clip_data.clip_columns import ClipColumns

Ids = NDArray[np.int64]


def kept_by_category(columns: ClipColumns) -> Mapping[str, int]:
    """Number of kept clips by category."""
    codes = columns.column("emotion")[columns.column("state") == 1]
    counts = np.bincount(codes[codes >= 0], minlength=len(columns.emotions))
    return {key: int(counts[code]) for key, code in columns.emotions.items()}


def undecided(columns: ClipColumns) -> int:
    """Number of clips without a decision."""
    return int(np.count_nonzero(columns.column("state") == 0))


def total_seconds(columns: ClipColumns, clips: Ids) -> float:
    """Total duration of clips in seconds."""
    return float(columns.seconds(columns.positions(clips)).sum())


def beside(columns: ClipColumns, clip: int) -> tuple[int | None, int | None]:
    """Ids of the previous and next clip in the recording, None without one."""
    position = columns.positions([clip])
    if not position.size:
        return None, None
    order = columns.as_recorded()
    rank = int(np.flatnonzero(order == position[0])[0])
    recording = columns.column("recording")

    def at(other: int) -> int | None:
        if not 0 <= other < order.size or recording[order[other]] != recording[position[0]]:
            return None
        return int(columns.ids[order[other]])

    return at(rank - 1), at(rank + 1)


def next_row(columns: ClipColumns, clips: Ids, row: int, wanted: str) -> int | None:
    """Next row with a finding or without a decision, wrapping at the end; None for none.

    wanted: "finding" or "undecided".
    """
    where = columns.positions(clips)
    if wanted == "undecided":
        matches = columns.column("state")[where] == 0
    else:
        matches = (columns.column("errors") + columns.column("warnings"))[where] > 0
    rows = np.flatnonzero(matches)
    rows = rows[rows != row]
    if not rows.size:
        return None
    after = rows[rows > row]
    return int(after[0] if after.size else rows[0])


def decided_from_top(columns: ClipColumns, clips: Ids) -> tuple[int, int]:
    """Numbers of dropped and decided clips above the first undecided one."""
    states = columns.column("state")[columns.positions(clips)]
    undecided = np.flatnonzero(states == 0)
    decided = states[: undecided[0]] if undecided.size else states
    return int(np.count_nonzero(decided == 2)), int(decided.size)
