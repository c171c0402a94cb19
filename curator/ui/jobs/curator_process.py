"""A ``curator`` command that writes JSON lines, run as a process beside the window."""

import json
import sys
from typing import Any

from PySide6.QtCore import QObject, QProcess, Signal, Slot

from curator.domain import system

ERRORS_BYTES = 4_000
"""Upper bound of the error output that is kept."""

EXIT_MS = 3_000
"""Time that a process has to end before it is killed."""


class CuratorProcess(QObject):
    """Runs one command at a time; emits exactly one ``ended`` for each, unless it is stopped."""

    replied = Signal(object)  # a dict
    ended = Signal(int, str)  # exit code and error output

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rest, self._errors = b"", b""
        self._is_stopping = False
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.finished.connect(self._finish)

    @property
    def running(self) -> bool:
        """Whether a command runs."""
        return self._process.state() != QProcess.ProcessState.NotRunning

    def start(self, *words: str) -> None:
        """Run ``curator`` with these arguments."""
        self._rest, self._errors = b"", b""
        self._process.start(sys.executable, ["-m", "curator", *words])

    def stop(self) -> None:
        """End the command, with the programs that it started, and wait for it."""
        if not self.running:
            return
        self._is_stopping = True
        if system.WINDOWS:
            system.end_process(self._process.processId())
        else:
            self._process.terminate()
        if not self._process.waitForFinished(EXIT_MS):
            self._process.kill()
            self._process.waitForFinished(EXIT_MS)
        self._is_stopping = False

    @Slot()
    def _read(self) -> None:
        *lines, self._rest = (self._rest + self._process.readAllStandardOutput().data()).split(
            b"\n"
        )
        for line in lines:
            reply: Any = json.loads(line) if line.startswith(b"{") else None
            if isinstance(reply, dict):
                self.replied.emit(reply)

    @Slot()
    def _read_errors(self) -> None:
        self._errors = (self._errors + self._process.readAllStandardError().data())[-ERRORS_BYTES:]

    @Slot(int)
    def _finish(self, code: int) -> None:
        if self._is_stopping:
            return
        self._read()
        self._read_errors()
        self.ended.emit(code, self._errors.decode("utf-8", "replace").strip())
