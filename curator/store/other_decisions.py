"""Stored decisions about recordings and samples."""

from collections.abc import Iterable, Mapping

from curator.domain.decision import Field, Value
from curator.store.connection import listed
from curator.store.database import Database

_TABLE = {
    Field.RECORDING_RECIPE: ("recording_decision", "recording_id", "recipe"),
    Field.RATING: ("rating", "sample_id", "value"),
}
"""Decisions with a row only where something is decided: table, key column and value column."""

_COLUMN = {Field.LICENCE: "licence", Field.CONSENT: "consent"}
"""Decisions in a column of the recording; "" where nothing is decided."""

FIELDS = frozenset(_TABLE) | frozenset(_COLUMN)


def read(database: Database, field: Field, ids: Iterable[int]) -> dict[int, Value]:
    """Decided values of these recordings or samples."""
    among = "IN (SELECT value FROM json_each(?))"
    if field in _COLUMN:
        sql = f"SELECT id, {_COLUMN[field]} FROM recording WHERE id {among}"
    else:
        table, key, column = _TABLE[field]
        sql = f"SELECT {key}, {column} FROM {table} WHERE {key} {among}"
    return dict(database.read(sql, (listed(ids),)))


def read_all(database: Database, field: Field) -> dict[int, str]:
    """Decided values by recording or sample; field: RECORDING_RECIPE or RATING."""
    table, key, column = _TABLE[field]
    return dict(database.read(f"SELECT {key}, {column} FROM {table} ORDER BY {key}"))


def write(database: Database, field: Field, values: Mapping[int, Value]) -> None:
    """Store values; None resets one."""
    if field in _COLUMN:
        database.write_many(
            f"UPDATE recording SET {_COLUMN[field]} = ? WHERE id = ?",
            [(value or "", number) for number, value in values.items()],
        )
        return
    table, key, column = _TABLE[field]
    given = [(one, value) for one, value in values.items() if value is not None]
    gone = [(one,) for one, value in values.items() if value is None]
    database.write_many(f"INSERT OR REPLACE INTO {table}({key}, {column}) VALUES (?, ?)", given)
    database.write_many(f"DELETE FROM {table} WHERE {key} = ?", gone)
