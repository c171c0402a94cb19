"""Names for values of Ray, which are not type-checked."""

from typing import Any, TypeAlias

RayModule: TypeAlias = Any
"""The module ``ray``, connected to a cluster."""

ActorHandle: TypeAlias = Any
"""Handle of a WorkerActor on a node."""

Reference: TypeAlias = Any
"""Reference to the value of a call."""
