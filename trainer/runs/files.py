"""Files and folders that appear whole or not at all, tensor files, hashes and JSON Lines.

Everything is written under a temporary name beside its place, flushed to the disk and renamed.
Temporary names hold the process that owns them, so that those of killed processes are removed.
"""

import functools
import hashlib
import itertools
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.errors import BrokenRun
from trainer.foreign_files import (
    ANY_SIZE,
    log_lines,
    open_regular,
    open_to_append,
    parse_json,
)
from trainer.runs.process_identity import has_ended, own_mark
from trainer.system import put_in_place, sync_file, sync_folder

if TYPE_CHECKING:
    import torch

BLOCK = 1 << 20  # bytes read at a time when hashing
NAME_SHOWN = 100  # characters of a name that are kept in its temporary one
_TEMPORARY = re.compile(r"\..*\.([0-9a-f]{8}-\d+-\d*)-\d+\.tmp\Z")
_numbers = itertools.count()


def write_atomically(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


@contextmanager
def replacing(path: Path, *, sync: bool = True) -> Iterator[Path]:
    """Temporary file that becomes ``path`` when the block ends without an error.

    sync: flush it and its folder to the disk; not for what can be computed again.
    """
    with scratch_file(path) as temporary:
        yield temporary
        if sync:
            move_into_place(temporary, path)
        else:
            put_in_place(temporary, path)


@contextmanager
def scratch_file(path: Path) -> Iterator[Path]:
    """Temporary file beside ``path``, removed at the end unless it was moved."""
    temporary = _temporary_beside(path)
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def save_tensors(tensors: "Mapping[str, torch.Tensor]", path: Path) -> None:
    """Write a safetensors file with the permissions of any other new file.

    safetensors writes a private temporary file, which others on the machine could not read.
    """
    from safetensors.torch import save_file

    save_file(dict(tensors), path)
    with scratch_file(path) as probe:
        probe.touch()
        path.chmod(stat.S_IMODE(probe.stat().st_mode))


@contextmanager
def private_folder(name: str) -> Iterator[Path]:
    """Empty folder in the system's temporary folder that only this user can read."""
    with scratch_folder(Path(tempfile.gettempdir()) / name, mode=0o700) as folder:
        yield folder


@contextmanager
def scratch_folder(path: Path, mode: int = 0o777) -> Iterator[Path]:
    """Empty temporary folder beside ``path``, removed at the end unless it was moved."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary_beside(path)
    temporary.mkdir(mode)
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def move_into_place(temporary: Path, path: Path) -> None:
    """Flush a file or folder to the disk and rename it to ``path``; replaces an empty folder."""
    if temporary.is_dir():
        sync_tree(temporary)
        if path.is_dir():
            path.rmdir()
    else:
        sync_file(temporary)
    put_in_place(temporary, path)
    sync_folder(path.parent)


def remove_folder(folder: Path) -> None:
    """Remove a folder. What a kill leaves of it has a temporary name, so it is removed later."""
    temporary = _temporary_beside(folder)
    put_in_place(folder, temporary)
    shutil.rmtree(temporary)


def is_temporary(name: str) -> bool:
    """Whether a name is one of a temporary file or folder."""
    return bool(_TEMPORARY.match(name))


def _temporary_beside(path: Path) -> Path:
    remove_leftovers(path.parent)
    return path.with_name(f".{path.name[:NAME_SHOWN]}.{own_mark()}-{next(_numbers)}.tmp")


def remove_leftovers(folder: Path) -> None:
    """Remove temporary files and folders of ended processes; once per folder and process."""
    _remove_leftovers(folder.absolute(), os.getpid())


@functools.cache
def _remove_leftovers(folder: Path, _pid: int) -> None:
    try:
        paths = list(folder.iterdir())
    except OSError:
        return  # no such folder yet; a real fault is raised by the write that follows
    for path in paths:
        match = _TEMPORARY.match(path.name)
        if not match or not has_ended(match[1]):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def sync_tree(folder: Path) -> None:
    """fsync all files and folders below ``folder``, and itself."""
    for inside, _, names in os.walk(folder, topdown=False):
        for name in names:
            path = Path(inside, name)
            if not path.is_symlink():
                sync_file(path)
        sync_folder(Path(inside))


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with open_regular(path, ANY_SIZE) as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def build_once(folder: Path, build: Callable[[Path], None]) -> Path:
    """Create ``folder`` atomically with ``build`` unless it exists.

    If several processes build it at once, the first to finish wins.
    """
    if folder.is_dir():
        return folder
    with scratch_folder(folder) as temporary:
        build(temporary)
        sync_tree(temporary)
        try:
            put_in_place(temporary, folder)
        except OSError:
            if not folder.is_dir():  # else another process built the same folder first
                raise
        sync_folder(folder.parent)
    return folder


def append_line(path: Path, line: str) -> None:
    """Append a line to a file of lines, whole or not at all.

    Half a line that a killed process left at the end is cut off first.
    """
    data = line.encode() + b"\n"
    with os.fdopen(open_to_append(path), "r+b", buffering=0) as file:
        size = end = file.seek(0, os.SEEK_END)
        start = _start_of_half_line(file, size)
        if start < size:
            file.seek(start)
            if _is_json(file.read(size - start)):
                data = b"\n" + data
            else:
                file.truncate(start)
                end = start
        try:
            written = file.write(data)
            if written != len(data):
                raise OSError(28, "No space left on device", str(path))
        except OSError:
            file.truncate(end)
            raise


def _start_of_half_line(file: Any, size: int) -> int:  # noqa: ANN401 - a raw file
    """Offset behind the last newline."""
    end = size
    while end > 0:
        start = max(0, end - BLOCK)
        file.seek(start)
        at = file.read(end - start).rfind(b"\n")
        if at >= 0:
            return int(start + at + 1)
        end = start
    return 0


def _is_json(data: bytes) -> bool:
    try:
        parse_json(data)
    except ValueError:
        return False
    return True


def run_lines(
    path: Path, skipped: bytes = b"", *, light: bytes = b""
) -> Iterator[tuple[int, bytes]]:
    """(line number, line) as ``log_lines``; BrokenRun for more than is parsed."""
    try:
        yield from log_lines(path, skipped, light)
    except ValueError as error:
        raise BrokenRun(
            f"{path} cannot be read: {error}.",
            "Restore it from a backup, or train with a larger log.every_steps.",
        ) from error


def json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """(line number, object) of a JSON Lines file; BrokenRun for a damaged line.

    An incomplete last line, left by a process killed while writing, is ignored.
    """
    for number, line in run_lines(path):
        if not line.strip():
            continue
        try:
            value = parse_json(line)
        except ValueError as error:
            if not line.endswith(b"\n"):
                return
            raise BrokenRun(f"{path} line {number} is damaged: {error}.") from error
        yield number, value
