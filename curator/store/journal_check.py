"""Comparison of the decisions with the journal of edits: each must be what the journal says.

Expected is the value after the last edit that counts, or before the first one that is undone.
Programs that change decisions without the journal, as a hidden trigger does, are found by it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from curator.domain.decision import CUT, OF_PROJECT, OF_RECORDINGS, PROJECT, Field, Value
from curator.store.connection import listed
from curator.store.database import Database

NAMED = 3  # clips that a sentence names; more are counted

_read_values = msgspec.json.Decoder(dict[int, str | tuple[int, int] | None]).decode
_COLUMNS = (Field.STATE, Field.EMOTION, Field.TEXT, Field.RECIPE)
_STATED_AT_IMPORT = (Field.LICENCE, Field.CONSENT)
_SUBJECT = {Field.RATING: "sample"} | dict.fromkeys(OF_RECORDINGS, "recording")


@dataclass(slots=True)
class _Expected:
    """What the journal says about one field, by id.

    last: value after the last edit that counts. first: value before the first one. all: every
    value, for clips that people made or took away, whose edits may be undone in part.
    """

    last: dict[int, Value] = field(default_factory=dict)
    first: dict[int, Value] = field(default_factory=dict)
    all: dict[int, set[Value]] = field(default_factory=dict)

    def take(self, state: str, before: Mapping[int, Value], after: Mapping[int, Value]) -> None:
        """Take the next edit of the journal."""
        for number, value in before.items():
            self.first.setdefault(number, value)
            self.all.setdefault(number, set()).update((value, after.get(number)))
        if state == "done":
            self.last.update(after)

    def at(self, number: int) -> Value:
        """Expected value; None without any edit."""
        return self.last.get(number, self.first.get(number))


def journal_faults(database: Database) -> list[str]:
    """Decisions that are not what the journal says, as sentences by field."""
    expected = _read_journal(database)
    touched = expected[Field.PRESENCE].all
    sentences = []
    for subject in Field:
        journal = expected[subject]
        wrong = []
        stored = _stored(database, subject)
        for number in sorted(stored.keys() | journal.first.keys()):
            if _is_as_expected(subject, journal, touched, number, stored.get(number)):
                continue
            wrong.append(number)
        if wrong := _there(database, subject, wrong):
            sentences.append(_sentence(subject, wrong))
    return sentences


def _read_journal(database: Database) -> dict[Field, _Expected]:
    expected = {subject: _Expected() for subject in Field}
    clips = {clip for (clip,) in database.read("SELECT id FROM clip")}
    with database.as_stored("the journal"):
        for name, state, before, after in database.read(
            "SELECT field, state, before, after FROM edit ORDER BY id"
        ):
            subject, old, new = Field(name), _read_values(before), _read_values(after)
            if subject is Field.PRESENCE and not clips.issuperset(new):
                # It can be neither undone nor redone since a clip of it was cut again.
                expected[subject].all.update((clip, set()) for clip in new)
                continue
            expected[subject].take(state, old, new)
    return expected


def _is_as_expected(
    subject: Field,
    journal: _Expected,
    touched: Mapping[int, object],
    number: int,
    value: Value,
) -> bool:
    if subject is Field.PRESENCE and number not in journal.first:
        return value == CUT or number in journal.all
    if value == journal.at(number):
        return True
    if subject is Field.PRESENCE:
        return False
    if subject in _STATED_AT_IMPORT:
        return number not in journal.first or value == (journal.at(number) or "")
    if subject in OF_PROJECT or subject in _SUBJECT or number not in touched:
        return False
    # A clip that people made came with decisions that no edit of its own names.
    return number not in journal.first or value in journal.all[number]


def _stored(database: Database, subject: Field) -> dict[int, Value]:
    """Present values of a field by id."""
    with database.as_stored("a decision"):
        return dict(_rows(database, subject))


def _rows(database: Database, subject: Field) -> Iterator[tuple[int, Value]]:
    if subject in OF_PROJECT:
        sql = "SELECT ?, value FROM project_decision WHERE field = ?"
        yield from database.read(sql, (PROJECT, subject.value))
    elif subject is Field.SPAN:
        sql = "SELECT clip_id, start, stop FROM decision WHERE start NOT NULL"
        for clip, start, stop in database.read(sql):
            yield clip, (start, stop)
    elif subject in _COLUMNS:
        column = subject.value
        yield from database.read(f"SELECT clip_id, {column} FROM decision WHERE {column} NOT NULL")
    else:
        sql = {
            Field.PRESENCE: "SELECT id, origin FROM clip",
            Field.LICENCE: "SELECT id, licence FROM recording",
            Field.CONSENT: "SELECT id, consent FROM recording",
            Field.RECORDING_RECIPE: "SELECT recording_id, recipe FROM recording_decision",
            Field.RATING: "SELECT sample_id, value FROM rating",
        }[subject]
        yield from database.read(sql)


def _there(database: Database, subject: Field, numbers: list[int]) -> list[int]:
    """Those of clips that are in the project; all of anything else."""
    if not numbers or subject in OF_PROJECT or subject in _SUBJECT:
        return numbers
    table = "clip" if subject is Field.PRESENCE else "present_clip"
    rows = database.read(
        f"SELECT id FROM {table} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (listed(numbers),),
    )
    return [number for (number,) in rows]


def _sentence(subject: Field, numbers: list[int]) -> str:
    what = subject.value.replace("_", " ")
    if subject in OF_PROJECT:
        return f"The {what} of the project is not what the journal says."
    kind = _SUBJECT.get(subject, "clip")
    named = ", ".join(map(str, numbers[:NAMED]))
    if len(numbers) == 1:
        return f"The {what} of {kind} {named} is not what the journal says."
    more = f" and {len(numbers) - NAMED} more" if len(numbers) > NAMED else ""
    return f"The {what} of {kind}s {named}{more} is not what the journal says."
