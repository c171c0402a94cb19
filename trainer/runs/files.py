"""Atomic file writes, tensor files, hashes and JSON Lines."""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.errors import BrokenRun

if TYPE_CHECKING:
    import torch

BLOCK = 1 << 20  # bytes read at a time when hashing


def write_atomically(path: Path, data: bytes) -> None:
    """Write ``data`` to a temporary file, fsync it and rename it to ``path``."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def save_tensors(tensors: "Mapping[str, torch.Tensor]", path: Path) -> None:
    """Write a safetensors file with the permissions of any other new file.

    safetensors writes a private temporary file, which others on the machine could not read.
    """
    from safetensors.torch import save_file

    save_file(dict(tensors), path)
    probe = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        probe.touch()
        path.chmod(stat.S_IMODE(probe.stat().st_mode))
    finally:
        probe.unlink(missing_ok=True)


def sync_file(path: Path) -> None:
    """fsync the file ``path``."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """fsync the folder ``path``; not available on Windows."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def build_once(folder: Path, build: Callable[[Path], None]) -> Path:
    """Create ``folder`` atomically with ``build`` unless it exists.

    If several processes build it at once, the first to finish wins.
    """
    if folder.is_dir():
        return folder
    temporary = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    temporary.mkdir(parents=True, exist_ok=True)
    try:
        build(temporary)
        temporary.replace(folder)
    except OSError:
        if not folder.is_dir():  # else another process built the same folder first
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """(line number, object) of a JSON Lines file; BrokenRun for a damaged line.

    An incomplete last line, left by a process killed while writing, is ignored.
    """
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            if number == len(lines):
                return
            raise BrokenRun(f"{path} line {number} is damaged: {error}.") from error
        yield number, value
