"""Which clips are like others, which are like none, and which stand for their category.

All by vectors: of the voice, which are directions, or of the delivery, which are points.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curator.stages.speaker.similarity import SURELY_THE_SAME, TELLING_S, short_clip_allowance

Vectors = NDArray[np.float32]  # (clips, dimensions)
Numbers = NDArray[np.float64]  # (clips,)
Codes = NDArray[np.int64]  # (clips,); -1 is none
Mask = NDArray[np.bool_]  # (clips,)

REFINEMENTS = 8
NEAREST_SHARE = 0.7
"""Of the clips, those nearest to the middle say where it is: foreign ones do not move it."""

FEWEST = 6
"""Clips of a category below which nothing can be said of what is usual in it."""

SPREAD = 1.4826
"""What a median deviation is multiplied with to be a standard deviation, were all normal."""

LEAST_SPREAD = 1e-3
CATEGORY_WEIGHT = 0.5
"""How much being unlike the category counts beside being unlike the voice: deliveries vary within
a category far more than one voice does, so the same distance says less."""


@dataclass(frozen=True, slots=True, eq=False)
class Oddness:
    """How odd each clip is, in usual spreads from what is usual; the reasons apart.

    voice: how far from the voice. category: how far from its category, 0 where it has none.
    """

    voice: Numbers
    category: Numbers

    @property
    def all(self) -> Numbers:
        """The stronger of the reasons."""
        both = np.maximum(self.voice, CATEGORY_WEIGHT * self.category)
        return np.where(self.category > 0, both, self.voice)


def likeness(vectors: Vectors, chosen: Mask) -> Numbers:
    """How like the chosen clips each clip is; only the order means something.

    Near to the nearest of them counts as well as near to all: the chosen may be of two kinds.
    """
    picked = vectors[chosen].astype(np.float64)
    middle = picked.mean(axis=0)
    from_middle = np.linalg.norm(vectors - middle, axis=1)
    sample = picked[np.linspace(0, len(picked) - 1, min(len(picked), 64)).astype(int)]
    from_nearest = np.full(len(vectors), np.inf)
    for one in sample:
        np.minimum(from_nearest, np.linalg.norm(vectors - one, axis=1), out=from_nearest)
    return np.asarray(-(from_middle + from_nearest), np.float64)


def oddness(
    voices: Vectors, seconds: Numbers, categories: Codes, chosen: Mask, delivery: Vectors | None
) -> Oddness:
    """How odd each clip is.

    voices: directions of length 1. chosen: the clips whose voice the set is of; where none is, the
    voice that most clips share. categories: of the clips, -1 for none. delivery: points; where
    there are none, categories are compared by the voices' directions.
    """
    allowance = np.array([short_clip_allowance(each) for each in seconds.tolist()])
    telling = seconds >= TELLING_S
    likeness = voices @ _voice(voices, chosen, telling if telling.any() else ~telling) + allowance
    far = _spreads(1.0 - np.clip(likeness, 0.0, 1.0))
    odd = np.zeros(len(voices))
    points = voices if delivery is None else delivery
    for code in np.unique(categories[categories >= 0]):
        members = np.flatnonzero(categories == code)
        if members.size >= FEWEST:
            group = points[members]
            odd[members] = _spreads(np.linalg.norm(group - _middle(group), axis=1))
    return Oddness(far, np.maximum(odd, 0.0))


def typical(vectors: Vectors, members: Mask) -> Numbers:
    """How well each clip stands for the members, higher is better; minus infinity for others."""
    scores = np.full(len(vectors), -np.inf)
    if members.any():
        group = vectors[members]
        scores[members] = -np.linalg.norm(group - _middle(group), axis=1)
    return scores


def _voice(voices: Vectors, chosen: Mask, telling: Mask) -> NDArray[np.float32]:
    """The direction of the voice: of the chosen clips and those surely like them, else of most."""
    if chosen.any():
        voice = _direction(voices[chosen])
        for _ in range(REFINEMENTS):
            sure = chosen | (telling & (voices @ voice >= SURELY_THE_SAME))
            voice = _direction(voices[sure])
        return voice
    return _direction(_middle(voices[telling])[None])


def _middle(points: Vectors) -> NDArray[np.float32]:
    """The middle of most points, whatever the others are."""
    middle = np.median(points, axis=0)
    keep = max(1, round(NEAREST_SHARE * len(points)))
    for _ in range(REFINEMENTS):
        far = np.linalg.norm(points - middle, axis=1)
        nearest = np.argpartition(far, keep - 1)[:keep]
        middle = points[nearest].mean(axis=0)
    return np.asarray(middle, np.float32)


def _direction(vectors: Vectors) -> NDArray[np.float32]:
    middle = vectors.mean(axis=0, dtype=np.float64)
    return np.asarray(middle / max(float(np.linalg.norm(middle)), 1e-9), np.float32)


def _spreads(values: Numbers) -> Numbers:
    """How many usual spreads above the usual value each is."""
    middle = float(np.median(values))
    spread = SPREAD * float(np.median(np.abs(values - middle)))
    return np.asarray((values - middle) / max(spread, LEAST_SPREAD), np.float64)
