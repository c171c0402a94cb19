"""Creation of the tables and migration of older files."""

import contextlib
import sqlite3
from collections.abc import Callable, Mapping
from functools import cache

from curator.store import tables
from curator.store.tables import STATEMENTS

APPLICATION_ID = 0x56437572
"""SQLite application id of project files: "VCur"."""

VERSION = 5


class ForeignSchema(Exception):  # what was recognised, not a fault of the program
    """The schema of a file was changed by another program."""


Step = Callable[[sqlite3.Connection], None]


def _add_clip_origin(connection: sqlite3.Connection) -> None:
    """Migrate 1 to 2: clips have an origin and may be absent."""
    columns = "id, recording_id, cut_start, cut_stop, start, stop, pause_group"
    (last_id,) = connection.execute(
        "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'clip'), 0)"
    ).fetchone()
    connection.execute("DROP VIEW clip_seen")
    connection.execute(f"CREATE TEMP TABLE old_clip AS SELECT {columns} FROM clip")
    connection.execute("DROP TABLE clip")
    for statement in (
        tables.CLIP,
        tables.CLIP_BY_TIME,
        tables.PRESENT_CLIP,
        tables.CLIP_SEEN,
    ):
        connection.execute(statement)
    connection.execute(f"INSERT INTO clip({columns}, origin) SELECT *, 'cut' FROM old_clip")
    connection.execute("DROP TABLE old_clip")
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'clip'")
    connection.execute("INSERT INTO sqlite_sequence(name, seq) VALUES ('clip', ?)", (last_id,))


def _add_acts(connection: sqlite3.Connection) -> None:
    """Migrate 2 to 3: acts of edits, delivery, suggestions, recipes, ratings, snapshots."""
    columns = "id, made_at, label, field, clips, state, before, after"
    (last_id,) = connection.execute(
        "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'edit'), 0)"
    ).fetchone()
    decided = "clip_id, state, emotion, text, text_key, start, stop"
    connection.execute("DROP VIEW clip_seen")
    connection.execute(f"CREATE TEMP TABLE old_edit AS SELECT {columns} FROM edit")
    connection.execute(f"CREATE TEMP TABLE old_decision AS SELECT {decided} FROM decision")
    connection.execute("DROP TABLE edit")
    connection.execute("DROP TABLE decision")
    for statement in (
        *(tables.FACT_TABLES[k] for k in ("delivery_vector", "delivery_point", "suggestion")),
        *(tables.RECIPE, tables.CLEANING, tables.RECORDING_DECISION),
        *(tables.RATED_SAMPLE, tables.RATING, tables.SNAPSHOT, tables.SNAPSHOT_CLIP),
        *(tables.DECISION, tables.DECISION_STATE, tables.DECISION_EMOTION),
        *(tables.EDIT, tables.EDIT_BY_STATE, tables.EDIT_BY_ACT, tables.CLIP_SEEN),
    ):
        connection.execute(statement)
    connection.execute(f"INSERT INTO decision({decided}) SELECT {decided} FROM old_decision")
    connection.execute(f"INSERT INTO edit(act, {columns}) SELECT id, {columns} FROM old_edit")
    connection.execute("DROP TABLE old_edit")
    connection.execute("DROP TABLE old_decision")
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'edit'")
    connection.execute("INSERT INTO sqlite_sequence(name, seq) VALUES ('edit', ?)", (last_id,))


