"""Tables of the fact kinds, derived from the dataclasses in `curator.domain.fact`.

A field is a column of the same name and type. Fields of other types are stored as JSON. JSON
comes last in a row, and a table with JSON or BLOB columns keeps its rowid, so that SQLite reads
the small columns and the index without the large values.
"""

import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from curator.domain.fact import FACT_KINDS, FACT_NAMES, Fact, Stored, Transcript, Word
from curator.domain.query_terms import fold

_SQL_TYPES: Mapping[object, str] = {str: "TEXT", int: "INTEGER", float: "REAL", bytes: "BLOB"}

words_of = msgspec.json.Decoder(tuple[Word, ...]).decode
"""Words from the column ``words`` of a transcript."""


@dataclass(frozen=True, slots=True)
class FactColumn:
    """Column of a fact table.

    value: the stored value of a fact. declaration: as in CREATE TABLE. is_key: part of the primary
    key. is_json: stored as JSON text.
    """

    name: str
    declaration: str
    value: Callable[[Any], object]
    is_key: bool = False
    is_json: bool = False


def _columns(kind: type[Fact]) -> Iterator[FactColumn]:
    for field, hint in get_type_hints(kind, include_extras=True).items():
        hint, stored = get_args(hint) if get_origin(hint) is Annotated else (hint, Stored())
        name, value = stored.column or field, attrgetter(field)
        is_optional = isinstance(hint, types.UnionType)
        sql_type = _SQL_TYPES.get(get_args(hint)[0] if is_optional else hint)
        if sql_type is None:
            yield FactColumn(name, f"{name} TEXT NOT NULL", _as_json(value), is_json=True)
            continue
        declaration = f"{name} {sql_type}" + ("" if is_optional else " NOT NULL")
        if stored.is_fraction:
            declaration += f" CHECK (0 <= {name} AND {name} <= 1)"
        yield FactColumn(name, declaration, value, stored.is_key)
        if stored.is_searched:
            yield FactColumn(f"{name}_key", f"{name}_key {sql_type} NOT NULL", _folded(value))


def _as_json(value: Callable[[Any], object]) -> Callable[[Any], object]:
    return lambda fact: msgspec.json.encode(value(fact)).decode()


def _folded(value: Callable[[Any], Any]) -> Callable[[Any], object]:
    return lambda fact: fold(value(fact))


COLUMNS: Mapping[type[Fact], tuple[FactColumn, ...]] = {
    kind: tuple(sorted(_columns(kind), key=lambda column: column.is_json))
    for kind in FACT_KINDS.values()
}
"""Columns of each kind's table after clip_id, start, stop and producer_id."""

RECORDING_COLUMNS = tuple(c for c in COLUMNS[Transcript] if not c.name.endswith("_key"))
"""Columns of a recording's transcript, which is not searched."""


def names(columns: tuple[FactColumn, ...]) -> str:
    """Column names separated by commas."""
    return ", ".join(column.name for column in columns)


def marks(columns: tuple[FactColumn, ...]) -> str:
    """Question marks for the values of columns, separated by commas."""
    return ", ".join("?" for _ in columns)


def create_table(kind: type[Fact]) -> str:
    """CREATE TABLE statement of a fact kind."""
    columns = COLUMNS[kind]
    keys = [column for column in columns if column.is_key]
    has_large = any(c.is_json or " BLOB" in c.declaration for c in columns)
    lines = (
        "clip_id INTEGER NOT NULL REFERENCES clip(id) ON DELETE CASCADE",
        "start INTEGER NOT NULL",
        "stop INTEGER NOT NULL",
        *(column.declaration for column in keys),
        "producer_id INTEGER NOT NULL REFERENCES producer(id)",
        *(column.declaration for column in columns if not column.is_key),
        f"PRIMARY KEY ({', '.join(['clip_id', 'start', 'stop', *(c.name for c in keys)])})",
    )
    options = "STRICT" if has_large else "STRICT, WITHOUT ROWID"
    return f"CREATE TABLE {FACT_NAMES[kind]}(\n  " + ",\n  ".join(lines) + f"\n) {options}"
