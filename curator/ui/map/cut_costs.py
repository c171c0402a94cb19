"""Cost of a cut: clips and seconds lost in each category."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curator.domain.decision import State
from curator.domain.emotion import EmotionSet
from curator.ui.clip_data.clip_columns import STATES, ClipColumns

Mask = NDArray[np.bool_]  # (clips,)


@dataclass(frozen=True, slots=True)
class Cost:
    """emotion: category key, None for clips without one. of, of_seconds: totals before the cut."""

    emotion: str | None
    clips: int
    of: int
    seconds: float
    of_seconds: float


def not_dropped(columns: ClipColumns) -> Mask:
    """Mask of the clips that are not dropped: only these can be lost."""
    return np.asarray(columns.column("state") != STATES.index(State.DROPPED))


def costs(columns: ClipColumns, emotions: EmotionSet, cut: Mask) -> list[Cost]:
    """Cost of a cut for each category in order, then for clips without one."""
    is_left = not_dropped(columns)
    numbers = [columns.emotions.get(key, -1) for key in emotions.keys]
    lookup = np.full(len(columns.emotions) + 1, len(numbers), np.intp)  # the last is of code -1
    for place, number in enumerate(numbers):
        if number >= 0:
            lookup[number] = place
    of = lookup[columns.column("emotion")]
    seconds, count = columns.seconds(slice(None)), len(numbers) + 1

    def summed(mask: Mask) -> tuple[list[int], list[float]]:
        clips = np.bincount(of[mask], minlength=count)
        return clips.tolist(), np.bincount(of[mask], seconds[mask], minlength=count).tolist()

    all_clips, all_seconds = summed(is_left)
    lost, lost_seconds = summed(is_left & cut)
    keys = (*emotions.keys, None)
    return [
        Cost(*row) for row in zip(keys, lost, all_clips, lost_seconds, all_seconds, strict=True)
    ]