def _add_snapshot_settings(connection: sqlite3.Connection) -> None:
    """Migrate 3 to 4: snapshots include categories, weights and recipes."""
    (last_id,) = connection.execute(
        "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'snapshot'), 0)"
    ).fetchone()
    old = {
        "snapshot": "id, name, made_at, origin, state_hash",
        "snapshot_clip": "snapshot_id, clip_id, recording_id, start, stop, state, emotion, text, "
        "text_decided",
    }
    for table, columns in old.items():
        connection.execute(f"CREATE TEMP TABLE old_{table} AS SELECT {columns} FROM {table}")
    for table in reversed(old):
        connection.execute(f"DROP TABLE {table}")
    for statement in (tables.SNAPSHOT, tables.SNAPSHOT_CLIP, tables.SNAPSHOT_RECIPE):
        connection.execute(statement)
    for table, columns in old.items():
        connection.execute(f"INSERT INTO {table}({columns}) SELECT {columns} FROM old_{table}")
        connection.execute(f"DROP TABLE old_{table}")
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'snapshot'")
    connection.execute("INSERT INTO sqlite_sequence(name, seq) VALUES ('snapshot', ?)", (last_id,))


def _add_decoding(connection: sqlite3.Connection) -> None:
    """Migrate 4 to 5: several recordings of one file, each with how it is read from it."""
    columns = (
        "id, path, name_key, content_hash, size, mtime_ns, rate, channels, samples, container, "
        "licence, consent"
    )
    (last_id,) = connection.execute(
        "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'recording'), 0)"
    ).fetchone()
    connection.execute(f"CREATE TEMP TABLE old_recording AS SELECT {columns} FROM recording")
    connection.execute("DROP TABLE recording")
    connection.execute(tables.RECORDING)
    connection.execute(
        f"INSERT INTO recording({columns}, decoding, sound_key, sound_hash, notes) "
        f"SELECT {columns}, '{{}}', content_hash, '', '[]' FROM old_recording"
    )
    connection.execute("DROP TABLE old_recording")
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'recording'")
    connection.execute("INSERT INTO sqlite_sequence(name, seq) VALUES ('recording', ?)", (last_id,))


STEPS: Mapping[int, Step] = {
    1: _add_clip_origin,
    2: _add_acts,
    3: _add_snapshot_settings,
    4: _add_decoding,
}
"""Migration from each version to the next. A step rebuilds changed tables with the SQL above, since
the tables of an opened file are compared with it to detect a damaged schema."""


def create(connection: sqlite3.Connection) -> None:
    """Create the tables in an empty file, inside the caller's transaction."""
    for statement in STATEMENTS:
        connection.execute(statement)
    connection.execute("INSERT INTO written(id, times) VALUES (1, 0)")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def is_as_expected(connection: sqlite3.Connection) -> bool:
    """Whether the schema is, byte for byte, that of a new file of this version."""
    return _schema_of(connection) == _new_schema(STATEMENTS)


def _schema_of(connection: sqlite3.Connection) -> frozenset[tuple[str, ...]]:
    columns = "type, name, tbl_name, COALESCE(sql, '')"
    return frozenset(connection.execute(f"SELECT {columns} FROM sqlite_schema").fetchall())


@cache
def _new_schema(statements: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    """Schema of a new file, with the tables and indexes that SQLite makes by itself."""
    with contextlib.closing(sqlite3.connect(":memory:")) as empty:
        for statement in statements:
            empty.execute(statement)
        return _schema_of(empty)


def _refuse_code(connection: sqlite3.Connection) -> None:
    """Raise ForeignSchema for a file of an older version that holds triggers or foreign views."""
    views = {name for kind, name, *_ in _new_schema(STATEMENTS) if kind == "view"}
    query = "SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'view')"
    for kind, name in connection.execute(query).fetchall():
        if name not in views:
            raise ForeignSchema(f"it holds a {kind} of another program")


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Migrate a file from an older ``version`` to VERSION in one transaction."""
    _refuse_code(connection)
    connection.execute("PRAGMA foreign_keys = OFF")  # rebuilding a table drops its old self
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in range(version, VERSION):
            STEPS[step](connection)
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise sqlite3.IntegrityError(f"migration from version {version} broke a reference")
        if not is_as_expected(connection):
            raise ForeignSchema("its tables are not as they should be")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute("PRAGMA foreign_keys = ON")
