"""Description of a file for a node. Actors import this, so it imports little."""

import msgspec

CACHE, SOURCES = "cache", "sources"
"""Folders beside a snapshot on a node: working copies, and recordings as imported."""


class SharedFile(msgspec.Struct, frozen=True):
    """A file for a node.

    path: on the machine of the project. name: in the store of the node, unique by content.
    place: path below the folder of a share. sha256: hex, or "" where only the size is known.
    """

    path: str
    name: str
    place: str
    size: int
    mtime_ns: int
    sha256: str = ""
