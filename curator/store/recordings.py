"""Imported recordings of a project."""

import os
from pathlib import Path

from curator.domain.clip_query import fold
from curator.domain.errors import CuratorError, printable
from curator.domain.recording import Recording
from curator.store.connection import Row
from curator.store.database import Database

_COLUMNS = (
    "id, path, content_hash, size, mtime_ns, rate, channels, samples, container, licence, consent"
)


class Recordings:
    """Recordings of a project, unique by content."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: Recording) -> Recording:
        """Add an imported file; its id is assigned.

        Raises CuratorError if there is a recording with the same content.
        """
        existing = self.by_hash(new.content_hash)
        if existing is not None:
            raise CuratorError(
                f"{printable(new.path.name)} is already in the project, "
                f"as {printable(existing.name)} (recording {existing.id})."
            )
        with self._database.writing():
            row = self._database.write(
                """
                INSERT INTO recording(path, name_key, content_hash, size, mtime_ns, rate, channels,
                  samples, container, licence, consent)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                RETURNING id
                """,
                (
                    os.fsencode(new.path),
                    fold(printable(new.path.name)),
                    new.content_hash,
                    new.size,
                    new.mtime_ns,
                    new.rate,
                    new.channels,
                    new.samples,
                    new.container,
                    new.licence,
                    new.consent,
                ),
            ).fetchall()
        return self.get(row[0][0])

    def all(self) -> list[Recording]:
        """All recordings in the order of import."""
        rows = self._database.read(f"SELECT {_COLUMNS} FROM recording ORDER BY id")
        with self._database.as_stored("a recording"):
            return [_recording(row) for row in rows]

    def get(self, recording_id: int) -> Recording:
        """Recording by id. Raises CuratorError if there is none."""
        recording = self._one("id", recording_id)
        if recording is None:
            raise CuratorError(f"There is no recording {recording_id} in the project.")
        return recording

    def by_hash(self, content_hash: str) -> Recording | None:
        """Recording by content hash, or None."""
        return self._one("content_hash", content_hash)

    def relocate(self, recording_id: int, path: Path) -> Recording:
        """Set the new path of an unchanged file."""
        self.get(recording_id)
        with self._database.writing():
            self._database.write(
                "UPDATE recording SET path = ?, name_key = ? WHERE id = ?",
                (os.fsencode(path), fold(printable(path.name)), recording_id),
            )
        return self.get(recording_id)

    def _one(self, column: str, value: int | str) -> Recording | None:
        assert column in ("id", "content_hash")
        row = self._database.read(
            f"SELECT {_COLUMNS} FROM recording WHERE {column} = ?", (value,)
        ).fetchone()
        with self._database.as_stored("a recording"):
            return _recording(row) if row else None


def _recording(row: Row) -> Recording:
    recording_id, path, *rest = row
    if rest[3] < 1:
        raise ValueError(f"a rate of {rest[3]} Hz")
    return Recording(recording_id, Path(os.fsdecode(path)), *rest)
