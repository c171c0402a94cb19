"""Intake: an imported file before it is a recording of a project."""

from dataclasses import dataclass
from pathlib import Path

from curator.domain.recording import PLAIN, Decoding, Recording


@dataclass(frozen=True, slots=True)
class Intake:
    """A file as it was taken in: a Recording before it has an id. notes: what was odd about it."""

    path: Path
    content_hash: str
    size: int
    mtime_ns: int
    rate: int
    channels: int
    samples: int
    container: str
    notes: tuple[str, ...]
    decoding: Decoding = PLAIN
    sound_hash: str = ""

    @property
    def cache_key(self) -> str:
        """Name of its files in the cache."""
        return self.decoding.key(self.content_hash)

    def recording(self, number: int, licence: str, consent: str) -> Recording:
        """The file as a recording of a project."""
        return Recording(
            number,
            self.path,
            self.content_hash,
            self.size,
            self.mtime_ns,
            self.rate,
            self.channels,
            self.samples,
            self.container,
            licence,
            consent,
            self.decoding,
            self.cache_key,
            self.sound_hash,
            self.notes,
        )
