"""Names for values of Ray, whose own types differ between its client and a cluster."""

from typing import Any, TypeAlias

RayModule: TypeAlias = Any
"""The module ``ray``, connected to a cluster."""

ActorHandle: TypeAlias = Any
"""Handle of a WorkerActor on a node."""

Reference: TypeAlias = Any
"""Reference to the value of a call."""
