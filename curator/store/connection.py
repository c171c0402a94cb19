"""SQLite connection of a project; errors become sentences."""

import json
import os
import shutil
import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from curator.domain.errors import BrokenProject, CuratorError, ProjectBusy, printable
from curator.store import backups

FILE = "project.sqlite"
LEAST_FREE = 1 << 16
BUSY_MS = 10_000
"""Wait for another process's lock, milliseconds. Writers exclude each other by other means, so this
only covers recovery and checkpoints of the file."""

_PRIMARY_CODE = 0xFF  # SQLite's extended codes carry the plain one in the lowest byte
_DAMAGED = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_FORMAT,
    sqlite3.SQLITE_INTERRUPT,  # of a schema that does not end
}
ENDLESS = "its list of tables does not end"
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_WORLD = {
    sqlite3.SQLITE_IOERR: "could not be read or written",
    sqlite3.SQLITE_CANTOPEN: "could not be opened",
    sqlite3.SQLITE_READONLY: "cannot be written to",
    sqlite3.SQLITE_PERM: "may not be used by you",
    sqlite3.SQLITE_TOOBIG: "would hold a text that is too large",
}

# Where a name in the file is garbled, Python fails to read SQLite's own message about it.
_FAILURES = (sqlite3.DatabaseError, UnicodeDecodeError)
_WRONG_VALUES = (UnicodeEncodeError, OverflowError)

Row = tuple[Any, ...]
"""Row from SQLite; readers unpack it into typed values."""

Parameters = Sequence[object]


def listed(numbers: Iterable[int]) -> str:
    """JSON array of ids, for ``IN (SELECT value FROM json_each(?))``."""
    return json.dumps(list(numbers))


class Cursor(sqlite3.Cursor):
    """Cursor of a project; errors become sentences."""

    @property
    def _project(self) -> Path:
        connection = self.connection
        assert isinstance(connection, Connection)
        return connection.project

    def execute(  # type: ignore[override]  # we name no parameters, so no mapping
        self, sql: str, parameters: Parameters = (), /
    ) -> "Cursor":
        """Like sqlite3's method, with errors as sentences."""
        try:
            return super().execute(sql, parameters)
        except _FAILURES as error:
            raise_translated(error, self._project)
        except _WRONG_VALUES as error:
            raise _not_storable(error) from error

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> "Cursor":
        """Like sqlite3's method, with errors as sentences."""
        try:
            return super().executemany(sql, parameters)
        except _FAILURES as error:
            raise_translated(error, self._project)
        except _WRONG_VALUES as error:
            raise _not_storable(error) from error

    def fetchone(self) -> Any:  # noqa: ANN401  # rows are as they are stored
        """Like sqlite3's method, with errors as sentences."""
        try:
            return super().fetchone()
        except _FAILURES as error:
            raise_translated(error, self._project)

    def fetchall(self) -> list[Any]:
        """Like sqlite3's method, with errors as sentences."""
        try:
            return super().fetchall()
        except _FAILURES as error:
            raise_translated(error, self._project)

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]  # a generator, which is faster
        try:
            while rows := super().fetchmany(1000):
                yield from rows
        except _FAILURES as error:
            raise_translated(error, self._project)


class Connection(sqlite3.Connection):
    """Connection of a project, with explicit transactions."""

    project: Path

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401  # those of sqlite3
        super().__init__(*args, **named)
        self._cursors: weakref.WeakSet[Cursor] = weakref.WeakSet()

    def close(self) -> None:
        """Close, with the cursors that an error has left half read.

        From Python 3.12 on, these keep the file open after sqlite3's method.
        """
        for cursor in list(self._cursors):
            cursor.close()
        super().close()

    def execute(  # type: ignore[override]  # we name no parameters, so no mapping
        self, sql: str, parameters: Parameters = (), /
    ) -> Cursor:
        """Like sqlite3's method, with errors as sentences."""
        return self._cursor().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Cursor:
        """Like sqlite3's method, with errors as sentences."""
        return self._cursor().executemany(sql, parameters)

    def _cursor(self) -> Cursor:
        cursor = self.cursor(Cursor)
        self._cursors.add(cursor)
        return cursor


def connect(project: Path, mode: str) -> Connection:
    """Open a project's existing file. mode: "rw", "ro", or "immutable": no locks at all."""
    how = "mode=ro&immutable=1" if mode == "immutable" else f"mode={mode}"
    try:
        connection = sqlite3.connect(
            f"{_uri(project / FILE)}?{how}",
            uri=True,
            isolation_level=None,
            timeout=BUSY_MS / 1000,
            factory=Connection,
        )
    except _FAILURES as error:
        raise_translated(error, project)
    connection.project = project
    # The file may have been damaged or made by somebody else: run no code that it holds.
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _uri(path: Path) -> str:
    """SQLite URI of a path, also with undecodable bytes or on a network share."""
    posix = path.resolve().as_posix()
    return "file://" + ("" if posix.startswith("/") else "/") + quote(os.fsencode(posix))


def raise_translated(error: sqlite3.DatabaseError | UnicodeDecodeError, project: Path) -> NoReturn:
    """Convert errors a person can act on; errors in the program's SQL pass through."""
    extended = getattr(error, "sqlite_errorcode", None)
    # Without a code it is Python that could not read what is stored, as text that is not UTF-8.
    code = sqlite3.SQLITE_CORRUPT if extended is None else extended & _PRIMARY_CODE
    name = printable(project.name)
    if code in _DAMAGED and not isinstance(
        error, sqlite3.ProgrammingError | sqlite3.IntegrityError
    ):
        endless = code == sqlite3.SQLITE_INTERRUPT
        raise damaged(project, ENDLESS if endless else str(error)) from error
    if code in _BUSY:
        raise ProjectBusy(
            f"{name} is being used by another program.", "Try again in a moment."
        ) from error
    if code == sqlite3.SQLITE_IOERR and _is_disk_full(project):
        code = sqlite3.SQLITE_FULL
    if code == sqlite3.SQLITE_FULL:
        raise CuratorError(
            f"The disk is full, so {name} could not be written.",
            "Make room and do it again; everything before it is stored.",
        ) from error
    if code in _WORLD:
        raise CuratorError(
            f"{name} {_WORLD[code]} ({error}).", "Check the disk and the rights of the folder."
        ) from error
    raise error


def _is_disk_full(project: Path) -> bool:
    """Whether less than a journal's worth of bytes is free."""
    try:
        return shutil.disk_usage(project).free < LEAST_FREE
    except OSError:
        return False


def _not_storable(error: UnicodeEncodeError | OverflowError) -> CuratorError:
    """Error for a value that SQLite cannot hold."""
    if isinstance(error, OverflowError):
        return CuratorError("A number is larger than a project can hold.", "Use a smaller one.")
    broken = printable(str(error.object)[error.start : error.end])
    return CuratorError(f"A text is not valid Unicode ({broken}).", "Type it again.")


def damaged(project: Path, reason: str) -> BrokenProject:
    """Error for a damaged project file, naming the backup to restore."""
    good = backups.newest_good(project)
    if good is None:
        hint = "There is no good backup in its folder; take a copy you have elsewhere."
    else:
        hint = (
            f"The newest good backup is {backups.FOLDER}/{good.path.name}. To go back to it, move "
            f"{FILE}, {FILE}-wal and {FILE}-shm out of the folder and copy the backup to {FILE}."
        )
    return BrokenProject(f"{printable(project.name)} is damaged: {reason}.", hint)
