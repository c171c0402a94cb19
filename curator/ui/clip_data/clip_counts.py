"""Small questions about the clips of a list."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from curator.ui.clip_data.clip_columns import ClipColumns

Ids = NDArray[np.int64]


def kept_by_emotion(columns: ClipColumns) -> Mapping[str, int]:
    """How many kept clips each category has."""
    codes = columns.column("emotion")[columns.column("state") == 1]
    counts = np.bincount(codes[codes >= 0], minlength=len(columns.emotions))
    return {key: int(counts[code]) for key, code in columns.emotions.items()}


def total_seconds(columns: ClipColumns, clips: Ids) -> float:
    """How long clips are together."""
    return float(columns.seconds(columns.positions(clips)).sum())


def beside(columns: ClipColumns, clip: int) -> tuple[int | None, int | None]:
    """The clips before and after one in its recording, None where there is none."""
    found = columns.positions([clip])
    if not found.size:
        return None, None
    order = columns.as_recorded()
    place = int(np.flatnonzero(order == found[0])[0])
    recording = columns.column("recording")

    def at(other: int) -> int | None:
        if not 0 <= other < order.size or recording[order[other]] != recording[found[0]]:
            return None
        return int(columns.ids[order[other]])

    return at(place - 1), at(place + 1)


def next_row(columns: ClipColumns, clips: Ids, row: int, wanted: str) -> int | None:
    """The next row of a list, from the top again after the last, that has something to do.

    wanted: "finding" or "undecided". None: no other row has.
    """
    where = columns.positions(clips)
    if wanted == "undecided":
        fits = columns.column("state")[where] == 0
    else:
        fits = (columns.column("errors") + columns.column("warnings"))[where] > 0
    rows = np.flatnonzero(fits)
    rows = rows[rows != row]
    if not rows.size:
        return None
    after = rows[rows > row]
    return int(after[0] if after.size else rows[0])


def judged_from_top(columns: ClipColumns, clips: Ids) -> tuple[int, int]:
    """(dropped, decided) of the clips above the first undecided one."""
    states = columns.column("state")[columns.positions(clips)]
    undecided = np.flatnonzero(states == 0)
    judged = states[: undecided[0]] if undecided.size else states
    return int(np.count_nonzero(judged == 2)), int(judged.size)
