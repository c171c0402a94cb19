"""Lock for a single writer, released by the operating system when its process ends.

The file ``lock`` names the owner for people only: a file left by a killed process is not locked and
is reused.
"""

import contextlib
import os
import socket
import sys
from pathlib import Path
from typing import IO

from curator.domain.errors import CuratorError, ProjectBusy, printable
from curator.domain.foreign_files import descriptor
from curator.domain.system import lock_file, unlock_file

LOCK_NAME = "lock"


class WriterLock:
    """Lock held from `take` until `release`."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    @classmethod
    def take(cls, project: Path) -> "WriterLock":
        """Lock a project folder for writing. Raises ProjectBusy naming the owner."""
        path = project / LOCK_NAME
        try:
            opened = descriptor(path, os.O_RDWR | os.O_CREAT)
            file = os.fdopen(opened, "r+", encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            is_link = path.is_symlink()
            reason = f"its file {LOCK_NAME} is a link" if is_link else error.strerror
            raise CuratorError(
                f"{printable(project.name)} cannot be written to ({reason}).",
                f"Delete the file {LOCK_NAME} in it."
                if is_link
                else "Give yourself the right to write there, or copy the project elsewhere.",
            ) from error
        try:
            lock_file(file.fileno())
        except OSError as error:
            owner = _owner(file)
            file.close()
            raise ProjectBusy(
                f"{printable(project.name)} is already open in {owner}.",
                "Close it there or wait until it is done; reading works meanwhile.",
            ) from error
        # The owner's name is for people only: a full disk does not prevent locking.
        with contextlib.suppress(OSError):
            os.ftruncate(opened, 0)
            os.write(opened, f"{os.getpid()}\n{socket.gethostname()}\n{program()}\n".encode())
        return cls(file)

    def release(self) -> None:
        """Release the lock."""
        if self._file.closed:
            return
        with contextlib.suppress(OSError):
            os.ftruncate(self._file.fileno(), 0)
        unlock_file(self._file.fileno())
        self._file.close()


def program() -> str:
    """Name of the running program, such as "curator" or "pytest"."""
    started = Path(sys.argv[0] if sys.argv else "")
    name = started.parent.name if started.stem == "__main__" else started.stem
    return printable(name) or "python"


def _owner(file: IO[str]) -> str:
    """Description of the process that wrote the lock file."""
    file.seek(0)
    lines = file.read(4096).splitlines()
    if len(lines) < 3:
        return "another program"
    pid, host, name = (printable(line) for line in lines[:3])
    return f"{name} (process {pid} on {host})"
