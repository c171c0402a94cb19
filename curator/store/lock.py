"""Lock for a single writer, released by the operating system when its process ends.

The file ``lock`` names the owner for people only: a file left by a killed process is not locked and
is reused.
"""

import os
import socket
import sys
from pathlib import Path
from typing import IO

from curator.domain.errors import CuratorError, ProjectBusy, printable

LOCK_NAME = "lock"
LOCKED_BYTE = 1 << 30
"""Windows prevents reading of locked bytes, so the locked byte is far behind the text."""


class WriterLock:
    """Lock held from `take` until `release`."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    @classmethod
    def take(cls, project: Path) -> "WriterLock":
        """Lock a project folder for writing. Raises ProjectBusy naming the owner."""
        path = project / LOCK_NAME
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            file = os.fdopen(descriptor, "r+", encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise CuratorError(
                f"{printable(project.name)} cannot be written to ({error.strerror}).",
                "Give yourself the right to write there, or copy the project elsewhere.",
            ) from error
        try:
            _lock(file.fileno())
        except OSError as error:
            owner = _owner(file)
            file.close()
            raise ProjectBusy(
                f"{printable(project.name)} is already open in {owner}.",
                "Close it there or wait until it is done; reading works meanwhile.",
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n{socket.gethostname()}\n{program()}\n")
        file.flush()
        return cls(file)

    def release(self) -> None:
        """Release the lock."""
        if self._file.closed:
            return
        self._file.seek(0)
        self._file.truncate(0)
        _unlock(self._file.fileno())
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


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        # flock, not lockf: two projects opened in one process must exclude each other too.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
