"""All speaker vectors -> the voice map: where each clip lies, and in which cluster.

PCA to 50 dimensions, then UMAP (see map_graph and map_forces), starting from the first two
principal components. The same vectors and seed give the same map. When there is an older map, clips
start where they were and move little, so that people keep their bearings; a new clip starts among
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
FEWEST = 15  # below this neighbours say nothing: the two principal components are the map
SPREAD = 10.0  # half the width of the map before the forces act
JITTER = 1e-3  # sets clips with the same vector apart
ROUNDS = 100  # three times as many keep hardly more neighbours: trustworthiness 0.0003 higher
ROUNDS_FROM_OLD_MAP = 40
STEP = 1.0
STEP_FROM_OLD_MAP = 0.1
MOSTLY_NEW = 0.5  # share of new clips above which the old map is a beginning and no more

CLUSTER_SHARE = 0.5  # the smallest cluster is this times the square root of the number of clips
SMALLEST_CLUSTER = (3, 50)


class LayOut:
    """The stage that lays out the whole set; ``seed`` decides which of many alike maps it is."""

    key = "lay_out"
    version = 1
    finds = MapPoint

    def __init__(self, seed: int = 0) -> None:
        self.options = f"seed={seed}"
        self._seed = seed

    def run(
        self, vectors: Sequence[tuple[int, bytes]], start: Mapping[int, MapPoint] | None = None
    ) -> dict[int, MapPoint]:
        """A point for every clip. start: the older map, if there is one."""
        return lay_out(vectors, self._seed, start)


def lay_out(
    vectors: Sequence[tuple[int, bytes]],
    seed: int = 0,
    start: Mapping[int, MapPoint] | None = None,
) -> dict[int, MapPoint]:
    """Where each clip lies on the map, and its cluster.

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
    """The two-dimensional map of points, shape (clips, 2).

    old: where they were on an older map, NaN for new clips.
    """
    flat = _flat(points, seed)
    if len(points) < FEWEST:
        return flat if old is None else np.where(np.isnan(old), flat, old)
    neighbours = nearest(points)
    if old is None or np.isnan(old).all():
        return _moved(neighbours, flat, ROUNDS, STEP, seed)
    begun = _among_neighbours(neighbours, old, flat)
    if np.isnan(old[:, 0]).mean() > MOSTLY_NEW:
        return _moved(neighbours, begun, ROUNDS, STEP, seed)
    return _moved(neighbours, begun, ROUNDS_FROM_OLD_MAP, STEP_FROM_OLD_MAP, seed)


def clusters(places: Places) -> Labels:
    """Which clips lie together, largest cluster first; -1 for those that lie alone."""
    from sklearn.cluster import HDBSCAN

    fewest, most = SMALLEST_CLUSTER
    smallest = int(np.clip(round(CLUSTER_SHARE * len(places) ** 0.5), fewest, most))
    if len(places) < 2 * smallest:
        return np.full(len(places), -1, dtype=np.int64)
    found = HDBSCAN(min_cluster_size=smallest, copy=True).fit_predict(places)
    sizes = np.bincount(found[found >= 0], minlength=int(found.max()) + 1)
    rank = np.empty_like(sizes)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(sizes.size)
    return np.array([rank[label] if label >= 0 else -1 for label in found], dtype=np.int64)


def representatives(
    vectors: Sequence[tuple[int, bytes]], labels: Mapping[int, int], most: int = 5
) -> dict[int, list[int]]:
    """The clips that sound most like the whole of their cluster, nearest first, per cluster.

    labels: clip id -> cluster; clips in none (-1) represent nobody.
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
    """The first two components, to the map's scale, with clips at one place a little apart."""
    flat = np.zeros((len(points), 2), dtype=np.float32)
    flat[:, : points.shape[1]] = points[:, :2]
    scale = SPREAD / max(float(np.abs(flat).max()), 1e-9)
    jitter = np.random.default_rng(seed).normal(0.0, JITTER, flat.shape)
    return (flat * scale + jitter).astype(np.float32)


def old_places(
    ids: Sequence[int], start: Mapping[int, MapPoint] | Mapping[int, DeliveryPoint]
) -> Places | None:
    """Where the clips were on an older map, NaN for new ones; None when all are new."""
    if not any(id_ in start for id_ in ids):
        return None
    nowhere = (np.nan, np.nan)
    return np.array(
        [(start[id_].x, start[id_].y) if id_ in start else nowhere for id_ in ids], np.float32
    )


def _among_neighbours(neighbours: Neighbours, old: Places, flat: Places) -> Places:
    """New clips at the middle of their neighbours on the old map; with none there, as by PCA."""
    new = np.isnan(old[:, 0])
    around = old[neighbours.rows[new]]  # (new clips, neighbours, 2)
    known = ~np.isnan(around)
    middle = np.where(known, around, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    begun = old.copy()
    begun[new] = np.where(known.any(axis=1), middle, flat[new])
    return begun


def _moved(neighbours: Neighbours, places: Places, rounds: int, step: float, seed: int) -> Places:
    from curator.stages.clip_map.umap_loop import lay_out_forces

    graph = fuzzy_graph(neighbours)
    moved: Places = lay_out_forces(
        graph.indptr.astype(np.int32),
        graph.indices.astype(np.int32),
        (graph.data / graph.data.max()).astype(np.float32),
        places.astype(np.float32),
        rounds,
        step,
        seed,
    )
    return moved
