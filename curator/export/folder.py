"""Atomic creation of a folder: written under a temporary name, flushed, renamed."""

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from curator.domain.errors import CuratorError, printable
from curator.domain.foreign_files import sync_folder

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""Error numbers of a full disk, quota or file size limit."""

GB = 1e9
MB = 1e6


class CannotWrite(CuratorError):
    """Failure to write a folder; nothing is left behind."""


@contextmanager
def new_folder(out: Path, needed_bytes: int) -> Iterator[Path]:
    """Context manager with a folder that becomes ``out`` on success and is removed otherwise.

    needed_bytes: raises CannotWrite if the disk has less free space.
    """
    out = out.absolute()  # not resolve(), which would follow a link of that name
    shown = printable(out.name)
    require_absent(out)
    partial = out.with_name(f".{out.name}.partial-{os.getpid()}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(out)
        _check_room(out, needed_bytes)
        partial.mkdir()
        yield partial
        flush(partial)
        if os.path.lexists(out):
            raise CannotWrite(f"{shown} was created in the meantime.", "Choose another name.")
        partial.rename(out)
        sync_folder(out.parent)
    except OSError as error:
        raise _as_sentence(error, out, needed_bytes) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def require_absent(out: Path) -> None:
    """Raise CannotWrite if the path exists, even as a dangling link."""
    if os.path.lexists(out):
        shown = printable(out.name)
        raise CannotWrite(f"{shown} already exists.", "Choose another name, or remove it first.")


def _check_room(out: Path, needed: int) -> None:
    free = shutil.disk_usage(out.parent).free
    if free < needed:
        raise CannotWrite(
            f"{printable(out.name)} needs {size(needed)}; {size(free)} are free.",
            "Free some space, or choose a folder on another disk.",
        )


def size(count: int) -> str:
    """Number of bytes as "1.2 GB" or "3 MB"."""
    return f"{count / GB:.1f} GB" if count >= GB / 10 else f"{max(1, round(count / MB))} MB"


def _as_sentence(error: OSError, out: Path, needed: int) -> CannotWrite:
    shown = printable(out.name)
    if error.errno in FULL:
        return CannotWrite(
            f"The disk is full: {shown} needs {size(needed)}. Nothing was left behind.",
            "Free some space, or choose a folder on another disk.",
        )
    return CannotWrite(f"{shown} could not be written: {error.strerror or error}.")


def _remove_leftovers(out: Path) -> None:
    """Remove the folders of earlier attempts that were killed."""
    prefix = f".{out.name}.partial-"
    for entry in out.parent.iterdir():
        pid = entry.name.removeprefix(prefix)
        if entry.name.startswith(prefix) and pid.isdecimal() and not _is_running(int(pid)):
            shutil.rmtree(entry, ignore_errors=True)


def _is_running(pid: int) -> bool:
    if pid == os.getpid():
        return False  # a reused process id
    if sys.platform == "win32":
        return True  # signal 0 would terminate the process there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def flush(folder: Path) -> None:
    """Flush everything below ``folder`` to the disk, in one call where possible.

    One fsync per file takes milliseconds: minutes for a set of 40,000 clips.
    """
    if sys.platform == "linux":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            if ctypes.CDLL(None, use_errno=True).syncfs(descriptor) == 0:
                return
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        finally:
            os.close(descriptor)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    sync_folder(folder)
