"""Check of the pages of a project file that may have changed on another machine.

A file of a few kB may refer to its pages so often that its rows never end. SQLite's quick_check
finds that, reading the whole file, so the state in which a file was checked is remembered.
"""

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from platformdirs import user_cache_path

from curator.domain.foreign_files import NOTE_BYTES, parse_json, read_bounded
from curator.domain.system import temporary_beside

NOTES = "checked-projects.json"
"""File in the user's cache: [modification time in ns, bytes] by device and inode."""

MOST_NOTED = 200
OPEN_HERE = "CURATOR_CHECKED_PROJECTS"
"""Environment variable: project files that a parent process has open for writing."""

SCHEMA_STEPS = 1_000_000
SCHEMA_TIMES = 20
"""Times so many instructions of SQLite in which a schema is read; one of ours takes hundreds."""


@contextlib.contextmanager
def bounded(connection: sqlite3.Connection) -> Iterator[None]:
    """Interrupt statements that take very many instructions, as reading an endless schema does."""
    left = iter(range(SCHEMA_TIMES))
    connection.set_progress_handler(lambda: next(left, None) is None, SCHEMA_STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


def fault_of(connection: sqlite3.Connection, file: Path) -> str:
    """First fault of the pages of a project file, "" for a file that is sound or was before."""
    if _mark(file) in _open_here() or _noted().get(_mark(file)) == _state(file):
        return ""
    ((text,), *_) = connection.execute("PRAGMA quick_check(1)").fetchall()
    if text != "ok":
        return str(text).splitlines()[-1].rstrip(".")
    note(file)
    return ""


def note(file: Path) -> None:
    """Remember the state of a project file that is closed or was checked, if it is complete."""
    state, noted = _state(file), _noted()
    if state is None or noted.get(_mark(file)) == state:
        return
    noted.pop(_mark(file), None)
    noted[_mark(file)] = state
    newest = dict(list(noted.items())[-MOST_NOTED:])
    path = _notes_file()
    with contextlib.suppress(OSError):  # checked again at the next opening
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = temporary_beside(path)
        partial.write_text(json.dumps(newest), encoding="utf-8")
        partial.replace(path)


def opened(file: Path) -> None:
    """Tell processes started from now on that this one holds the file.

    Removes what a process killed while it noted a file left.
    """
    os.environ[OPEN_HERE] = ",".join((*_open_here(), _mark(file)))
    temporary_beside(_notes_file())


def closed(file: Path) -> None:
    """Take back ``opened``, and remember the state of the file."""
    marks = _open_here()
    with contextlib.suppress(ValueError):
        marks.remove(_mark(file))
    os.environ[OPEN_HERE] = ",".join(marks)
    note(file)


def _open_here() -> list[str]:
    return [mark for mark in os.environ.get(OPEN_HERE, "").split(",") if mark]


def _mark(file: Path) -> str:
    try:
        status = file.stat()
    except OSError:
        return ""
    return f"{status.st_dev}:{status.st_ino}"


def _state(file: Path) -> list[int] | None:
    """Modification time and size; None while a log or journal beside it may change its content."""
    try:
        for ending in ("-wal", "-journal"):
            beside = file.with_name(f"{file.name}{ending}")
            if beside.exists() and beside.stat().st_size:
                return None
        status = file.stat()
    except OSError:
        return None
    return [status.st_mtime_ns, status.st_size]


def _notes_file() -> Path:
    return user_cache_path("voice-curator", appauthor=False, opinion=False) / NOTES


def _noted() -> dict[str, list[int]]:
    try:
        noted = parse_json(read_bounded(_notes_file(), NOTE_BYTES))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}
