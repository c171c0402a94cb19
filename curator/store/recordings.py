"""Imported recordings of a project."""

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from curator.domain.clip_query import fold
from curator.domain.decision import Field
from curator.domain.errors import CuratorError, printable
from curator.domain.foreign_files import is_hash
from curator.domain.recording import (
    HIGHEST_RATE,
    LONGEST_HOURS,
    LOWEST_RATE,
    Decoding,
    Recording,
    display_name,
)
from curator.store.connection import Row
from curator.store.database import Database

_COLUMNS = (
    "id, path, content_hash, size, mtime_ns, rate, channels, samples, container, licence, consent, "
    "decoding, sound_key, sound_hash, notes"
)


class Recordings:
    """Recordings of a project, unique by their sound: a file's tracks and channels are several."""

    def __init__(self, database: Database, sources: Path | None = None) -> None:
        """sources: folder of their files, see SoundFolders; None for their own paths."""
        self._database = database
        self._sources = sources

    def add(self, new: Recording) -> Recording:
        """Add an imported file; its id is assigned.

        Raises CuratorError if there is a recording of the same sound of the same content.
        """
        existing = self.by_key(new.cache_key)
        if existing is not None:
            raise CuratorError(
                f"{printable(new.name)} is already in the project, "
                f"as {printable(existing.name)} (recording {existing.id})."
            )
        with self._database.writing():
            row = self._database.write(
                """
                INSERT INTO recording(path, name_key, content_hash, size, mtime_ns, rate, channels,
                  samples, container, licence, consent, decoding, sound_key, sound_hash, notes)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                RETURNING id
                """,
                (
                    os.fsencode(new.path),
                    fold(printable(new.name)),
                    new.content_hash,
                    new.size,
                    new.mtime_ns,
                    new.rate,
                    new.channels,
                    new.samples,
                    new.container,
                    new.licence,
                    new.consent,
                    new.decoding.to_json(),
                    new.cache_key,
                    new.sound_hash,
                    json.dumps(new.notes, ensure_ascii=False),
                ),
            ).fetchall()
        return self.get(row[0][0])

    def all(self) -> list[Recording]:
        """All recordings in the order of import, without removed ones."""
        rows = self._database.read(f"SELECT {_COLUMNS} FROM recording ORDER BY id")
        removed = self.removed()
        with self._database.as_stored("a recording"):
            return [each for row in rows if (each := self._recording(row)).id not in removed]

    def removed(self) -> dict[int, dict[int, str]]:
        """Origins of the clips of each removed recording, by recording id.

        A recording with clips, for example of a restored snapshot, does not count as removed.
        """
        row = self._database.read(
            "SELECT value FROM project_decision WHERE field = ?", (Field.REMOVED.value,)
        ).fetchone()
        if row is None:
            return {}
        present = self._database.read("SELECT DISTINCT recording_id FROM present_clip")
        there = {number for (number,) in present}
        with self._database.as_stored("the removed recordings"):
            return {
                int(number): {int(clip): str(origin) for clip, origin in clips.items()}
                for number, clips in json.loads(row[0]).items()
                if int(number) not in there
            }

    def get(self, recording_id: int) -> Recording:
        """Recording by id. Raises CuratorError if there is none."""
        recording = self._one("id", recording_id)
        if recording is None:
            raise CuratorError(f"There is no recording {recording_id} in the project.")
        return recording

    def by_hash(self, content_hash: str) -> Recording | None:
        """First recording by content hash, or None."""
        return self._one("content_hash", content_hash)

    def by_key(self, sound_key: str) -> Recording | None:
        """Recording by sound key, or None."""
        return self._one("sound_key", sound_key)

    def by_source(self, content_hash: str, decoding: Decoding) -> Recording | None:
        """Recording of the same track and channel of a file with this content, or None."""
        wanted = (content_hash, decoding.track, decoding.channel)
        for each in self.all():
            if (each.content_hash, each.decoding.track, each.decoding.channel) == wanted:
                return each
        return None

    def relocate(self, recording_id: int, path: Path) -> Recording:
        """Set the new path of an unchanged file."""
        name = display_name(path, self.get(recording_id).decoding)
        with self._database.writing():
            self._database.write(
                "UPDATE recording SET path = ?, name_key = ? WHERE id = ?",
                (os.fsencode(path), fold(printable(name)), recording_id),
            )
        return self.get(recording_id)

    def replace_file(self, recording_id: int, other: Recording) -> Recording:
        """Use the file of another recording with the same sound, for example a re-tagged one."""
        with self._database.writing():
            self.relocate(recording_id, other.path)
            self._database.write(
                """
                UPDATE recording SET content_hash = ?, size = ?, mtime_ns = ?, channels = ?,
                  container = ?, decoding = ?
                WHERE id = ?
                """,
                (
                    other.content_hash,
                    other.size,
                    other.mtime_ns,
                    other.channels,
                    other.container,
                    other.decoding.to_json(),
                    recording_id,
                ),
            )
        return self.get(recording_id)

    def lengthen(self, recording_id: int, samples: int, notes: Sequence[str]) -> Recording:
        """Add sound at the end that an earlier import left out; it is analysed again."""
        with self._database.writing():
            self._database.write(
                "UPDATE recording SET samples = ?, sound_hash = '', notes = ? WHERE id = ?",
                (samples, json.dumps(notes, ensure_ascii=False), recording_id),
            )
            self._database.write(
                "DELETE FROM recording_done WHERE recording_id = ?", (recording_id,)
            )
        return self.get(recording_id)

    def _one(self, column: str, value: int | str) -> Recording | None:
        assert column in ("id", "content_hash", "sound_key")
        row = self._database.read(
            f"SELECT {_COLUMNS} FROM recording WHERE {column} = ? ORDER BY id LIMIT 1", (value,)
        ).fetchone()
        with self._database.as_stored("a recording"):
            return self._recording(row) if row else None

    def _recording(self, row: Row) -> Recording:
        recording = _recording(row)
        if self._sources is None:
            return recording
        here = self._sources / recording.content_hash / recording.path.name
        return replace(recording, path=here)


def _recording(row: Row) -> Recording:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    path = values["path"]
    values["path"] = Path(os.fsdecode(path))
    values["decoding"] = Decoding.from_json(values["decoding"])
    values["notes"] = tuple(map(str, json.loads(values["notes"])))
    recording = Recording(**values)
    if b"\0" in path or not path:
        raise ValueError("a path that no file can have")
    optional = [key for key in (recording.sound_key, recording.sound_hash) if key]
    for key in (recording.content_hash, *optional):
        if not is_hash(key):
            raise ValueError(f"a hash that is no SHA-256: {printable(key[:80])}")
    if not LOWEST_RATE <= recording.rate <= HIGHEST_RATE:
        raise ValueError(f"a rate of {recording.rate} Hz")
    if not 0 <= recording.samples <= LONGEST_HOURS * 3600 * recording.rate:
        raise ValueError(f"a length of {recording.samples} samples")
    if recording.channels < 1 or recording.size < 0:
        raise ValueError(f"{recording.channels} channels in {recording.size} bytes")
    return recording
