"""Imported audio file."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Recording:
    """Audio file as imported; the file itself is never modified.

    samples: length at ``rate`` Hz. content_hash: SHA-256 of the file's bytes, hex.
    mtime_ns, size: for fast detection of changes.
    """

    id: int
    path: Path
    content_hash: str
    size: int
    mtime_ns: int
    rate: int
    channels: int
    samples: int
    container: str
    licence: str = ""
    consent: str = ""

    @property
    def name(self) -> str:
        """File name without its folder."""
        return self.path.name

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.samples / self.rate
