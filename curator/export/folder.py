"""Atomic creation of a folder: written under a temporary name, flushed, renamed."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from curator.domain.errors import CuratorError, printable
from curator.domain.system import is_running, put_in_place, require_short, sync_folder, sync_tree

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""Error numbers of a full disk, quota or file size limit."""

LONGEST_INSIDE = 60
"""Characters of the longest path below an export: ``data/train-00000-of-00001.parquet``, ids."""

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
        require_short(partial, LONGEST_INSIDE)
        out.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(out)
        _check_room(out, needed_bytes)
        partial.mkdir()
        yield partial
        sync_tree(partial)
        if os.path.lexists(out):
            raise CannotWrite(f"{shown} was created in the meantime.", "Choose another name.")
        put_in_place(partial, out)
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
        left = f"{size(free)} are free" if free >= MB else "nothing is free"
        raise CannotWrite(
            f"{printable(out.name)} needs {size(needed)}; {left}.",
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
    try:
        entries = list(out.parent.iterdir())
    except PermissionError:  # a folder may be written to without being listed
        return
    for entry in entries:
        pid = entry.name.removeprefix(prefix)
        if entry.name.startswith(prefix) and pid.isdecimal() and not _runs_elsewhere(int(pid)):
            shutil.rmtree(entry, ignore_errors=True)


def _runs_elsewhere(pid: int) -> bool:
    """Whether another process has that id; ours is a reused one."""
    return pid != os.getpid() and is_running(pid)
