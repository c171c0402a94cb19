"""Nearest-neighbour search and UMAP's fuzzy neighbour graph.

The search is exact: brute force over 40,000 clips takes seconds.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import coo_array

NEIGHBOURS = 15
BISECTIONS = 40  # more binary digits than float32 has
NARROWEST = 1e-3  # of the mean distance; keeps the width of identical clips above zero

Points = NDArray[np.float32]  # (clips, dimensions)


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Nearest other clips of each clip, nearest first. Both of shape (clips, k)."""

    rows: NDArray[np.int64]
    distances: NDArray[np.float32]


def nearest(points: Points) -> Neighbours:
    """The 15 nearest other points of each point, or all others where there are fewer."""
    from sklearn.neighbors import NearestNeighbors

    count = min(NEIGHBOURS, len(points) - 1)
    search = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(points)
    distances, rows = search.kneighbors()
    return Neighbours(rows.astype(np.int64), distances.astype(np.float32))


def fuzzy_graph(neighbours: Neighbours) -> "coo_array":
    """UMAP's membership strengths, 0..1, symmetric, sparse, shape (clips, clips).

    The same as umap-learn's ``fuzzy_simplicial_set``, which compiles for 3.5 CPU seconds in each
    process. Strengths fall exponentially beyond the nearest neighbour; those of a clip sum to
    log2(k + 1).
    """
    from scipy.sparse import coo_array, csr_array

    count, k = neighbours.rows.shape
    beyond = np.maximum(neighbours.distances - neighbours.distances[:, :1], 0.0)
    strengths = np.exp(-beyond / _widths(beyond, np.log2(k + 1.0))[:, None])
    starts = np.arange(0, count * k + 1, k)
    directed = csr_array((strengths.ravel(), neighbours.rows.ravel(), starts), (count, count))
    return coo_array(directed + directed.T - directed.multiply(directed.T))


def _widths(beyond: NDArray[np.float32], total: float) -> NDArray[np.float32]:
    """Kernel width per clip at which its strengths sum to ``total``, by bisection; (clips,)."""
    low = np.zeros(len(beyond), dtype=np.float64)
    high = np.full(len(beyond), 2.0 * float(beyond.max()) * beyond.shape[1] + 1e-6)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        too_wide = np.exp(-beyond / middle[:, None]).sum(axis=1) > total
        high = np.where(too_wide, middle, high)
        low = np.where(too_wide, low, middle)
    floor = NARROWEST * max(float(beyond.mean()), 1e-6)
    widths: NDArray[np.float32] = np.maximum(high, floor).astype(np.float32)
    return widths
