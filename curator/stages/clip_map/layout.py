"""Layout of the speaker map: a two-dimensional position and a cluster for each clip.

PCA to 50 dimensions, exact neighbours, then UMAP (McInnes et al. 2018) with the optimiser of
umap-learn, starting from the first two principal components. Its class ``umap.UMAP`` scales every
start to a square, which would move an older map. The same vectors and seed give the same map. With
an older map, clips start at their old positions and move little; a new clip starts at the mean of
its neighbours.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from curator.domain.fact import DeliveryPoint, MapPoint
from curator.stages.clip_map.neighbour_graph import Neighbours, Points, fuzzy_graph, nearest
from curator.stages.speaker.similarity import unpacked

Places = NDArray[np.float32]  # (clips, 2)
Labels = NDArray[np.int64]  # (clips,); -1 is none

DIMENSIONS = 50
FEWEST = 15  # with fewer clips the two principal components are the map
HALF_WIDTH = 10.0  # of the start of the optimisation
SPREAD, MIN_DISTANCE = 1.0, 0.1  # umap-learn's defaults
JITTER = 1e-3  # sets clips with the same vector apart
EPOCHS = 100  # twice as many raise trustworthiness by 0.0002
EPOCHS_FROM_OLD_MAP = 40
LEARNING_RATE = 1.0
LEARNING_RATE_FROM_OLD_MAP = 0.1
MOSTLY_NEW = 0.5  # share of new clips above which the old map is a beginning and no more

CLUSTER_SHARE = 0.5  # the smallest cluster is this times the square root of the number of clips
SMALLEST_CLUSTER = (3, 50)


class LayOut:
    """Stage that lays out all clips. seed: of the optimisation."""

    key = "lay_out"
    version = 2
    finds = MapPoint

    def __init__(self, seed: int = 0) -> None:
        self.options = f"seed={seed}"
        self._seed = seed

    def run(
        self, vectors: Sequence[tuple[int, bytes]], start: Mapping[int, MapPoint] | None = None
    ) -> dict[int, MapPoint]:
        """Map points by clip id. start: the older map, if there is one."""
        return lay_out(vectors, self._seed, start)


def lay_out(
    vectors: Sequence[tuple[int, bytes]],
    seed: int = 0,
    start: Mapping[int, MapPoint] | None = None,
) -> dict[int, MapPoint]:
    """Position and cluster of each clip, by clip id.

    vectors: clip id and the values of its SpeakerVector. start: the older map, if there is one.
    """
    if not vectors:
        return {}
    ids = [id_ for id_, _ in vectors]
    points = principal(unpacked(vectors))
    places = map_places(points, seed, old_places(ids, start or {}))
    labels = clusters(places)
    return {
        id_: MapPoint(float(x), float(y), int(label))
        for id_, (x, y), label in zip(ids, places, labels, strict=True)
    }


def map_places(points: Points, seed: int, old: Places | None = None) -> Places:
    """Two-dimensional layout of points, shape (clips, 2).

    old: positions on an older map, NaN for new clips.
    """
    flat = _flat(points, seed)
    if len(points) < FEWEST:
        return flat if old is None else np.where(np.isnan(old), flat, old)
    neighbours = nearest(points)
    if old is None or np.isnan(old).all():
        return _optimised(neighbours, flat, EPOCHS, LEARNING_RATE, seed)
    start = _among_neighbours(neighbours, old, flat)
    if np.isnan(old[:, 0]).mean() > MOSTLY_NEW:
        return _optimised(neighbours, start, EPOCHS, LEARNING_RATE, seed)
    return _optimised(neighbours, start, EPOCHS_FROM_OLD_MAP, LEARNING_RATE_FROM_OLD_MAP, seed)


def clusters(places: Places) -> Labels:
    """HDBSCAN cluster of each clip, 0 for the largest; -1 for noise."""
    from sklearn.cluster import HDBSCAN

    fewest, most = SMALLEST_CLUSTER
    smallest = int(np.clip(round(CLUSTER_SHARE * len(places) ** 0.5), fewest, most))
    if len(places) < 2 * smallest:
        return np.full(len(places), -1, dtype=np.int64)
    labels = HDBSCAN(min_cluster_size=smallest, copy=True).fit_predict(places)
    sizes = np.bincount(labels[labels >= 0], minlength=int(labels.max()) + 1)
    rank = np.empty_like(sizes)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(sizes.size)
    return np.array([rank[label] if label >= 0 else -1 for label in labels], dtype=np.int64)


def representatives(
    vectors: Sequence[tuple[int, bytes]], labels: Mapping[int, int], most: int = 5
) -> dict[int, list[int]]:
    """Clips nearest to the mean of their cluster, nearest first, by cluster.

    labels: clip id -> cluster; clips in none (-1) are left out.
    """
    known = [(id_, values) for id_, values in vectors if labels.get(id_, -1) >= 0]
    if not known:
        return {}
    rows = unpacked(known)
    ids = np.array([id_ for id_, _ in known])
    of = np.array([labels[id_] for id_, _ in known])
    chosen: dict[int, list[int]] = {}
    for label in np.unique(of):
        inside = of == label
        nearness = rows[inside] @ rows[inside].mean(axis=0)
        order = np.argsort(-nearness, kind="stable")[:most]
        chosen[int(label)] = [int(id_) for id_ in ids[inside][order]]
    return chosen


def principal(rows: Points) -> Points:
    """The 50 principal components of speaker vectors, or all there are; (clips, components)."""
    from sklearn.decomposition import PCA

    count = min(DIMENSIONS, *rows.shape)
    if len(rows) < 2:
        return np.zeros((len(rows), 2), dtype=np.float32)
    return np.asarray(PCA(count, svd_solver="covariance_eigh").fit_transform(rows), np.float32)


def _flat(points: Points, seed: int) -> Places:
    """First two components, scaled to the map, with jitter that sets equal clips apart."""
    flat = np.zeros((len(points), 2), dtype=np.float32)
    flat[:, : points.shape[1]] = points[:, :2]
    scale = HALF_WIDTH / max(float(np.abs(flat).max()), 1e-9)
    jitter = np.random.default_rng(seed).normal(0.0, JITTER, flat.shape)
    return (flat * scale + jitter).astype(np.float32)


def old_places(
    ids: Sequence[int], start: Mapping[int, MapPoint] | Mapping[int, DeliveryPoint]
) -> Places | None:
    """Positions on an older map, NaN for new clips; None when all are new."""
    if not any(id_ in start for id_ in ids):
        return None
    nowhere = (np.nan, np.nan)
    return np.array(
        [(start[id_].x, start[id_].y) if id_ in start else nowhere for id_ in ids], np.float32
    )


def _among_neighbours(neighbours: Neighbours, old: Places, flat: Places) -> Places:
    """Old positions; new clips at the mean of their old neighbours, or as by PCA without any."""
    new = np.isnan(old[:, 0])
    around = old[neighbours.rows[new]]  # (new clips, neighbours, 2)
    known = ~np.isnan(around)
    middle = np.where(known, around, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    start = old.copy()
    start[new] = np.where(known.any(axis=1), middle, flat[new])
    return start


def _optimised(
    neighbours: Neighbours, start: Places, epochs: int, learning_rate: float, seed: int
) -> Places:
    """UMAP's stochastic gradient descent from a start, on one core, so that it is reproducible."""
    from umap.layouts import optimize_layout_euclidean
    from umap.umap_ import find_ab_params, make_epochs_per_sample

    graph = fuzzy_graph(neighbours)
    used = graph.data >= graph.data.max() / epochs  # a weaker edge is never sampled
    a, b = find_ab_params(SPREAD, MIN_DISTANCE)
    places = start.astype(np.float32, order="C")
    random_state = np.random.default_rng(seed).integers(-(2**31) + 1, 2**31 - 2, 3)
    optimised: Places = optimize_layout_euclidean(
        places,
        places,
        graph.row[used],
        graph.col[used],
        epochs,
        len(places),
        make_epochs_per_sample(graph.data[used], epochs),
        a,
        b,
        random_state,
        initial_alpha=learning_rate,
    )
    return optimised
