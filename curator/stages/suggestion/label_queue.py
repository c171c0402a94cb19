"""Active learning: clips to label next, representative ones first, then doubtful ones.

Without a classifier that is better than chance, one clip of each part of the feature space that has
no label yet (Hacohen, Dekel and Weinshall, 2022, "Active learning on a budget"). With one, for the
category with the fewest labels in turn, the clip that is as near to another category as to this
one (margin sampling, balanced over categories).
"""

import numpy as np

from curator.stages.suggestion.lda import Kinds, Numbers

QUEUE = 10
"""Clips in a queue: about what a person labels before the next one is learned."""

FEWEST_LABELS = 20  # before doubt is worth more than coverage
CLIPS_PER_CLUSTER = 3


def representative(points: Numbers, labelled: Kinds, seed: int) -> list[int]:
    """Rows in the middle of the largest clusters without a label, at most QUEUE.

    points: (clips, features). labelled: rows with a label.
    """
    from scipy.cluster.vq import kmeans2

    count = min(len(labelled) + QUEUE, len(points) // CLIPS_PER_CLUSTER)
    free = np.setdiff1d(np.arange(len(points)), labelled)
    if count < 2:
        return [int(row) for row in free[:QUEUE]]
    centres, cluster = kmeans2(points, count, minit="++", rng=seed)
    sizes = np.bincount(cluster, minlength=count)
    sizes[cluster[labelled]] = 0
    distances = np.square(points - centres[cluster]).sum(axis=1)
    rows = []
    for one in np.argsort(-sizes, kind="stable")[:QUEUE]:
        members = np.flatnonzero(cluster == one)
        if sizes[one]:
            rows.append(int(members[distances[members].argmin()]))
    return rows


def doubtful(shares: Numbers, sizes: Kinds, free: Kinds) -> list[int]:
    """Rows for the categories with the fewest labels, at most QUEUE.

    shares: probabilities, (clips, categories). sizes: labels by category; a category without a
    label cannot be asked for. free: rows without a label.
    """
    expected = np.where(sizes > 0, sizes.astype(np.float64), np.inf)
    waiting = np.ones(len(free), np.bool_)
    rows: list[int] = []
    while len(rows) < QUEUE and waiting.any():
        kind = int(expected.argmin())
        rivals = shares[free].copy()
        own = rivals[:, kind].copy()
        rivals[:, kind] = 0.0
        margin = np.where(waiting, np.abs(own - rivals.max(axis=1)), np.inf)
        place = int(margin.argmin())
        waiting[place] = False
        rows.append(int(free[place]))
        expected += shares[free[place]]
    return rows
