"""The journal of edits: what was decided when, what can be undone, and what can be done again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from curator.domain.decision import JOINED_WITHIN_S, PROJECT, Edit, Field, HistoryEntry, Value
from curator.store import presence
from curator.store.database import Database
from curator.store.decision_rules import existing

_read_values = msgspec.json.Decoder(dict[int, str | tuple[int, int] | None]).decode


def _as_json(values: Mapping[int, Value]) -> str:
    return msgspec.json.encode(values).decode()


@dataclass(frozen=True, slots=True)
class Entry:
    """An edit to take back or do again. values: what its clips will have then."""

    id: int
    label: str
    field: Field
    values: dict[int, Value]


@dataclass(frozen=True, slots=True)
class _Nudge:
    """The last edit in the journal, if it was a nudge. before: the values before it began."""

    edit: int
    before: dict[int, Value]
    at: float

    def is_joined_by(self, after: Mapping[int, Value], now: float) -> bool:
        return after.keys() == self.before.keys() and now - self.at <= JOINED_WITHIN_S


class Journal:
    """The table of edits. Its changes belong into the transaction of what they tell of."""

    def __init__(
        self, database: Database, now: Callable[[], datetime], seconds: Callable[[], float]
    ) -> None:
        self._database = database
        self._now = now
        self._seconds = seconds
        self._last_nudge: _Nudge | None = None

    def note(self, edit: Edit, before: Mapping[int, Value], after: Mapping[int, Value]) -> None:
        """Note an edit, as a part of the one before it if that was a nudge of the same clip.

        Nudges that lead back to where they began leave nothing to undo.
        """
        last, self._last_nudge = self._last_nudge, None
        now = self._seconds()
        if edit.joins and last and last.is_joined_by(after, now) and self._is_latest(last.edit):
            if dict(after) == last.before:
                self._database.write("DELETE FROM edit WHERE id = ?", (last.edit,))
                return
            self._database.write(
                "UPDATE edit SET after = ? WHERE id = ?", (_as_json(after), last.edit)
            )
            self._last_nudge = replace(last, at=now)
            return
        number = self._add(edit, before, after)
        if edit.joins:
            self._last_nudge = _Nudge(number, dict(before), now)

    def _add(self, edit: Edit, before: Mapping[int, Value], after: Mapping[int, Value]) -> int:
        self._database.write("UPDATE edit SET state = 'abandoned' WHERE state = 'undone'")
        ((number,),) = self._database.write(
            """
            INSERT INTO edit(made_at, label, field, clips, state, before, after)
            VALUES (?, ?, ?, ?, 'done', ?, ?)
            RETURNING id
            """,
            (
                self._now().isoformat(timespec="seconds"),
                edit.label,
                edit.field.value,
                len(after.keys() - {PROJECT}),
                _as_json(before),
                _as_json(after),
            ),
        ).fetchall()
        return int(number)

    def _is_latest(self, number: int) -> bool:
        """Whether it really is in the journal, done, and the last: its commit may have failed."""
        row = self._database.read("SELECT id, state FROM edit ORDER BY id DESC LIMIT 1").fetchone()
        return bool(row == (number, "done"))

    def mark(self, entry: Entry, state: str) -> None:
        """Note that an edit is done again, or undone."""
        self._last_nudge = None
        self._database.write("UPDATE edit SET state = ? WHERE id = ?", (state, entry.id))

    def history(self, limit: int = 50) -> list[HistoryEntry]:
        """The latest edits, newest first."""
        rows = self._database.read(
            "SELECT id, made_at, label, field, clips, state FROM edit ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        with self._database.as_stored("the journal"):
            return [
                HistoryEntry(number, made_at, label, Field(field), clips, state)
                for number, made_at, label, field, clips, state in rows
            ]

    def next(self, state: str, column: str) -> Entry | None:
        """The edit to take back or do again, with its values for the clips that still exist.

        Edits whose clips are all gone, since segmentation replaced them, are passed over; so is a
        split or merge if only one of its clips is.
        """
        assert column in ("before", "after")
        order = "DESC" if state == "done" else "ASC"
        rows = self._database.read(
            f"SELECT id, label, field, {column} FROM edit WHERE state = ? ORDER BY id {order}",
            (state,),
        )
        # Row by row: almost always the first will do, and there may be a hundred thousand.
        while (row := rows.fetchone()) is not None:
            number, label, field, values = row
            with self._database.as_stored("the journal"):
                entry = Entry(number, label, Field(field), dict(_read_values(values)))
            left = self._possible(entry)
            if left:
                return replace(entry, values=left)
        return None

    def _possible(self, entry: Entry) -> dict[int, Value]:
        """The values of an entry that can be given now."""
        if entry.field is Field.VOICE:
            return entry.values
        if entry.field is Field.PRESENCE:
            return entry.values if presence.can_turn(self._database, entry.values) else {}
        there = existing(self._database, entry.values)
        return {clip: value for clip, value in entry.values.items() if clip in there}
