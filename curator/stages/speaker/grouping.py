"""Which clips share a speaker, roughly: for taking away what is usual for each.

One voice is taken after another: the clip most like all that are left begins, those that surely
share its voice refine it, and everything near it is taken out. The rest belongs to the nearest.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from curator.stages.speaker.resemblyzer import SpeakerArrays
from curator.stages.speaker.similarity import SURELY_THE_SAME, USUAL_THRESHOLD, unpacked

Labels = NDArray[np.int64]  # (clips,)

MOST = 40
"""Speakers; a project with more is one of crowds, where nobody's habits can be known."""

FEWEST_CLIPS = 3


def speakers(vectors: Sequence[tuple[int, bytes]]) -> dict[int, int]:
    """Clip id -> number of its speaker, 0 the first found. vectors: as the store gives them."""
    if not vectors:
        return {}
    labels = speaker_labels(unpacked(vectors))
    return {id_: int(label) for (id_, _), label in zip(vectors, labels, strict=True)}


def speaker_labels(rows: SpeakerArrays) -> Labels:
    """The number of each clip's speaker. rows: directions, shape (clips, 256)."""
    labels = np.full(len(rows), -1, np.int64)
    voices: list[NDArray[np.float32]] = []
    left = np.arange(len(rows))
    while left.size and len(voices) < MOST:
        similarities = rows[left]
        first = int(
            (similarities @ similarities.mean(axis=0)).argmax()
        )  # in the largest crowd, not between two
        near = similarities @ similarities[first] >= SURELY_THE_SAME
        near[first] = True
        voice = similarities[near].mean(axis=0)
        voice = voice / max(float(np.linalg.norm(voice)), 1e-9)
        taken = similarities @ voice >= USUAL_THRESHOLD
        taken[first] = True
        if np.count_nonzero(taken) >= FEWEST_CLIPS or not voices:
            labels[left[taken]] = len(voices)
            voices.append(voice)
        left = left[~taken]
    rest = labels < 0
    if rest.any():
        labels[rest] = (rows[rest] @ np.array(voices).T).argmax(axis=1)
    return labels
