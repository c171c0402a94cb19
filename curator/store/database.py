"""Open project file: transactions and checks on opening."""

import contextlib
import errno
import os
import sqlite3
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from curator.domain.errors import BrokenProject, CuratorError, ProjectBusy, printable
from curator.domain.foreign_files import ForeignFile, open_regular
from curator.store import backups, first_look, schema
from curator.store.connection import FILE, Connection, Cursor, Parameters, connect, damaged

MAGIC = b"SQLite format 3\x00"
BESIDE = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite keeps beside the project file."""

JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
"""Start of a rollback journal, and its end where it names a super-journal."""

CHECKPOINT_PAGES = 4000
"""Pages in the write-ahead log before a checkpoint: 16 MB, so that decisions rarely wait."""

PATIENCE_MS = 200
"""Wait for readers on closing, so that the log can be checkpointed completely."""

NETWORK_FILE_SYSTEMS = frozenset({"afs", "cifs", "fuse.sshfs", "nfs", "nfs4", "smb3", "smbfs"})
"""File systems without SQLite's write-ahead log, which needs shared memory."""


STORED_FAULTS = (
    *(TypeError, ValueError, KeyError, OverflowError, RecursionError),
    msgspec.MsgspecError,
)
"""Errors of parsing a row that no program of this project wrote."""


