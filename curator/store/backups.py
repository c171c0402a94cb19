"""Verified backups of the project file, thinned out with age.

A name is ``<number>_<time>_<reason>.sqlite``. The number only grows, so names sort by creation
even if the clock was wrong; the time tells the day and week of a copy.
"""

import contextlib
import os
import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from curator.domain.foreign_files import open_regular, own_folder
from curator.domain.system import put_in_place, remove_leftover, sync_folder
from curator.store import schema
from curator.store.first_look import bounded

FOLDER = "backups"
NEWEST_KEPT = 5
DAYS_KEPT = 7
WEEKS_KEPT = 4

_NAME = re.compile(r"(\d{6,})_(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ)_([a-z0-9-]+)\.sqlite")
_TIME = "%Y-%m-%dT%H-%M-%SZ"


class DamagedCopy(Exception):
    """The new copy is damaged, so the project file is damaged."""


@dataclass(frozen=True, slots=True, order=True)
class Backup:
    """Backup in the folder. number: count of earlier ones."""

    number: int
    path: Path
    made_at: datetime


def all_backups(project: Path) -> list[Backup]:
    """Backups of a project, oldest first; links, folders and files with other names are ignored."""
    folder = project / FOLDER
    if folder.is_symlink() or not folder.is_dir():
        return []
    backups = []
    for path in folder.iterdir():
        name = _NAME.fullmatch(path.name)
        if name and path.is_file() and not path.is_symlink():
            with contextlib.suppress(ValueError):  # a name with a month 13 is not ours either
                made_at = datetime.strptime(name[2], _TIME).replace(tzinfo=UTC)
                backups.append(Backup(int(name[1]), path, made_at))
    return sorted(backups)


def newest_good(project: Path) -> Backup | None:
    """Newest backup that is intact and can be opened by this version."""
    for backup in reversed(all_backups(project)):
        if _is_good(backup.path):
            return backup
    return None


def make(
    connection: sqlite3.Connection, project: Path, reason: str, now: datetime | None = None
) -> Path:
    """Back up the open database, verify the copy, and delete older ones.

    Returns the path. Raises DamagedCopy, keeping no copy, if the database is damaged.
    """
    folder = project / FOLDER
    own_folder(folder)
    for leftover in folder.glob("*.partial*"):  # of a killed program; the caller holds the lock
        remove_leftover(leftover)
    existing = all_backups(project)
    number = existing[-1].number + 1 if existing else 1
    slug = re.sub(r"[^a-z0-9]+", "-", reason.lower()).strip("-") or "backup"
    path = folder / f"{number:06d}_{(now or datetime.now(UTC)).strftime(_TIME)}_{slug}.sqlite"
    partial = path.with_suffix(".partial")
    try:
        _copy(connection, partial)
        put_in_place(partial, path)
        sync_folder(folder)
    finally:
        partial.unlink(missing_ok=True)
    for backup in superfluous(all_backups(project)):
        backup.path.unlink(missing_ok=True)
    return path


def made_since_last_change(connection: sqlite3.Connection, project: Path) -> Path | None:
    """Newest backup if nothing has changed since."""
    existing = all_backups(project)
    if not existing:
        return None
    newest = existing[-1].path
    try:
        with contextlib.closing(_open(newest)) as copy:
            same = _times_written(copy) == _times_written(connection)
    except (sqlite3.DatabaseError, OSError):
        return None
    return newest if same else None


def superfluous(backups: Sequence[Backup]) -> list[Backup]:
    """Backups to delete: not among the newest, nor the newest of a recent day or week.

    Days and weeks are counted in the order of creation, never from today's date, so that a wrong
    clock deletes nothing.
    """
    newest_first = sorted(backups, reverse=True)
    kept = set(newest_first[:NEWEST_KEPT])
    kept |= _newest_of_each(
        newest_first, lambda b: (b.made_at.year, b.made_at.month, b.made_at.day), DAYS_KEPT
    )
    kept |= _newest_of_each(newest_first, lambda b: b.made_at.isocalendar()[:2], WEEKS_KEPT)
    return [backup for backup in backups if backup not in kept]


def _newest_of_each(
    newest_first: Sequence[Backup], period: Callable[[Backup], tuple[int, ...]], periods: int
) -> set[Backup]:
    newest: dict[tuple[int, ...], Backup] = {}
    for backup in newest_first:
        newest.setdefault(period(backup), backup)
    return set(list(newest.values())[:periods])


def _copy(connection: sqlite3.Connection, path: Path) -> None:
    path.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as copy:
        connection.backup(copy)
        # A copy is one file: no -wal beside it that someone could forget to take along.
        copy.execute("PRAGMA journal_mode = DELETE")
        if not _is_sound(copy):
            raise DamagedCopy(path.name)
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _open(path: Path) -> sqlite3.Connection:
    """Read-only connection to a backup; a log or journal beside it is not read."""
    with open_regular(path, follow=False):  # SQLite would wait for a pipe
        pass
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    try:
        with bounded(connection):
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _is_good(path: Path) -> bool:
    try:
        with contextlib.closing(_open(path)) as copy:
            (version,) = copy.execute("PRAGMA user_version").fetchone()
            return bool(version <= schema.VERSION) and _is_sound(copy)
    except (sqlite3.DatabaseError, OSError):
        return False


def _is_sound(connection: sqlite3.Connection) -> bool:
    try:
        (mark,) = connection.execute("PRAGMA application_id").fetchone()
        return mark == schema.APPLICATION_ID and connection.execute(
            "PRAGMA quick_check(1)"
        ).fetchall() == [("ok",)]
    except sqlite3.DatabaseError:
        return False


def _times_written(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT times FROM written").fetchone()
    return int(row[0])
