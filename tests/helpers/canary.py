"""Private files around what a hostile input belongs to, which must stay as they are, and unread."""

import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

State = dict[str, tuple[int, int, str]]

OPENING = frozenset({"open", "os.listdir", "os.scandir", "sqlite3.connect", "os.readlink"})
"""Audit events of Python whose first argument is a path that is read or written."""

_opened: list[str] = []
_guarded: list[str] = []


def _note_opened(event: str, arguments: tuple[object, ...]) -> None:
    if not _guarded or event not in OPENING:
        return
    named = arguments[0] if arguments else None
    if isinstance(named, str | bytes | os.PathLike):
        flags = arguments[2] if event == "open" and len(arguments) > 2 else 0
        if isinstance(flags, int) and flags & getattr(os, "O_NOFOLLOW", 0):
            folder, name = os.path.split(os.fsdecode(named))  # a link itself is refused
            path = f"{os.path.realpath(folder)}{os.sep}{name}"
        else:
            path = os.path.realpath(os.fsdecode(named))
        if any(path == folder or path.startswith(folder + os.sep) for folder in _guarded):
            _opened.append(f"{event} {path}")


sys.addaudithook(_note_opened)  # cannot be removed; idle unless a canary is guarded


@dataclass(frozen=True)
class Canary:
    """Folders of private files. letter: one of the files, to point hostile names at."""

    folders: tuple[Path, ...]

    @property
    def letter(self) -> Path:
        return self.folders[0] / "letter.txt"

    @property
    def voice(self) -> Path:
        """A private file with the name of a sound."""
        return self.folders[0] / "photos" / "voice.wav"

    def entries(self) -> list[Path]:
        return [
            path for folder in self.folders for path in (folder, *sorted(folder.rglob("*")))
        ]  # fmt: skip

    def state(self) -> State:
        """Kind, mtime (ns) and content of every entry by path."""
        return {
            str(path): (
                status.st_mode, status.st_mtime_ns,
                hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            )
            for path in self.entries()
            for status in (path.lstat(),)
        }  # fmt: skip


def fill(folder: Path) -> None:
    """Private files of several kinds, one of them under the names that hostile inputs use."""
    (folder / "photos").mkdir(parents=True)
    for name in ("letter.txt", "outside", "NAME", "photos/voice.wav", "outside.16k.pcm"):
        (folder / name).write_bytes(f"a private {name}".encode())


def _unread(entries: list[Path]) -> dict[Path, int]:
    """Access times (ns) of files of before the last change, which any reading process moves on.

    Those of folders are left out: whoever measures the disk's use moves them.
    """
    files = [path for path in entries if path.is_file()]
    times = {path: path.lstat().st_mtime_ns - 10**9 for path in files}
    for path, accessed in times.items():
        os.utime(path, ns=(accessed, accessed + 10**9))
    return times


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Canary]:
    """Private files beside the project or run and in the person's home: unchanged and unread.

    Reading is seen by Python's audit events, and in other processes and libraries by access times
    (where the file system keeps them).
    """
    home = tmp_path / "home"
    folders = (tmp_path / "private", home / "private", home / ".cache" / "private")
    for folder in folders:
        fill(folder)
    monkeypatch.setenv("HOME", str(home))
    guarded = Canary(folders)
    before = guarded.state()
    accessed = _unread(guarded.entries())
    _opened.clear()
    _guarded[:] = [os.path.realpath(folder) for folder in folders]
    try:
        yield guarded
    finally:
        _guarded.clear()
    read = [str(path) for path, time in accessed.items() if path.lstat().st_atime_ns != time]
    assert guarded.state() == before, "a hostile input changed private files"
    assert _opened == [], f"a hostile input opened private files: {_opened}"
    assert read == [] or os.name == "nt", "a hostile input read private files"
