"""What people decided, and the journal of their edits.

Undo lives here and not in a window, so that it survives the end of the program and is the record of
what was decided when. Undone edits are taken up again by redo until a new edit goes another way;
then they are abandoned, and stay in the journal.
"""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from curator.domain.clip_query import fold
from curator.domain.decision import (
    PERSON,
    PROJECT,
    Changes,
    Edit,
    Field,
    HistoryEntry,
    Value,
)
from curator.domain.emotion import EmotionSet
from curator.store import presence
from curator.store.connection import Parameters, listed
from curator.store.database import Database
from curator.store.decision_rules import DecisionRules, existing
from curator.store.journal import Journal

_COLUMN = {Field.STATE: "state", Field.EMOTION: "emotion", Field.TEXT: "text"}


class Decisions:
    """The decisions of a project."""

    def __init__(
        self,
        database: Database,
        emotions: EmotionSet,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._rules = DecisionRules(database, emotions)
        self._journal = Journal(database, now, seconds)

    def apply(self, edit: Edit) -> Changes:
        """Decide, and note it in the journal; both are on disk when this returns.

        Returns what really changed; an edit that changes nothing is not noted. CuratorError, and
        nothing is done, when a value does not fit.
        """
        with self._database.writing():
            wanted = self._rules.checked(edit, self.voice())
            if edit.come:
                wanted |= self._prepared(edit)
            before = self._values(edit.field, wanted)
            after = {clip: value for clip, value in wanted.items() if value != before[clip]}
            if not after:
                return Changes((), edit.field, edit.label)
            self._journal.note(edit, {clip: before[clip] for clip in after}, after)
            self._write(edit.field, after)
        return Changes(tuple(after), edit.field, edit.label)

    def _prepared(self, edit: Edit) -> dict[int, Value]:
        """The clips that come, with what was decided about them, not yet there."""
        pieces = presence.prepare(self._database, edit)
        texts = {clip: piece.text for clip, piece in pieces.items()}
        emotions = {clip: piece.emotion for clip, piece in pieces.items()}
        self._write_words(Field.TEXT, texts)
        self._write_words(Field.EMOTION, emotions)
        return dict.fromkeys(pieces, PERSON)

    def undo(self) -> Changes | None:
        """Take the last edit back; None when there is none."""
        return self._step("done", "undone", "before")

    def redo(self) -> Changes | None:
        """Do again what was undone last; None when there is nothing."""
        return self._step("undone", "done", "after")

    def undo_label(self) -> str | None:
        """What `undo` would take back, or None."""
        found = self._journal.next("done", "before")
        return None if found is None else found.label

    def redo_label(self) -> str | None:
        """What `redo` would do again, or None."""
        found = self._journal.next("undone", "after")
        return None if found is None else found.label

    def history(self, limit: int = 50) -> list[HistoryEntry]:
        """The latest edits, newest first."""
        return self._journal.history(limit)

    def voice(self) -> tuple[int, ...]:
        """The clips that say whose voice the set is; empty when nobody has chosen."""
        value = self._values(Field.VOICE, {PROJECT: None})[PROJECT]
        with self._database.as_stored("the chosen voice"):
            clips = [int(clip) for clip in value.split(",")] if isinstance(value, str) else []
        there = existing(self._database, clips)
        return tuple(clip for clip in clips if clip in there)

    def state_hash(self) -> str:
        """A hash of every decision as it is now, whatever edits led there."""
        digest = hashlib.sha256()
        for sql in (
            """SELECT clip_id, state, emotion, text, start, stop FROM decision
            WHERE clip_id IN (SELECT id FROM present_clip) ORDER BY clip_id""",
            "SELECT id, start, stop FROM present_clip ORDER BY id",
            "SELECT field, value FROM project_decision ORDER BY field",
        ):
            for row in self._database.read(sql):
                digest.update(repr(row).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def _step(self, state: str, new_state: str, column: str) -> Changes | None:
        with self._database.writing():
            found = self._journal.next(state, column)
            if found is None:
                return None
            self._write(found.field, found.values)
            self._journal.mark(found, new_state)
        return Changes(tuple(found.values), found.field, found.label)

    def _values(self, field: Field, clips: Mapping[int, object]) -> dict[int, Value]:
        """What is decided now, for each of the clips; None where nothing is."""
        values: dict[int, Value] = dict.fromkeys(clips)
        if field is Field.VOICE:
            row = self._database.read(
                "SELECT value FROM project_decision WHERE field = 'voice'"
            ).fetchone()
            return {PROJECT: None if row is None else row[0]}
        among = "clip_id IN (SELECT value FROM json_each(?))"
        ids = (listed(clips),)
        if field is Field.PRESENCE:
            values |= presence.origins(self._database, clips)
        elif field is Field.SPAN:
            sql = f"SELECT clip_id, start, stop FROM decision WHERE start NOT NULL AND {among}"
            values |= {clip: (start, stop) for clip, start, stop in self._database.read(sql, ids)}
        else:
            sql = f"SELECT clip_id, {_COLUMN[field]} FROM decision WHERE {among}"
            values |= dict(self._database.read(sql, ids))
        return values

    def _write(self, field: Field, values: Mapping[int, Value]) -> None:
        if field is Field.VOICE:
            self._write_voice(values[PROJECT])
        elif field is Field.PRESENCE:
            presence.write(self._database, values)
        elif field is Field.SPAN:
            self._write_spans(values)
        else:
            self._write_words(field, values)

    def _write_voice(self, value: Value) -> None:
        if value is None:
            self._database.write("DELETE FROM project_decision WHERE field = 'voice'")
        else:
            self._database.write(
                "INSERT OR REPLACE INTO project_decision(field, value) VALUES ('voice', ?)",
                (value,),
            )

    def _write_words(self, field: Field, values: Mapping[int, Value]) -> None:
        columns = ["text", "text_key"] if field is Field.TEXT else [_COLUMN[field]]
        rows = [
            (clip, value, fold(str(value))) if field is Field.TEXT else (clip, value)
            for clip, value in values.items()
            if value is not None
        ]
        self._upsert(columns, rows)
        self._clear(columns, [clip for clip, value in values.items() if value is None])

    def _write_spans(self, values: Mapping[int, Value]) -> None:
        rows = [(clip, *value) for clip, value in values.items() if isinstance(value, tuple)]
        self._upsert(["start", "stop"], rows)
        self._clear(["start", "stop"], [clip for clip, value in values.items() if value is None])
        self._database.write_many(
            "UPDATE clip SET start = ?2, stop = ?3 WHERE id = ?1",
            rows,
        )
        self._database.write_many(
            "UPDATE clip SET start = cut_start, stop = cut_stop WHERE id = ?",
            [(clip,) for clip, value in values.items() if value is None],
        )

    def _upsert(self, columns: list[str], rows: Sequence[Parameters]) -> None:
        marks = ", ".join(["?"] * len(columns))
        assignments = ", ".join(f"{column} = excluded.{column}" for column in columns)
        self._database.write_many(
            f"""
            INSERT INTO decision(clip_id, {", ".join(columns)})
            VALUES (?, {marks})
            ON CONFLICT (clip_id) DO UPDATE SET {assignments}
            """,
            rows,
        )

    def _clear(self, columns: list[str], clips: list[int]) -> None:
        """Take decisions back; a clip about which nothing is decided has no row."""
        others = {"state", "emotion", "text", "start"} - set(columns)
        nothing_else = " AND ".join(f"{column} IS NULL" for column in sorted(others))
        ids = [(clip,) for clip in clips]
        self._database.write_many(f"DELETE FROM decision WHERE clip_id = ? AND {nothing_else}", ids)
        assignments = ", ".join(f"{column} = NULL" for column in columns)
        self._database.write_many(f"UPDATE decision SET {assignments} WHERE clip_id = ?", ids)
