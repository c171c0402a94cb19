"""Imitates rules of Windows on Linux, for the files below one folder.

- An open or mapped file cannot be replaced, renamed or deleted, nor a folder with one in it, in
  this process or those it started. A folder cannot be opened.
- Names of devices, forbidden characters, and dots or spaces at the end are refused; paths end at
  259 characters.
- Names are found whatever their case.
- A relative path as text has backslashes (``str(path)``; not ``path.as_posix()``).
- Text files without an encoding are cp1252 with CR LF, and so is the console of new processes.
- Processes are spawned, never forked; signals other than Ctrl-C end a process at once, 0 included.

What it does not imitate: how long other programs keep files open, permissions, drive letters, file
times, and libraries that open files by themselves (SQLite, libsndfile, FFmpeg, Qt).
"""

import builtins
import contextlib
import errno
import io
import multiprocessing
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from curator.domain import system
from trainer import system as trainer_system

MAX_PATH = 259
CONSOLE = "cp1252"


class WindowsRefuses(PermissionError):
    """ERROR_SHARING_VIOLATION."""


class RuleBroken(AssertionError):
    """A call that does on Windows something that nobody wants."""


def descendants() -> list[int]:
    """This process and those it started, and so on."""
    pids = [os.getpid()]
    for pid in pids:
        with contextlib.suppress(OSError):
            for thread in real_listdir(f"/proc/{pid}/task"):
                text = real_open(f"/proc/{pid}/task/{thread}/children", encoding="ascii")
                with text:
                    pids += [int(word) for word in text.read().split()]
    return pids


def open_files() -> set[str]:
    """Paths of all files that these processes have open or mapped."""
    paths = set()
    for pid in descendants():
        with contextlib.suppress(OSError):
            for number in real_listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    paths.add(os.readlink(f"/proc/{pid}/fd/{number}"))
        with contextlib.suppress(OSError), real_open(f"/proc/{pid}/maps", "rb") as maps:
            paths |= {
                os.fsdecode(line.split(maxsplit=5)[5].rstrip(b"\n"))
                for line in maps
                if line.count(b"/") > 1
            }
    return paths


real_listdir = os.listdir
real_open = io.open
real_stat = os.stat
real_lstat = os.lstat
real_str = pathlib.PurePath.__str__


