"""Size of the part of a cluster that a job uses."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UsedNodes:
    """Nodes that take part in a job, and their processors."""

    nodes: int
    cpus: int
    gpus: int


FollowNodes = Callable[[UsedNodes], object]
"""Called in the thread of a job with the nodes of its next stage, when they have changed."""
