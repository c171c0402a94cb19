"""Named states of the decisions: taken, compared, gone back to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from curator.domain.decision import Changes, Field
from curator.domain.errors import CuratorError
from curator.domain.recipe import none
from curator.domain.set_settings import SetSettings, differences
from curator.domain.snapshot import Comparison, Snapshot, SnapshotClip
from curator.domain.snapshot_pairs import compare
from curator.domain.weights import Weights
from curator.store.clip_rows import few_collections
from curator.store.connection import Row
from curator.store.database import Database
from curator.store.decision_rules import categories, parsed
from curator.store.decisions import Decisions
from curator.store.snapshot_restore import Goal, way_back

PERSON = "person"
EXPORT = "export"
"""What made a snapshot."""

NOW = "now"
"""What the present state is called; no snapshot may be."""

# Parameters: whether recipes are included, and the recipe that changes nothing.
_CLIPS_NOW = """
    SELECT clip.id, clip.recording_id, clip.start, clip.stop,
      COALESCE(decision.state, 'undecided') AS state, decision.emotion,
      COALESCE(decision.text, transcript.text, '') AS text,
      IIF(?, NULLIF(COALESCE(decision.recipe, recording_decision.recipe), ?), NULL),
      decision.text IS NOT NULL AS text_decided, decision.recipe AS recipe
    FROM present_clip AS clip
    LEFT JOIN decision ON decision.clip_id = clip.id
    LEFT JOIN recording_decision ON recording_decision.recording_id = clip.recording_id
    LEFT JOIN transcript ON transcript.clip_id = clip.id
      AND transcript.start = clip.start AND transcript.stop = clip.stop
    ORDER BY clip.id"""

_CLIPS_THEN = """
    SELECT clip.clip_id, clip.recording_id, clip.start, clip.stop, clip.state, clip.emotion,
      clip.text, IIF(?, NULLIF(COALESCE(clip.recipe, whole.recipe), ?), NULL),
      clip.text_decided, clip.recipe
    FROM snapshot_clip AS clip
    LEFT JOIN snapshot_recipe AS whole
      ON whole.snapshot_id = clip.snapshot_id AND whole.recording_id = clip.recording_id
    WHERE clip.snapshot_id = ? ORDER BY clip.clip_id"""

AS_RECORDED = none().hash


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
                INSERT INTO snapshot(name, made_at, origin, state_hash, categories, weights)
                VALUES (?, ?, ?, ?, ?, ?) RETURNING id
                """,
                (
                    *(name, self._made_at(), origin, self._decisions.state_hash()),
                    *(categories(self._database), self._decisions.of_project(Field.WEIGHTS)),
                ),
            ).fetchall()
            self._database.write(
                f"""
                INSERT INTO snapshot_clip(snapshot_id, clip_id, recording_id, start, stop, state,
                  emotion, text, text_decided, recipe)
                SELECT ?, id, recording_id, start, stop, state, emotion, text, text_decided, recipe
                FROM ({_CLIPS_NOW})
                """,
                (number, False, AS_RECORDED),
            )
            self._database.write(
                """
                INSERT INTO snapshot_recipe(snapshot_id, recording_id, recipe)
                SELECT ?, recording_id, recipe FROM recording_decision
                """,
                (number,),
            )
        return self.get(name)

    def for_export(self) -> Snapshot:
        """The newest snapshot if it is the set as it is now, else one that is taken for it."""
        newest = self._database.read("SELECT name FROM snapshot ORDER BY id DESC").fetchone()
        if newest and self.compare(newest[0]).is_same:
            return self.get(newest[0])
        return self.take(origin=EXPORT)

    def all(self) -> list[Snapshot]:
        """Every snapshot, newest first."""
        rows = self._database.read(
            """
            SELECT id, name, made_at, origin, state_hash, COUNT(clip_id),
              COALESCE(SUM(state = 'kept'), 0), categories IS NOT NULL
            FROM snapshot LEFT JOIN snapshot_clip ON snapshot_id = id
            GROUP BY id ORDER BY id DESC
            """
        )
        return [
            Snapshot(number, name, made_at, origin, state_hash, clips, kept, bool(whole))
            for number, name, made_at, origin, state_hash, clips, kept, whole in rows
        ]

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
            was, now = self._settings(before), self._settings(after)
            tell = bool(was and now)
            comparison = compare(
                (before, self._rows(before, tell)), (after, self._rows(after, tell))
            )
        partial = [name for name, its in ((before, was), (after, now)) if its is None]
        return replace(
            comparison,
            of_project=differences(was, now) if was and now else (),
            partial=tuple(partial),
        )

    def back(self, name: str) -> Changes:
        """Make the set what it was, as one act that can be undone.

        Clips that are gone come again, as new ones if segmentation has replaced them. Clips of
        recordings that the snapshot does not know stay, undecided, in their categories.
        """
        label = f"Go back to: {name}"
        with self._database.writing():
            edits = way_back(self._database, self._goal(name))
            if not edits:
                return Changes((), Field.STATE, label)
            return self._decisions.apply_all(label, edits)

    def _goal(self, name: str) -> Goal:
        number = self._number(name)
        text, weights = self._database.read(
            "SELECT categories, weights FROM snapshot WHERE id = ?", (number,)
        ).fetchone()
        recipes = self._database.read(
            "SELECT recording_id, recipe FROM snapshot_recipe WHERE snapshot_id = ?", (number,)
        )
        return Goal(self.clips(name), text, weights, dict(recipes.fetchall()))

    def _settings(self, name: str) -> SetSettings | None:
        """Categories and weights as they were, or are now; None where they were not kept."""
        if name == NOW:
            text, weights = categories(self._database), self._decisions.of_project(Field.WEIGHTS)
        else:
            text, weights = self._database.read(
                "SELECT categories, weights FROM snapshot WHERE id = ?", (self._number(name),)
            ).fetchone()
        if text is None:
            return None
        with self._database.as_stored("a snapshot"):
            return SetSettings(parsed(text), Weights.from_json(weights))

    def _rows(self, name: str, tell: bool = True) -> list[Row]:
        """Clips in the field order of SnapshotClip. tell: include recipes."""
        if name == NOW:
            return self._database.read(_CLIPS_NOW, (tell, AS_RECORDED)).fetchall()
        among = (tell, AS_RECORDED, self._number(name))
        return self._database.read(_CLIPS_THEN, among).fetchall()

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
