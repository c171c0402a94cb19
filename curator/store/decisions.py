"""Decisions of a project and the journal of edits.

Undo is stored here and not in a window, so that it survives a restart and records what was decided
when. Undone edits can be redone until a new edit is made; then they are abandoned and stay in the
journal.
"""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from curator.domain.clip_query import fold
from curator.domain.decision import (
    OF_PROJECT,
    PERSON,
    PROJECT,
    Changes,
    Edit,
    Field,
    HistoryEntry,
    Value,
)
from curator.store import other_decisions, presence
from curator.store.connection import Parameters, listed
from curator.store.database import Database
from curator.store.decision_rules import DecisionRules, existing
from curator.store.journal import Journal

_COLUMN = {
    Field.STATE: "state",
    Field.EMOTION: "emotion",
    Field.TEXT: "text",
    Field.RECIPE: "recipe",
}


class Decisions:
    """Stored decisions with undo and redo."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._rules = DecisionRules(database)
        self._journal = Journal(database, now, seconds)

    def apply(self, edit: Edit) -> Changes:
        """Apply an edit and record it in the journal, durable when this returns.

        Returns the actual changes; an edit without changes is not recorded. Raises CuratorError,
        changing nothing, for an invalid value.
        """
        return self.apply_all(edit.label, [edit])

    def apply_all(self, label: str, edits: Sequence[Edit]) -> Changes:
        """Apply several edits as one act, undone and redone as a whole.

        label: of the act. Each edit is validated after those before it, the categories at the end.
        Raises CuratorError, changing nothing, if one is invalid.
        """
        assert edits
        with self._database.writing():
            act: int | None = None
            parts = []
            for edit in edits:
                changes, number = self._applied(replace(edit, label=label), act)
                act = act or number
                if changes.clips:
                    parts.append(changes)
            if any(part.field is Field.CATEGORIES for part in parts):
                self._rules.check_labels()
        if not parts:
            return Changes((), edits[0].field, label)
        return Changes.together(label, parts)

    def _applied(self, edit: Edit, act: int | None) -> tuple[Changes, int | None]:
        """Changes of an edit, and its journal id if it is the first of its act."""
        wanted = self._rules.checked(edit, self.voice())
        if edit.come:
            wanted |= self._prepared(edit)
        before = self._values(edit.field, wanted)
        after = {clip: value for clip, value in wanted.items() if value != before[clip]}
        if not after:
            return Changes((), edit.field, edit.label), None
        number = self._journal.note(edit, {clip: before[clip] for clip in after}, after, act)
        self._write(edit.field, after)
        return Changes(tuple(after), edit.field, edit.label), number

    def _prepared(self, edit: Edit) -> dict[int, Value]:
        """Insert new clips with their decisions, not yet present."""
        pieces = presence.prepare(self._database, edit)
        for field, values in presence.decided(pieces).items():
            self._write_words(field, values)
        return dict.fromkeys(pieces, PERSON)

    def undo(self) -> Changes | None:
        """Undo the last act; None if there is none."""
        return self._step("done", "undone", "before")

    def redo(self) -> Changes | None:
        """Redo the last undone act; None if there is none."""
        return self._step("undone", "done", "after")

    def undo_label(self) -> str | None:
        """Label of the act that `undo` would undo, or None."""
        return self._journal.next_label("done", "before")

    def redo_label(self) -> str | None:
        """Label of the act that `redo` would redo, or None."""
        return self._journal.next_label("undone", "after")

    def next_size(self, *, undo: bool) -> int:
        """Upper bound of the clips that `undo`, or else `redo`, would change."""
        return self._journal.size("done" if undo else "undone")

    def history(self, limit: int = 50) -> list[HistoryEntry]:
        """The latest acts, newest first."""
        return self._journal.history(limit)

    def of_project(self, field: Field) -> str | None:
        """Decision about the whole project in this field, or None."""
        value = self._values(field, {PROJECT: None})[PROJECT]
        return None if value is None else str(value)

    def of_clips(self, field: Field) -> dict[int, Value]:
        """Decided values of a field with one column, by clip id."""
        column = _COLUMN[field]
        rows = self._database.read(
            f"""
            SELECT clip_id, {column} FROM decision
            WHERE {column} IS NOT NULL AND clip_id IN (SELECT id FROM present_clip)
            ORDER BY clip_id
            """
        )
        return dict(rows.fetchall())

    def elsewhere(self, field: Field) -> dict[int, str]:
        """RECORDING_RECIPE by recording, or RATING by sample."""
        return other_decisions.read_all(self._database, field)

    def sample_number(self, sample: str) -> int:
        """Id of a rated sample, the same for the same name."""
        with self._database.writing():
            self._database.write("INSERT OR IGNORE INTO rated_sample(sample) VALUES (?)", (sample,))
        (number,) = self._database.read(
            "SELECT id FROM rated_sample WHERE sample = ?", (sample,)
        ).fetchone()
        return int(number)

    def samples(self) -> dict[int, str]:
        """Names of all rated samples, by id."""
        return dict(self._database.read("SELECT id, sample FROM rated_sample ORDER BY id"))

    def voice(self) -> tuple[int, ...]:
        """Clips that define the target speaker; empty when none is set."""
        value = self.of_project(Field.VOICE)
        with self._database.as_stored("the chosen voice"):
            clips = [int(clip) for clip in value.split(",")] if value else []
        there = existing(self._database, clips)
        return tuple(clip for clip in clips if clip in there)

    def state_hash(self) -> str:
        """Hash of all present decisions, independent of the edits that led to them."""
        digest = hashlib.sha256()
        for sql in (
            """SELECT clip_id, state, emotion, text, start, stop, recipe FROM decision
            WHERE clip_id IN (SELECT id FROM present_clip) ORDER BY clip_id""",
            "SELECT id, start, stop FROM present_clip ORDER BY id",
            "SELECT field, value FROM project_decision ORDER BY field",
            "SELECT recording_id, recipe FROM recording_decision ORDER BY recording_id",
            "SELECT sample_id, value FROM rating ORDER BY sample_id",
        ):
            for row in self._database.read(sql):
                digest.update(repr(row).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def _step(self, state: str, new_state: str, column: str) -> Changes | None:
        with self._database.writing():
            for act in self._journal.acts(state, column):
                parts = []
                for entry in act.entries:
                    values = self._journal.possible(entry)
                    if values:
                        self._write(entry.field, values)
                        parts.append(Changes(tuple(values), entry.field, act.label))
                if parts:
                    self._journal.mark(act, new_state)
                    return Changes.together(act.label, parts)
        return None

    def _values(self, field: Field, clips: Mapping[int, object]) -> dict[int, Value]:
        """Present decision of each clip; None where undecided."""
        values: dict[int, Value] = dict.fromkeys(clips)
        if field in OF_PROJECT:
            row = self._database.read(
                "SELECT value FROM project_decision WHERE field = ?", (field.value,)
            ).fetchone()
            return {PROJECT: None if row is None else row[0]}
        if field in other_decisions.FIELDS:
            return values | other_decisions.read(self._database, field, clips)
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
        if field in OF_PROJECT:
            self._write_of_project(field, values[PROJECT])
        elif field in other_decisions.FIELDS:
            other_decisions.write(self._database, field, values)
        elif field is Field.PRESENCE:
            presence.write(self._database, values)
        elif field is Field.SPAN:
            self._write_spans(values)
        else:
            self._write_words(field, values)

    def _write_of_project(self, field: Field, value: Value) -> None:
        if value is None:
            self._database.write("DELETE FROM project_decision WHERE field = ?", (field.value,))
        else:
            self._database.write(
                "INSERT OR REPLACE INTO project_decision(field, value) VALUES (?, ?)",
                (field.value, value),
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
            "UPDATE clip SET start = ?, stop = ? WHERE id = ?",
            [(start, stop, clip) for clip, start, stop in rows],
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
        """Delete decisions; an undecided clip has no row."""
        others = {"state", "emotion", "text", "start", "recipe"} - set(columns)
        nothing_else = " AND ".join(f"{column} IS NULL" for column in sorted(others))
        ids = [(clip,) for clip in clips]
        self._database.write_many(f"DELETE FROM decision WHERE clip_id = ? AND {nothing_else}", ids)
        assignments = ", ".join(f"{column} = NULL" for column in columns)
        self._database.write_many(f"UPDATE decision SET {assignments} WHERE clip_id = ?", ids)
