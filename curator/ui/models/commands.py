"""``curator models`` run beside the window, so that hashing and copying never hold it up."""

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
    """A model as it stands on this machine.

    state: "packaged", "here", "partial", "absent" or "wrong". size, here: bytes, size None where
    nobody knows it beforehand. verified: whether its files were read and compared since the dialog
    was opened.
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
    """One command at a time. Exactly one ``ended`` follows each, unless it is stopped."""

    found = Signal(object)  # a ModelRow, as it stands now
    progressed = Signal(object, object)  # bytes here, and of how many or None
    ended = Signal(str, str)  # which command, and why it did not do its work, or ""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._what = ""
        self._rest = b""
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._finished)

    @property
    def running(self) -> str:
        """The command that runs, "" for none."""
        return self._what

    def list_all(self) -> None:
        """How every model stands, by the sizes of its files."""
        self._start("list")

    def verify(self) -> None:
        """Read the files of all models that are here."""
        self._start("verify")

    def get(self, name: str) -> None:
        """Download a model; what was interrupted goes on."""
        self._start("get", name)

    def import_from(self, folder: Path, names: Sequence[str] = ()) -> None:
        """Copy models from a folder. names: which; none for all that it holds."""
        self._start("import", str(folder), *names)

    def stop(self) -> None:
        """End the command, whatever it does; what is half there goes on from there next time."""
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

    def _take(self, said: dict[str, Any]) -> None:
        if said.get("event") == "progress":
            self.progressed.emit(said["bytes"], said["of"])
        elif "state" in said:
            row = ModelRow(
                said["name"],
                said["kind"],
                said["state"],
                said["size"],
                said["bytes_here"],
                said["licence"],
                said["origin"],
                said["use"],
                said["sentence"],
                self._what == "verify",
            )
            self.found.emit(row)

    @Slot(int)
    def _finished(self, code: int) -> None:
        what, self._what = self._what, ""
        if not what:
            return
        said = bytes(self._process.readAllStandardError().data())
        errors = said.decode("utf-8", "replace").strip()
        found_faults = what == "verify" and code == 1 and not errors
        well = code == 0 or found_faults
        self.ended.emit(what, "" if well else errors or self.tr("It ended without a reason."))
