"""Runs of a folder and the selected one, followed while their files grow."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from curator.ui.training.run_list import RunListModel, runs_below, summary_of, version_of
from curator.ui.training.run_phase import RunPhase
from curator.ui.training.run_record import RunRecord

FOLLOW_MS = 1000
"""Interval at which files are checked while the page is visible."""


class RunFollower(QObject):
    """Reads the selected run first, then the summaries, one portion per turn of the event loop.

    folder: where the runs are. record: the selected run, None without one. overlays: other runs
    to draw over it. started: runs that this window started.
    """

    listed = Signal()  # the runs in the folder were listed again
    read = Signal()  # everything new was read

    def __init__(self, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self.folder = folder
        self.record: RunRecord | None = None
        self.overlays: list[RunRecord] = []
        self.started: set[Path] = set()
        self.runs = RunListModel()
        self._unread: list[Path] = []
        self._versions: dict[Path, tuple[int, RunPhase | None]] = {}
        self._reading = QTimer(self, interval=0)
        self._following = QTimer(self, interval=FOLLOW_MS)
        self._reading.timeout.connect(self._read_portion)
        self._following.timeout.connect(self.update)

    @property
    def busy(self) -> bool:
        """Whether something is still to be read."""
        return self._reading.isActive()

    def start(self) -> None:
        """Check the files now and then regularly."""
        self.update()
        self._following.start()

    def pause(self) -> None:
        """Stop the regular checks."""
        self._following.stop()

    def stop(self) -> None:
        """Stop checking and reading."""
        self._following.stop()
        self._reading.stop()

    def select(self, folder: Path) -> None:
        """Read this run from its beginning."""
        self.record = RunRecord(folder)
        self._reading.start()

    def overlay(self, folders: Sequence[Path]) -> None:
        """Read these runs, too."""
        known = {record.folder: record for record in self.overlays}
        self.overlays = [known.get(folder) or RunRecord(folder) for folder in folders]
        self._reading.start()

    @Slot()
    def update(self) -> None:
        """List the folder, and read the runs with changed files."""
        folders = runs_below(self.folder, tuple(self.started))
        self.runs.show_runs(folders)
        for folder in folders:
            version = version_of(folder)
            if self._versions.get(folder) != version:
                self._versions[folder] = version
                self._unread.append(folder)
        self._reading.start()
        self.listed.emit()

    @Slot()
    def _read_portion(self) -> None:
        for record in (self.record, *self.overlays):
            if record is not None and record.read():
                return
        if self._unread:
            self.runs.put(summary_of(self._unread.pop(0)))
            return
        self._reading.stop()
        self.read.emit()
