"""New clips on a map that is there already: each among the clips it is most like.

So that they can be seen as soon as they are heard; the next layout starts from there and has them
find their own places. Only arithmetic: it may run wherever the vectors are.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from curator.domain.fact import DeliveryPoint, MapPoint, Producer

Vectors = NDArray[np.float32]  # (clips, dimensions)
Numbers = NDArray[np.float32]
Point = TypeVar("Point", MapPoint, DeliveryPoint)

MADE_BY = Producer("place_on_map", 1)
"""Under which name these places are stored: for a layout they are none."""

NEIGHBOURS = 5
FEWEST = 5
"""Clips on a map below which nothing says where another belongs."""

DIMENSIONS = 48  # keeps who is near whom, at a fifth of the work
AT_ONCE = 256  # new clips compared with all others in one go: 40 MB beside 40,000
NEARLY = 1e-6  # keeps the weight of a clip that is just like another finite


def place_on_map(
    ids: Sequence[int], vectors: Vectors, known: Mapping[int, Point]
) -> dict[int, Point]:
    """Where the clips that are not on the map yet belong, and in which cluster.

    ids: of all clips that have a vector, in the order of ``vectors``. known: the map.
    """
    there = np.array([clip in known for clip in ids], np.bool_)
    if np.count_nonzero(there) < FEWEST or there.all():
        return {}
    reduced = _reduced(vectors)
    old, new = reduced[there], reduced[~there]
    points = [known[clip] for clip in ids if clip in known]
    places = np.array([(point.x, point.y) for point in points])
    clusters = np.array([point.cluster for point in points])
    make = type(points[0])
    placed: dict[int, Point] = {}
    fresh = [clip for clip in ids if clip not in known]
    for first in range(0, len(new), AT_ONCE):
        rows, distances = _nearest(new[first : first + AT_ONCE], old)
        for clip, near, far in zip(fresh[first : first + AT_ONCE], rows, distances, strict=True):
            cluster = _commonest(clusters[near])
            same = clusters[near] == cluster  # between two clusters there is nothing
            weights = 1.0 / (far[same] + NEARLY)
            x, y = np.average(places[near[same]], axis=0, weights=weights).tolist()
            placed[clip] = make(x, y, cluster)
    return placed


def _reduced(vectors: Vectors) -> Vectors:
    """The same with fewer numbers, by their principal directions."""
    if vectors.shape[1] <= DIMENSIONS:
        return vectors
    around = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(around.T @ around)
    return np.asarray(around @ directions[:, -DIMENSIONS:], np.float32)


def _nearest(new: Vectors, old: Vectors) -> tuple[NDArray[np.int64], Numbers]:
    """The nearest old ones of each new one and how far they are; both (new, neighbours)."""
    left = (old**2).sum(axis=1) - 2.0 * (new @ old.T)  # the distance squared, but for a constant
    count = min(NEIGHBOURS, len(old))
    rows = np.empty((len(new), count), np.int64)
    every = np.arange(len(new))
    for place in range(count):
        rows[:, place] = left.argmin(axis=1)
        left[every, rows[:, place]] = np.inf
    return rows, np.linalg.norm(new[:, None] - old[rows], axis=2)


def _commonest(clusters: NDArray[np.int64]) -> int:
    """The cluster that most are in, of several that of the first."""
    values, first, counts = np.unique(clusters, return_index=True, return_counts=True)
    return int(values[np.lexsort((first, -counts))[0]])
