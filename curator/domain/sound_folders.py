"""Folders of a project's sound on another machine."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SoundFolders:
    """Folders from which a worker reads sound, in place of the project's own.

    cache: working copies. sources: recordings as they were imported, at ``HASH/NAME``; "" where
    they are read from their own paths.
    """

    cache: str
    sources: str = ""
