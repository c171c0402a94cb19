"""Journal of edits, for history, undo and redo."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

import msgspec

from curator.domain.decision import (
    JOINED_WITHIN_S,
    NOT_OF_CLIPS,
    PROJECT,
    Edit,
    Field,
    HistoryEntry,
    Value,
)
from curator.store import presence
from curator.store.database import Database
from curator.store.decision_rules import existing

LOOKED_UP = 500
"""Clips looked up at once in the search for an existing one."""

_read_values = msgspec.json.Decoder(dict[int, str | tuple[int, int] | None]).decode


def _as_json(values: Mapping[int, Value]) -> str:
    return msgspec.json.encode(values).decode()


@dataclass(frozen=True, slots=True)
class Entry:
    """Edit to undo or redo. values: resulting values of its clips."""

    id: int
    field: Field
    values: dict[int, Value]


@dataclass(frozen=True, slots=True)
class Act:
    """Edits that are undone or redone together, in order of execution."""

    id: int
    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class _Nudge:
    """Last edit in the journal if it was a nudge. before: values before it."""

    edit: int
    before: dict[int, Value]
    at: float

    def is_joined_by(self, after: Mapping[int, Value], now: float) -> bool:
        return after.keys() == self.before.keys() and now - self.at <= JOINED_WITHIN_S


class Journal:
    """Table of edits, written in the same transaction as the decisions."""

    def __init__(
        self, database: Database, now: Callable[[], datetime], seconds: Callable[[], float]
    ) -> None:
        self._database = database
        self._now = now
        self._seconds = seconds
        self._last_nudge: _Nudge | None = None

    def note(
        self,
        edit: Edit,
        before: Mapping[int, Value],
        after: Mapping[int, Value],
        act: int | None = None,
    ) -> int | None:
        """Record an edit, joined to the previous one if that was a nudge of the same clip.

        Nudges back to the initial values leave nothing to undo. act: id of the act; None starts a
        new one. Returns the id of the act, or None if the edit was joined.
        """
        last, self._last_nudge = self._last_nudge, None
        now = self._seconds()
        if edit.joins and last and last.is_joined_by(after, now) and self._is_latest(last.edit):
            if dict(after) == last.before:
                self._database.write("DELETE FROM edit WHERE id = ?", (last.edit,))
                return None
            self._database.write(
                "UPDATE edit SET after = ? WHERE id = ?", (_as_json(after), last.edit)
            )
            self._last_nudge = replace(last, at=now)
            return None
        number = self._add(edit, before, after, act)
        if edit.joins:
            self._last_nudge = _Nudge(number, dict(before), now)
        return number

    def _add(
        self, edit: Edit, before: Mapping[int, Value], after: Mapping[int, Value], act: int | None
    ) -> int:
        self._database.write("UPDATE edit SET state = 'abandoned' WHERE state = 'undone'")
        ((number,),) = self._database.write(
            """
            INSERT INTO edit(act, made_at, label, field, clips, state, before, after)
            VALUES (COALESCE(?, 0), ?, ?, ?, ?, 'done', ?, ?)
            RETURNING id
            """,
            (
                act,
                self._now().isoformat(timespec="seconds"),
                edit.label,
                edit.field.value,
                0 if edit.field in NOT_OF_CLIPS else len(after.keys() - {PROJECT}),
                _as_json(before),
                _as_json(after),
            ),
        ).fetchall()
        if act is None:
            self._database.write("UPDATE edit SET act = id WHERE id = ?", (number,))
        return int(number)

    def _is_latest(self, number: int) -> bool:
        """Whether the nudge is the last done edit in the journal: its commit may have failed."""
        row = self._database.read("SELECT id, state FROM edit ORDER BY id DESC LIMIT 1").fetchone()
        return bool(row == (number, "done"))

    def mark(self, act: Act, state: str) -> None:
        """Record the redo or undo of an act."""
        self._last_nudge = None
        self._database.write("UPDATE edit SET state = ? WHERE act = ?", (state, act.id))

    def history(self, limit: int = 50) -> list[HistoryEntry]:
        """The latest acts, newest first; the clips of several edits are counted once each."""
        rows = self._database.read(
            """
            SELECT act, made_at, label, field, MAX(clips), state
            FROM edit GROUP BY act ORDER BY act DESC LIMIT ?
            """,
            (limit,),
        )
        with self._database.as_stored("the journal"):
            return [
                HistoryEntry(number, made_at, label, Field(field), clips, state)
                for number, made_at, label, field, clips, state in rows
            ]

    def acts(self, state: str, column: str) -> Iterator[Act]:
        """Acts to undo ("done", "before") or redo ("undone", "after"), nearest first.

        Row by row: usually the first is enough, and there may be 100,000.
        """
        assert column in ("before", "after")
        order = "DESC" if state == "done" else "ASC"
        rows = self._database.read(
            f"SELECT id, act, label, field, {column} FROM edit WHERE state = ? ORDER BY id {order}",
            (state,),
        )
        gathered: list[Entry] = []
        number, label = 0, ""
        while (row := rows.fetchone()) is not None:
            edit, act, its_label, field, values = row
            if gathered and act != number:
                yield Act(number, label, tuple(gathered))
                gathered = []
            number, label = act, its_label
            with self._database.as_stored("the journal"):
                gathered.append(Entry(edit, Field(field), dict(_read_values(values))))
        if gathered:
            yield Act(number, label, tuple(gathered))

    def next_label(self, state: str, column: str) -> str | None:
        """Label of the next act to undo or redo, or None."""
        for act in self.acts(state, column):
            if any(self._is_possible(entry) for entry in act.entries):
                return act.label
        return None

    def size(self, state: str) -> int:
        """Number of clips of the next act to undo ("done") or redo ("undone")."""
        order = "DESC" if state == "done" else "ASC"
        (clips,) = self._database.read(
            f"""
            SELECT COALESCE(SUM(clips), 0) FROM edit WHERE act =
              (SELECT act FROM edit WHERE state = ? ORDER BY id {order} LIMIT 1)
            """,
            (state,),
        ).fetchone()
        return int(clips)

    def _is_possible(self, entry: Entry) -> bool:
        """Whether any value of an entry can be applied now."""
        if entry.field in NOT_OF_CLIPS or entry.field is Field.PRESENCE:
            return bool(self.possible(entry))
        clips = iter(entry.values)
        while some := list(islice(clips, LOOKED_UP)):
            if existing(self._database, some):
                return True
        return False

    def possible(self, entry: Entry) -> dict[int, Value]:
        """Values of an entry that can be applied now.

        Clips replaced by segmentation are skipped; a split or merge cannot be applied if any of
        its clips is gone.
        """
        if entry.field in NOT_OF_CLIPS:
            return entry.values
        if entry.field is Field.PRESENCE:
            return entry.values if presence.can_turn(self._database, entry.values) else {}
        there = existing(self._database, entry.values)
        return {clip: value for clip, value in entry.values.items() if clip in there}
