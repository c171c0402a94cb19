"""Who sounds like whom: the fuzzy graph of nearest neighbours that UMAP lays out.

Written here rather than taken from umap-learn, whose first import compiles for most of a minute.
The neighbours are exact: for 40,000 clips a search through all pairs takes seconds.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

NEIGHBOURS = 15
SEARCH_STEPS = 40  # halvings: more digits than float32 has
NARROWEST = 1e-3  # of the mean distance; keeps identical clips from a width of zero

Points = NDArray[np.float32]  # (clips, dimensions)


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """The nearest other clips of each clip, nearest first. Both of shape (clips, k)."""

    rows: NDArray[np.int64]
    distances: NDArray[np.float32]


def nearest(points: Points) -> Neighbours:
    """The 15 nearest others of each point, or all others where there are fewer."""
    from sklearn.neighbors import NearestNeighbors

    count = min(NEIGHBOURS, len(points) - 1)
    search = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(points)
    distances, rows = search.kneighbors()
    return Neighbours(rows.astype(np.int64), distances.astype(np.float32))


def fuzzy_graph(neighbours: Neighbours) -> "csr_array":
    """How surely two clips are neighbours, 0..1, symmetric; shape (clips, clips).

    Each clip measures by its own scale: its nearest is surely a neighbour, and all its neighbours
    together count as log2(k).
    """
    from scipy.sparse import csr_array

    count, k = neighbours.rows.shape
    beyond = np.maximum(neighbours.distances - neighbours.distances[:, :1], 0.0)
    weights = np.exp(-beyond / _widths(beyond, np.log2(k + 1.0))[:, None])
    starts = np.arange(0, count * k + 1, k)
    directed = csr_array((weights.ravel(), neighbours.rows.ravel(), starts), (count, count))
    both = directed.multiply(directed.T)
    graph = csr_array(directed + directed.T - both)
    graph.sort_indices()
    return graph


def _widths(beyond: NDArray[np.float32], wanted: float) -> NDArray[np.float32]:
    """The width per clip with which the weights sum to ``wanted``, by halving. Shape (clips,)."""
    low = np.zeros(len(beyond), dtype=np.float64)
    high = np.full(len(beyond), 2.0 * float(beyond.max()) * beyond.shape[1] + 1e-6)
    for _ in range(SEARCH_STEPS):
        middle = (low + high) / 2
        too_wide = np.exp(-beyond / middle[:, None]).sum(axis=1) > wanted
        high = np.where(too_wide, middle, high)
        low = np.where(too_wide, low, middle)
    floor = NARROWEST * max(float(beyond.mean()), 1e-6)
    widths: NDArray[np.float32] = np.maximum(high, floor).astype(np.float32)
    return widths