class Database:
    """Connection to a project's file.

    path: folder of the project. can_write: whether this process is the writer. is_lent: whether
    another connection of this process is writing. notices: sentences about restrictions.
    """

    def __init__(self, path: Path, connection: Connection, can_write: bool) -> None:
        self.path = path
        self.can_write = can_write
        self.is_lent = False
        self.notices: list[str] = []
        self._connection = connection
        self._depth = 0
        self._is_closed = False

    @classmethod
    def open(cls, path: Path, *, write: bool) -> "Database":
        """Check and open the file; a writing caller holds the lock."""
        _look_at(path, write=write)
        connection = connect(path, "rw") if write else _connect_reader(path)
        database = cls(path, connection, write)
        try:
            database._check_pages()
            database._check_version()
            if not schema.is_as_expected(connection):
                raise damaged(path, "its tables are not as they should be")
            if write:
                database._choose_journal()
                first_look.opened(path / FILE)
        except BaseException:
            connection.close()
            raise
        return database

    def close(self) -> None:
        """Checkpoint the log and close, so that the file is complete by itself."""
        if self._is_closed:
            return
        self._is_closed = True
        if self.can_write:
            with contextlib.suppress(CuratorError):  # the log stays and is read at the next opening
                self._connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()
        if self.can_write:
            first_look.closed(self.path / FILE)

    def read(self, sql: str, parameters: Parameters = ()) -> Cursor:
        """Run a SELECT."""
        return self._connection.execute(sql, parameters)

    def write(self, sql: str, parameters: Parameters = ()) -> Cursor:
        """Run one statement that changes the project, inside `writing`."""
        assert self._depth, "writes belong inside writing()"
        return self.read(sql, parameters)

    def write_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement for many rows, inside `writing`."""
        assert self._depth, "writes belong inside writing()"
        self._connection.executemany(sql, rows)

    @contextlib.contextmanager
    def writing(self, *, bulk: bool = False) -> Iterator[None]:
        """Atomic transaction; part of the outer one if nested.

        After it, the changes survive a crash of the program and, unless ``bulk``, of the machine.
        bulk: for facts, which can be computed again.
        """
        if not self.can_write:
            raise CuratorError(f"{printable(self.path.name)} is open for reading only.")
        if self.is_lent:
            raise ProjectBusy(
                f"{printable(self.path.name)} is just being written to.", "Do it again in a moment."
            )
        if self._depth:
            begin, commit, rollback = "SAVEPOINT part", "RELEASE part", "ROLLBACK TO part"
        else:
            begin, commit, rollback = "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"
            self._connection.execute(f"PRAGMA synchronous = {'NORMAL' if bulk else 'FULL'}")
        self._connection.execute(begin)
        changes_before = self._connection.total_changes
        self._depth += 1
        try:
            yield
            if self._depth == 1 and self._connection.total_changes != changes_before:
                self._connection.execute("UPDATE written SET times = times + 1")
            self._connection.execute(commit)
        except BaseException:
            # A failed COMMIT or a full disk may have rolled back already.
            if self._connection.in_transaction:
                self._connection.execute(rollback)
            raise
        finally:
            self._depth -= 1

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Context manager for several SELECTs on one consistent state."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def as_stored(self, what: str) -> Iterator[None]:
        """Context manager for parsing rows; an invalid row means a damaged file."""
        try:
            yield
        except STORED_FAULTS as error:
            raise damaged(self.path, f"{what} cannot be read ({error})") from error

    def backup(self, reason: str) -> Path:
        """Back up the file; the newest backup if nothing has changed since."""
        assert not self._depth, "a backup is made between transactions"
        existing = backups.made_since_last_change(self._connection, self.path)
        return existing or self._copied(reason)

    def written(self) -> int:
        """Number of transactions that have changed the project."""
        with self.as_stored("the count of changes"):
            return int(self.read("SELECT times FROM written").fetchone()[0])

    def _copied(self, reason: str) -> Path:
        try:
            return backups.make(self._connection, self.path, reason)
        except (backups.DamagedCopy, sqlite3.DatabaseError) as error:
            if isinstance(error, sqlite3.OperationalError):
                raise CuratorError(f"No backup could be made: {error}.") from error
            raise damaged(self.path, "a copy of it is not sound") from error
        except OSError as error:
            raise CuratorError(f"No backup could be made: {error.strerror}.") from error

    def _check_pages(self) -> None:
        """Raise BrokenProject for a file that is not sound, if it may have changed elsewhere."""
        with first_look.bounded(self._connection):
            self.read("SELECT 1 FROM sqlite_schema").fetchone()
        if fault := first_look.fault_of(self._connection, self.path / FILE):
            raise damaged(self.path, fault)

    def _check_version(self) -> None:
        name = printable(self.path.name)
        (mark,) = self.read("PRAGMA application_id").fetchone()
        (version,) = self.read("PRAGMA user_version").fetchone()
        if mark != schema.APPLICATION_ID:
            raise damaged(self.path, f"{FILE} is a database of another program")
        if version > schema.VERSION:
            raise BrokenProject(
                f"{name} was made by a newer version of this program (project version {version}, "
                f"this program knows up to {schema.VERSION}).",
                "Update the program" + _or_older_backup(self.path) + ".",
            )
        if version == schema.VERSION:
            return
        if version < 1:
            raise damaged(self.path, f"it says it is of version {version}")
        if not self.can_write:
            raise CuratorError(
                f"{name} was made by an older version of this program.",
                "Open it in the window, or with a command that writes, such as `curator snapshot`: "
                "that makes a copy and brings it up to date.",
            )
        self._copied(f"before update from version {version}")
        try:
            schema.migrate(self._connection, version)
        except schema.ForeignSchema as error:
            raise damaged(self.path, str(error)) from error

    def _choose_journal(self) -> None:
        """Switch to a write-ahead log, or a rollback journal where that is impossible."""
        mode = ""
        if not on_network(self.path):
            with contextlib.suppress(CuratorError):
                (mode,) = self.read("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            self.read("PRAGMA journal_mode = DELETE").fetchone()
            self.notices.append(
                "The project is on a drive where others cannot read while it is being written; "
                "it works, more slowly."
            )
        self.read(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}").fetchone()


Writing = AbstractContextManager[None]
"""Context manager of an open transaction."""


def create_file(path: Path, rows: Iterable[tuple[str, str]]) -> None:
    """Create the project file in an existing folder. rows: settings."""
    try:
        with contextlib.closing(sqlite3.connect(path / FILE, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            schema.create(connection)
            connection.executemany("INSERT INTO setting(key, value) VALUES (?, ?)", rows)
            connection.execute("COMMIT")
    except sqlite3.OperationalError as error:  # a full disk
        raise OSError(errno.EIO, str(error)) from error


def _look_at(path: Path, *, write: bool) -> None:
    """Raise CuratorError for a file that is not a project, before SQLite opens it."""
    name = printable(path.name)
    try:
        for suffix in ("", *BESIDE):
            _refuse_foreign(path, suffix, write=write)
        with open_regular(path / FILE) as file:
            start = file.read(len(MAGIC))
    except (FileNotFoundError, NotADirectoryError) as error:
        what = "There is no project" if not path.exists() else "There is no project file"
        raise BrokenProject(
            f"{what} at {name}.", "Make one with `curator new`, or give the path of another."
        ) from error
    except OSError as error:
        raise CuratorError(f"{name} could not be read: {error.strerror}.") from error
    if not start:
        raise damaged(path, f"{FILE} is empty")
    if start != MAGIC:
        raise damaged(path, f"{FILE} is not a database")


def _refuse_foreign(path: Path, suffix: str, *, write: bool) -> None:
    """Raise ForeignFile for a file of SQLite's that leads elsewhere or would wait for ever.

    SQLite writes the files beside the project, also when it only reads; a pipe there is waited for,
    and a rollback journal may name a file that is deleted with it.
    """
    file = path / f"{FILE}{suffix}"
    try:
        status = file.lstat()
    except FileNotFoundError:
        return
    what = ""
    if stat.S_ISLNK(status.st_mode):
        what = "is a link"
    elif not stat.S_ISREG(status.st_mode):
        what = "is not a file but a folder, device, pipe or socket"
    elif status.st_nlink > 1 and (suffix or write):
        what = "is a hard link: another file would change with it"
    elif suffix == "-journal" and _names_a_file(file):
        what = "names another file, which would be deleted"
    if what:
        raise ForeignFile(
            f"{printable(path.name)} cannot be opened: its file {file.name} {what}.",
            f"Put a copy of {FILE} in its place."
            if not suffix
            else "Delete it if it is not yours.",
        )


def _names_a_file(journal: Path) -> bool:
    """Whether a rollback journal ends with the name of a super-journal (SQLite file format, 3)."""
    try:
        file = open_regular(journal, follow=False)
    except FileNotFoundError:  # its transaction has just ended
        return False
    with file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - len(JOURNAL_MAGIC)))
        return file.read(len(JOURNAL_MAGIC)) == JOURNAL_MAGIC and size > len(JOURNAL_MAGIC)


def _connect_reader(path: Path) -> Connection:
    """Read-only connection, without locks on a read-only medium."""
    connection = connect(path, "ro")
    try:
        with first_look.bounded(connection):
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except BrokenProject:
        connection.close()
        raise
    except CuratorError:
        connection.close()
        log = path / f"{FILE}-wal"
        if log.exists() and log.stat().st_size:
            raise  # what is in the log would be missing
        return connect(path, "immutable")
    return connection


def _or_older_backup(path: Path) -> str:
    good = backups.newest_good(path)
    return f", or go back to {backups.FOLDER}/{good.path.name}" if good else ""


def on_network(path: Path) -> bool:
    """Whether the folder is on a network drive, as far as the system tells."""
    resolved = path.resolve()
    if sys.platform == "win32":
        import ctypes

        remote = 4  # DRIVE_REMOTE
        return bool(ctypes.windll.kernel32.GetDriveTypeW(resolved.anchor) == remote)
    mounts = Path("/proc/self/mounts")
    if not mounts.is_file():
        return False
    best, kind = "", ""
    for line in mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        _, point, file_system, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        if resolved.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, file_system
    return kind in NETWORK_FILE_SYSTEMS
