"""Runs ``curator models`` as a process, so that hashing and copying do not block the window."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, Signal, Slot

_COMMAND = ("-m", "curator", "models")


@dataclass(frozen=True, slots=True)
class ModelRow:
    """State of a model on this machine.

    state: "packaged", "here", "partial", "absent" or "wrong". size, here: bytes, size None if
    unknown. verified: whether its files were hashed since the dialog was opened.
    """

    name: str
    kind: str
    state: str
    size: int | None
    here: int
    licence: str
    origin: str
    use: str
    sentence: str
    verified: bool = False

    @property
    def usable(self) -> bool:
        """Whether it can be loaded."""
        return self.state in ("packaged", "here")


class ModelCommands(QObject):
    """Runs one command at a time; emits exactly one ``ended`` for each, unless stopped."""

    listed = Signal(object)  # a ModelRow
    progressed = Signal(object, object)  # bytes done, and total bytes or None
    ended = Signal(str, str)  # command, and error message or ""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._what = ""
        self._rest = b""
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._finished)

    @property
    def running(self) -> str:
        """Running command, "" for none."""
        return self._what

    def list_all(self) -> None:
        """List all models with their states, judged by file sizes."""
        self._start("list")

    def verify(self) -> None:
        """Hash the files of all present models."""
        self._start("verify")

    def get(self, name: str) -> None:
        """Download a model, resuming an interrupted download."""
        self._start("get", name)

    def import_from(self, folder: Path, names: Sequence[str] = ()) -> None:
        """Copy models from a folder. names: empty for all."""
        self._start("import", str(folder), *names)

    def stop(self) -> None:
        """Kill the command; a download can be resumed later."""
        self._what = ""
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished()

    def _start(self, what: str, *words: str) -> None:
        if self._what:
            return
        self._what, self._rest = what, b""
        given = ["--", *words] if words else []
        self._process.start(sys.executable, [*_COMMAND, what, "--json", *given])

    @Slot()
    def _read(self) -> None:
        *lines, self._rest = (self._rest + self._process.readAllStandardOutput().data()).split(
            b"\n"
        )
        for line in lines:
            self._take(json.loads(line))

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("event") == "progress":
            self.progressed.emit(message["bytes"], message["of"])
        elif "state" in message:
            row = ModelRow(
                message["name"],
                message["kind"],
                message["state"],
                message["size"],
                message["bytes_here"],
                message["licence"],
                message["origin"],
                message["use"],
                message["sentence"],
                self._what == "verify",
            )
            self.listed.emit(row)

    @Slot(int)
    def _finished(self, code: int) -> None:
        what, self._what = self._what, ""
        if not what:
            return
        output = bytes(self._process.readAllStandardError().data())
        errors = output.decode("utf-8", "replace").strip()
        wrong_files = what == "verify" and code == 1 and not errors
        well = code == 0 or wrong_files
        self.ended.emit(
            what, "" if well else errors or self.tr("The command failed without a message.")
        )
