"""Where jobs run: the options of a cluster."""

from dataclasses import dataclass

LOCAL, AUTO, CLIENT = "ray:local", "auto", "ray://"
"""Addresses: a cluster of this machine alone, the one it belongs to, and one elsewhere."""

SOUND_AUTO, SOUND_SEND = "auto", "send"
"""Sound from the shared disk where a node has it, or always sent."""


@dataclass(frozen=True, slots=True)
class ClusterChoice:
    """Where to run.

    on: LOCAL, AUTO or an address that begins with CLIENT; "" for processes of this machine.
    sound: SOUND_AUTO, SOUND_SEND, or the address of an object store that fsspec knows.
    cache_gb: limit of each node's store, in GB.
    """

    on: str = ""
    sound: str = SOUND_AUTO
    cache_gb: float = 20.0
