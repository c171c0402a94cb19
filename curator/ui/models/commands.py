"""Runs ``curator models`` as a process, so that hashing and copying do not block the window."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from curator.ui.jobs.curator_process import CuratorProcess


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
    ended = Signal(str, str)  # command, and error message or ""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._what = ""
        self._process = CuratorProcess(self)
        self._process.replied.connect(self._take)
        self._process.ended.connect(self._finished)

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

    def import_from(self, folder: Path, names: Sequence[str] = ()) -> None:
        """Copy models from a folder. names: empty for all."""
        self._start("import", str(folder), *names)

    def stop(self) -> None:
        """Kill the command."""
        self._what = ""
        self._process.stop()

    def _start(self, what: str, *words: str) -> None:
        if self._what:
            return
        self._what = what
        given = ["--", *words] if words else []
        self._process.start("models", what, "--json", *given)

    @Slot(object)
    def _take(self, message: dict[str, Any]) -> None:
        if "state" in message:
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

    @Slot(int, str)
    def _finished(self, code: int, errors: str) -> None:
        what, self._what = self._what, ""
        if not what:
            return
        wrong_files = what == "verify" and code == 1 and not errors
        well = code == 0 or wrong_files
        self.ended.emit(
            what, "" if well else errors or self.tr("The command failed without a message.")
        )
