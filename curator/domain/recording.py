"""An imported file."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Recording:
    """A file of sound as it was when it was imported. The file itself is never written to.

    samples: length at ``rate`` Hz. content_hash: SHA-256 of the file's bytes, hex.
    mtime_ns and size: to notice cheaply that the file may have changed.
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
    licence: str
    consent: str

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.name

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.samples / self.rate
