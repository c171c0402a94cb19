"""UMAP's layout, compiled: neighbours pull, random others push.

umap-learn's own loop either runs on one core or differs from run to run, because its threads write
over one another. Here each clip moves by itself, seeing the others where they were a round before,
and draws its random others from a hash; so any number of threads gives the same map.

Imported only by the stage that lays out: numba is heavy.
"""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

PUSHES = 5  # random others per pull, as in umap-learn
FARTHEST_STEP = np.float32(4.0)
NEAREST = np.float32(1e-3)  # keeps the push of two clips at one place finite


@njit(inline="always")
def _mixed(value: np.uint64) -> np.uint64:
    """A well-spread 64-bit number for each 64-bit number (the finaliser of splitmix64)."""
    value = np.uint64(value) * np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@njit(inline="always")
def _limited(step: np.float32) -> np.float32:
    return min(max(step, -FARTHEST_STEP), FARTHEST_STEP)


@njit(parallel=True, fastmath=True, cache=True)
def lay_out_forces(
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    shares: NDArray[np.float32],
    places: NDArray[np.float32],
    rounds: int,
    first_step: float,
    seed: int,
) -> NDArray[np.float32]:
    """Where the clips come to rest.

    starts, ends: the graph's rows; clip i is tied to ends[starts[i]:starts[i + 1]]. shares: in
    which share of the rounds each tie pulls, 0..1. places: where the clips are, shape (clips, 2).
    first_step: how far they move in the first round, falling to 0 in the last.
    """
    count = len(places)
    now = places.copy()
    after = places.copy()
    for turn in range(rounds):
        step = np.float32(first_step * (1.0 - turn / rounds))
        for i in prange(count):
            x, y = now[i, 0], now[i, 1]
            for tie in range(starts[i], starts[i + 1]):
                share = shares[tie]
                if int((turn + 1) * share) == int(turn * share):
                    continue
                j = ends[tie]
                dx, dy = x - now[j, 0], y - now[j, 1]
                pull = np.float32(-2.0) / (np.float32(1.0) + dx * dx + dy * dy)
                x += step * _limited(pull * dx)
                y += step * _limited(pull * dy)
                draw = _mixed(np.uint64(seed) ^ (np.uint64(turn) << np.uint64(40)) ^ np.uint64(tie))
                for push_number in range(PUSHES):
                    draw = _mixed(draw + np.uint64(push_number))
                    k = int(draw % np.uint64(count))
                    if k == i:
                        continue
                    dx, dy = x - now[k, 0], y - now[k, 1]
                    far = dx * dx + dy * dy
                    push = np.float32(2.0) / ((NEAREST + far) * (np.float32(1.0) + far))
                    x += step * _limited(push * dx)
                    y += step * _limited(push * dy)
            after[i, 0], after[i, 1] = x, y
        now, after = after, now
    return now
