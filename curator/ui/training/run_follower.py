"""Runs of a folder and the selected one, followed while their files grow."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from curator.ui.training.run_list import RunListModel, runs_below, size_of, summary_of
from curator.ui.training.run_record import RunRecord

FOLLOW_MS = 1000
"""Interval at which files are checked while the page is visible."""


class RunFollower(QObject):
    """Reads the selected run first, then the summaries, one portion per turn of the event loop.

    folder: where the runs are. record: the selected run, None without one.
    """

    listed = Signal()  # the runs in the folder were listed again
    read = Signal()  # everything new was read

    def __init__(self, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self.folder = folder
        self.record: RunRecord | None = None
        self.runs = RunListModel()
        self._unread: list[Path] = []
        self._sizes: dict[Path, int] = {}
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

    @Slot()
    def update(self) -> None:
        """List the folder, and read the runs with changed files."""
        folders = runs_below(self.folder)
        self.runs.show_runs(folders)
        for folder in folders:
            size = size_of(folder)
            if self._sizes.get(folder) != size:
                self._sizes[folder] = size
                self._unread.append(folder)
        self._reading.start()
        self.listed.emit()

    @Slot()
    def _read_portion(self) -> None:
        if self.record is not None and self.record.read():
            return
        if self._unread:
            self.runs.put(summary_of(self._unread.pop(0)))
            return
        self._reading.stop()
        self.read.emit()
