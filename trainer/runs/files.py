"""Files: written so that a crash leaves the old one or the new one, hashed, read line by line."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from trainer.errors import BrokenRun

BLOCK = 1 << 20  # bytes read at a time when hashing


def write_atomically(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` through a file beside it: written, fsynced, renamed."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def sync_file(path: Path) -> None:
    """Ask the disk to keep what was written to ``path``."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Ask the disk to keep the names in the folder ``path``; Windows has no such call."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def built_once(folder: Path, build: Callable[[Path], None]) -> Path:
    """``folder`` as ``build`` fills it, at the first call; complete or not there.

    Another process may build the same at the same time: whoever is first, the others use theirs.
    """
    if folder.is_dir():
        return folder
    beside = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    beside.mkdir(parents=True, exist_ok=True)
    try:
        build(beside)
        beside.replace(folder)
    except OSError:
        if not folder.is_dir():  # else another process was faster, and its folder is the same
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Each line of JSON with its number; a half-written last one is left out. BrokenRun if others.

    Files that are appended to end so when the process is killed while it writes.
    """
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError as error:
            if number == len(lines):
                return
            raise BrokenRun(f"{path} line {number} is damaged: {error}.") from error
        yield number, found
