"""Reads the parts of ``curator setup`` with their sizes for this machine."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from curator.ui.jobs.curator_process import CuratorProcess


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part on this machine.

    gigabytes: additional disk space. installed: by ``curator setup``. own: in this program's own
    environment. accelerator: build of torch. folder: of the environment.
    """

    key: str
    purpose: str
    gigabytes: float
    installed: bool
    own: bool
    accelerator: str
    folder: str

    @property
    def usable(self) -> bool:
        """Whether it can be used."""
        return self.installed or self.own


class PartsList(QObject):
    """Lists the parts in a process, as detecting the GPU may take seconds."""

    listed = Signal(object)  # a list of PartRow
    failed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[PartRow] = []
        self._process = CuratorProcess(self)
        self._process.replied.connect(self._take)
        self._process.ended.connect(self._finish)

    def read(self) -> None:
        """List the parts; emits ``listed`` or ``failed``."""
        if not self._process.running:
            self._rows = []
            self._process.start("setup", "--json")

    def stop(self) -> None:
        """Stop listing."""
        self._process.stop()

    @Slot(object)
    def _take(self, reply: dict[str, Any]) -> None:
        if "part" in reply:
            self._rows.append(
                PartRow(
                    reply["part"],
                    reply["purpose"],
                    reply["gb"],
                    reply["installed"],
                    reply["own"],
                    reply["accelerator_name"],
                    reply["folder"],
                )
            )

    @Slot(int, str)
    def _finish(self, code: int, errors: str) -> None:
        if code:
            self.failed.emit(errors)
        else:
            self.listed.emit(self._rows)