class WindowsRules:
    """The rules for paths below ``root``. refused: what was refused, for messages of tests."""

    def __init__(self, root: Path) -> None:
        self.root = os.path.realpath(root)
        self.refused: list[str] = []

    # -- paths

    def covers(self, path: object) -> str | None:
        """The absolute path if the rules hold for it."""
        if isinstance(path, int) or path is None:
            return None
        text = os.path.abspath(os.fsdecode(path))
        inside = text == self.root or text.startswith(self.root + os.sep)
        return text if inside else None

    def found(self, path: object, dir_fd: int | None = None) -> object:
        """The path as it is on the disk, found whatever its case; itself if there is none."""
        text = self.covers(path) if dir_fd is None else None
        if text is None:
            return path
        parts, here = text[len(self.root) :].strip(os.sep).split(os.sep), self.root
        for at, part in enumerate(parts):
            step = os.path.join(here, part)
            if part and not _exists(step):
                with contextlib.suppress(OSError):
                    for name in real_listdir(here):
                        if name.casefold() == part.casefold():
                            step = os.path.join(here, name)
                            break
                    else:
                        return os.path.join(here, *parts[at:])
            here = step
        return here

    def check_name(self, path: object) -> None:
        """Refuse a new name that Windows does not allow."""
        text = self.covers(path)
        if text is None:
            return
        for name in text[len(self.root) :].strip(os.sep).split(os.sep):
            stem = name.partition(".")[0].rstrip().casefold()
            bad = set(name) & (system.FORBIDDEN - {"/"}) or any(ord(c) < 32 for c in name)
            if stem in system.RESERVED or bad or name != name.rstrip(". "):
                self.refused.append(text)
                raise OSError(errno.EINVAL, "The name is not allowed on Windows", text)
        if len(text) - len(self.root) > MAX_PATH:
            raise FileNotFoundError(errno.ENOENT, "The path is too long for Windows", text)

    def check_closed(self, *paths: object) -> None:
        """Refuse to move or delete what is open, or a folder with something open in it."""
        texts = [text for text in map(self.covers, paths) if text]
        if not texts:
            return
        opened = open_files()
        for text in texts:
            for other in opened:
                if other == text or other.startswith(text + os.sep):
                    self.refused.append(text)
                    raise WindowsRefuses(errno.EACCES, f"{other} is open in a process", text)

    # -- the calls

    def open_number(self, path, flags, mode=0o777, *, dir_fd=None):
        where = self.found(path, dir_fd)
        if self.covers(path) and dir_fd is None:
            if os.path.isdir(where):
                raise WindowsRefuses(errno.EACCES, "a folder cannot be opened", str(where))
            if flags & os.O_CREAT:
                self.check_name(where)
        return self._os["open"](where, flags, mode, dir_fd=dir_fd)

    def open_file(self, file, mode="r", buffering=-1, encoding=None, errors=None, newline=None,
                  closefd=True, opener=None):  # fmt: skip
        where = self.found(file)
        if self.covers(file):
            if set(mode) & set("wxa+"):
                self.check_name(where)
            if "b" not in mode:
                encoding = CONSOLE if encoding in (None, "locale") else encoding
                writes = set(mode) & set("wxa")
                newline = "\r\n" if newline is None and writes else newline
        return real_open(where, mode, buffering, encoding, errors, newline, closefd, opener)

    def move(self, name: str) -> Callable:
        def call(source, target, *, src_dir_fd=None, dst_dir_fd=None):
            source, target = self.found(source), self.found(target)
            self.check_name(target)
            self.check_closed(source, target)
            if name == "rename" and self.covers(target) and _exists(target):
                raise FileExistsError(errno.EEXIST, "the target exists", str(target))
            if self.covers(target) and os.path.isdir(target):
                raise WindowsRefuses(errno.EACCES, "the target is a folder", str(target))
            return self._os[name](source, target)

        return call

    def remove(self, name: str) -> Callable:
        def call(path, *, dir_fd=None):
            where = self.found(path, dir_fd)
            if dir_fd is None:
                self.check_closed(where)
            return self._os[name](where, dir_fd=dir_fd)

        return call

    def looked_up(self, name: str, creates: bool = False) -> Callable:
        def call(path=".", *more, **named):
            where = self.found(path, named.get("dir_fd"))
            if creates and named.get("dir_fd") is None:
                self.check_name(where)
            return self._os[name](where, *more, **named)

        return call

    def kill(self, pid: int, number: int) -> None:
        if number == 0:
            raise RuleBroken(f"os.kill({pid}, 0) ends the process on Windows")
        if number != signal.SIGINT:
            number = signal.SIGKILL  # TerminateProcess, whatever the signal
        self._os["kill"](pid, number)

    # -- switching on

    def apply(self, patch: pytest.MonkeyPatch) -> None:
        """Replace the calls of this process until the patch is undone."""
        moves = {name: self.move(name) for name in ("rename", "replace")}
        removals = {name: self.remove(name) for name in ("unlink", "remove", "rmdir")}
        lookups = {name: self.looked_up(name) for name in
                   ("stat", "lstat", "listdir", "scandir", "utime", "chmod", "access")}  # fmt: skip
        calls = {
            **moves,
            **removals,
            **lookups,
            "mkdir": self.looked_up("mkdir", creates=True),
            "open": self.open_number,
            "kill": self.kill,
        }
        self._os = {name: getattr(os, name) for name in calls}
        for name, call in calls.items():
            patch.setattr(os, name, call)
        for module in (builtins, io):
            patch.setattr(module, "open", self.open_file)
        patch.setattr(shutil, "_use_fd_functions", False)  # read by rmtree up to Python 3.13
        patch.setattr(shutil, "_rmtree_impl", shutil._rmtree_unsafe, raising=False)
        self._apply_text(patch)
        self._apply_processes(patch)

    def _apply_text(self, patch: pytest.MonkeyPatch) -> None:
        def text(path: pathlib.PurePath) -> str:
            shown = real_str(path)
            return shown if path.is_absolute() else shown.replace("/", "\\")

        patch.setattr(pathlib.PurePath, "__str__", text)
        patch.setattr(pathlib.PurePath, "__fspath__", real_str)
        patch.setattr(pathlib.PurePath, "as_posix", real_str)
        patch.setenv("PYTHONIOENCODING", f"{CONSOLE}:strict")
        patch.setenv("PYTHONUTF8", "0")

    def _apply_processes(self, patch: pytest.MonkeyPatch) -> None:
        real_popen = subprocess.Popen.__init__

        def start(process, *more, **named):
            if named.get("start_new_session") or named.get("preexec_fn"):
                raise RuleBroken("a session of its own does nothing on Windows: own_group()")
            named.pop("creationflags", None)
            real_popen(process, *more, **named)

        def fork() -> int:
            raise RuleBroken("Windows cannot fork")

        patch.setattr(subprocess.Popen, "__init__", start)
        patch.setattr(os, "fork", fork)
        patch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
        multiprocessing.set_start_method("spawn", force=True)
        patch.setitem(sys.modules, "msvcrt", fake_msvcrt())
        for module in (system, trainer_system):
            patch.setattr(module, "WINDOWS", True)
        # Handles of processes are kernel32's; here, the files of /proc stand for them.
        for module in (system, trainer_system):
            patch.setattr(module, "_start_on_windows", _start)
        patch.setattr(system, "end_process", lambda pid: self._os["kill"](pid, signal.SIGKILL))


def fake_msvcrt() -> types.ModuleType:
    """``msvcrt.locking`` by a lock of the open file at its position."""
    import fcntl

    module = types.ModuleType("msvcrt")
    module.LK_NBLCK, module.LK_UNLCK = 2, 0

    def locking(handle: int, mode: int, count: int) -> None:
        assert os.lseek(handle, 0, os.SEEK_CUR) == system.LOCKED_BYTE  # behind what is read
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB if mode else fcntl.LOCK_UN)

    module.locking = locking
    return module


def _exists(path: str) -> bool:
    try:
        real_lstat(path)
    except OSError:
        return False
    return True


def _fields(pid: int) -> list[str]:
    try:
        with real_open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return []


def _start(pid: int) -> str:
    fields = _fields(pid)
    return fields[19] if fields and fields[0] not in "ZX" else ""


@contextlib.contextmanager
def windows_rules(root: Path) -> Iterator[WindowsRules]:
    """The rules of Windows below a folder, until the block ends."""
    rules = WindowsRules(root)
    before = multiprocessing.get_start_method(allow_none=True)
    with pytest.MonkeyPatch.context() as patch:
        rules.apply(patch)
        try:
            yield rules
        finally:
            multiprocessing.set_start_method(before, force=True)
