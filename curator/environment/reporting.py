"""Runs programs of an installation and reports their progress to another program."""

import shutil
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import NoReturn

from curator.environment.install import UV_FOLDER, uv_environment

REPORT_S = 1.0
LOG_LINES = 20

Report = Callable[[dict[str, object]], None]
"""Receives a JSON object: {"event": "progress", "bytes", "of", "stage"} or {"event": "log"}."""


class ReportingRun:
    """Callable for ``install`` that reports the disk space in use and the newest line of output.

    folder: on the disk of the installation. of: expected size in bytes. Files that uv has in its
    cache use no space, so that the share is a lower bound.
    """

    def __init__(self, folder: Path, of: int, report: Report) -> None:
        self._folder = next(each for each in (folder, *folder.parents) if each.is_dir())
        self._of, self._report = of, report
        self._free = self._free_bytes()
        self._log: deque[str] = deque(maxlen=LOG_LINES)

    def __call__(self, command: Sequence[str]) -> int:
        """Run a program; returns its exit code. It is killed if this is interrupted."""
        self._log.clear()
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=uv_environment(),
            cwd=UV_FOLDER,
        )
        reader = Thread(target=self._read, args=(process,), daemon=True)
        reader.start()
        try:
            while True:
                try:
                    code = process.wait(REPORT_S)
                    break
                except subprocess.TimeoutExpired:
                    self._tell()
        except BaseException:
            process.kill()
            process.wait()
            raise
        reader.join()
        self._tell()
        if code and self._log:
            self._report({"event": "log", "text": "\n".join(self._log)})
        return code

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            self._log.extend(line.strip() for line in lines if line.strip())

    def _tell(self) -> None:
        used = min(max(0, self._free - self._free_bytes()), self._of)
        stage = self._log[-1] if self._log else ""
        self._report({"event": "progress", "bytes": used, "of": self._of, "stage": stage})

    def _free_bytes(self) -> int:
        return shutil.disk_usage(self._folder).free


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Turn SIGTERM into SystemExit, so that the program that runs meanwhile is ended too."""

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
