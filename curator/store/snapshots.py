"""Named states of the decisions: taken, compared, gone back to."""

from collections.abc import Callable
from datetime import UTC, datetime

from curator.domain.decision import Changes, Field
from curator.domain.errors import CuratorError
from curator.domain.snapshot import Comparison, Snapshot, SnapshotClip, compare
from curator.store.clip_rows import few_collections
from curator.store.connection import Row
from curator.store.database import Database
from curator.store.decisions import Decisions
from curator.store.going_back import way_back

PERSON = "person"
EXPORT = "export"
"""What made a snapshot."""

NOW = "now"
"""What the present state is called; no snapshot may be."""

_CLIPS_NOW = """
    SELECT clip.id, clip.recording_id, clip.start, clip.stop,
      COALESCE(decision.state, 'undecided'), decision.emotion,
      COALESCE(decision.text, transcript.text, ''), decision.text IS NOT NULL
    FROM present_clip AS clip
    LEFT JOIN decision ON decision.clip_id = clip.id
    LEFT JOIN transcript ON transcript.clip_id = clip.id
      AND transcript.start = clip.start AND transcript.stop = clip.stop
    ORDER BY clip.id"""


class Snapshots:
    """The snapshots of a project. They are no decisions: taking one is not undone."""

    def __init__(
        self,
        database: Database,
        decisions: Decisions,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._decisions = decisions
        self._now = now

    def take(self, name: str = "", origin: str = PERSON) -> Snapshot:
        """Keep the set as it is now under a name; "" for one made of the time."""
        name = name.strip() or self._free_name(origin)
        if name == NOW or not name.isprintable():
            raise CuratorError(f"A snapshot cannot be called {name!r}.", "Choose another name.")
        if any(each.name == name for each in self.all()):
            raise CuratorError(
                f"There is a snapshot called {name!r} already.",
                "Choose another name, or remove that one first.",
            )
        with self._database.writing():
            ((number,),) = self._database.write(
                """
                INSERT INTO snapshot(name, made_at, origin, state_hash)
                VALUES (?, ?, ?, ?) RETURNING id
                """,
                (name, self._made_at(), origin, self._decisions.state_hash()),
            ).fetchall()
            self._database.write(
                f"""
                INSERT INTO snapshot_clip(clip_id, recording_id, start, stop, state, emotion, text,
                  text_decided, snapshot_id)
                SELECT *, {int(number)} FROM ({_CLIPS_NOW})
                """
            )
        return self.get(name)

    def for_export(self) -> Snapshot:
        """The newest snapshot if it is the set as it is now, else one that is taken for it."""
        newest = self._database.read("SELECT name FROM snapshot ORDER BY id DESC").fetchone()
        if newest and not self.compare(newest[0]).differences:
            return self.get(newest[0])
        return self.take(origin=EXPORT)

    def all(self) -> list[Snapshot]:
        """Every snapshot, newest first."""
        rows = self._database.read(
            """
            SELECT id, name, made_at, origin, state_hash, COUNT(clip_id),
              COALESCE(SUM(state = 'kept'), 0)
            FROM snapshot LEFT JOIN snapshot_clip ON snapshot_id = id
            GROUP BY id ORDER BY id DESC
            """
        )
        return [Snapshot(*row) for row in rows]

    def get(self, name: str) -> Snapshot:
        """One of them, or CuratorError naming those there are."""
        known = self.all()
        for snapshot in known:
            if snapshot.name == name:
                return snapshot
        names = ", ".join(repr(each.name) for each in known) or "none yet"
        raise CuratorError(f"There is no snapshot called {name!r}.", f"There are: {names}.")

    def remove(self, name: str) -> None:
        """Forget a snapshot; the clips are not touched."""
        number = self._number(name)
        with self._database.writing():
            self._database.write("DELETE FROM snapshot WHERE id = ?", (number,))

    def clips(self, name: str = NOW) -> list[SnapshotClip]:
        """The clips of a snapshot, or as they are now."""
        return [SnapshotClip._make(row) for row in self._rows(name)]

    def compare(self, before: str, after: str = NOW) -> Comparison:
        """What makes two snapshots, or one and the present state, different."""
        with self._database.reading(), few_collections():
            return compare((before, self._rows(before)), (after, self._rows(after)))

    def back(self, name: str) -> Changes:
        """Make the clips what they were, as one act that can be undone.

        Clips that are gone come again, as new ones if segmentation has replaced them. Clips of
        recordings that the snapshot does not know stay, undecided.
        """
        label = f"Go back to: {name}"
        with self._database.writing():
            edits = way_back(self._database, self.clips(name))
            if not edits:
                return Changes((), Field.STATE, label)
            return self._decisions.apply_all(label, edits)

    def _rows(self, name: str) -> list[Row]:
        if name == NOW:
            return self._database.read(_CLIPS_NOW).fetchall()
        return self._database.read(
            """
            SELECT clip_id, recording_id, start, stop, state, emotion, text, text_decided
            FROM snapshot_clip WHERE snapshot_id = ? ORDER BY clip_id
            """,
            (self._number(name),),
        ).fetchall()

    def _number(self, name: str) -> int:
        row = self._database.read("SELECT id FROM snapshot WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else self.get(name).id

    def _made_at(self) -> str:
        return self._now().isoformat(timespec="seconds")

    def _free_name(self, origin: str) -> str:
        first = "export" if origin == EXPORT else "snapshot"
        name = f"{first} {self._now():%Y-%m-%d %H:%M:%S}"
        names = {each.name for each in self.all()}
        number = 1
        free = name
        while free in names:
            number += 1
            free = f"{name} ({number})"
        return free
