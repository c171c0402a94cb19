"""Training processes on this machine: start, pause, stop.

A training continues when the window closes. Another window finds its process by the lock file of
the run, and can pause or follow it.
"""

import json
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, Signal, Slot

from curator import run_logged
from curator.domain.errors import CuratorError
from curator.domain.foreign_files import NOTE_BYTES, read_bounded
from curator.domain.system import ask_to_pause, end_process, is_running, start_of
from curator.run_trainer import trainer_command, trainer_environment
from curator.ui.training.run_list import holds

LOCK = "lock"
PAUSE = "pause"
"""File in a run folder that asks its process to save and end."""
LOOK_MS = 500
"""Interval at which started processes are checked."""
TAIL_BYTES = 2_000
"""Bytes of a log shown when a training failed."""


@dataclass(frozen=True, slots=True)
class StartedTraining:
    """Training started by this window. log: its output."""

    run: Path
    pid: int
    log: Path


class Trainings(QObject):
    """Starts, pauses and stops training processes."""

    began = Signal(object)  # the run
    ended = Signal(object, str)  # the run, and the end of its log

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.started: list[StartedTraining] = []
        self._stopped: set[Path] = set()
        self._looking = QTimer(self)
        self._looking.setInterval(LOOK_MS)
        self._looking.timeout.connect(self._look)

    def begin(self, arguments: list[str], run: Path) -> None:
        """Start ``trainer`` with these arguments, detached; its output goes to RUN.log."""
        run.parent.mkdir(parents=True, exist_ok=True)
        log = run.with_name(f"{run.name}.log")
        around = [str(Path(run_logged.__file__)), str(log), trainer_environment()["PYTHONPATH"]]
        words = [*around, *trainer_command(*arguments)]
        well, pid = QProcess.startDetached(sys.executable, words, str(run.parent))
        if not well:
            raise CuratorError("Cannot start the trainer.")
        self._stopped.discard(run)
        self.started.append(StartedTraining(run, int(pid), log))
        self._looking.start()
        self.began.emit(run)

    def process_of(self, run: Path) -> int | None:
        """Return the id of the local process that trains a run, None without one."""
        by_us = (begun.pid for begun in self.started if begun.run == run)
        # On Windows, the process we started only waits for the one that holds the lock.
        pids = (_owner_of(run), *by_us)
        return next((pid for pid in pids if pid is not None and is_running(pid)), None)

    def pause(self, run: Path) -> None:
        """Make a run save a checkpoint and exit after the current step."""
        ask_to_pause(self.require(run), run / PAUSE)

    def stop(self, run: Path) -> None:
        """Kill the process of a run; progress since the last checkpoint is lost."""
        pid = self.require(run)
        self._stopped.add(run)
        end_process(pid)

    def is_stopped(self, run: Path) -> bool:
        """Whether a person stopped the process of a run since it was started."""
        return run in self._stopped

    def require(self, run: Path) -> int:
        """Return the id of the local process that trains a run. Raises CuratorError."""
        pid = self.process_of(run)
        if pid is None:
            raise CuratorError(
                "No process on this machine is training this run.",
                "Pause it on the machine where it is training.",
            )
        return pid

    @Slot()
    def _look(self) -> None:
        gone = [begun for begun in self.started if not is_running(begun.pid)]
        self.started = [begun for begun in self.started if begun not in gone]
        if not self.started:
            self._looking.stop()
        for begun in gone:
            self.ended.emit(begun.run, log_tail(begun.log))


def _owner_of(run: Path) -> int | None:
    """Process of this machine named in the lock of a run."""
    try:
        owner = json.loads(read_bounded(run / LOCK, NOTE_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(owner, dict) or owner.get("host") != socket.gethostname():
        return None
    pid, start = owner.get("pid"), owner.get("start")
    if not isinstance(pid, int) or not isinstance(start, str):
        return None
    # Else somebody's lock could make the window end any other process.
    return pid if is_running(pid, start) and (start or not start_of(pid)) else None


def log_tail(log: Path) -> str:
    """Return the last lines of a log."""
    try:
        data = log.read_bytes()[-TAIL_BYTES:]
    except OSError:
        return ""
    lines = [line for line in data.decode("utf-8", "replace").splitlines() if line.strip()]
    return "\n".join(lines[-6:])


def newest_bundle(folder: Path) -> Path | None:
    """Return the newest bundle in a folder, None without one."""
    try:
        bundles = [each for each in folder.iterdir() if holds(each, "bundle.json")]
        return max(bundles, key=lambda bundle: bundle.stat().st_mtime, default=None)
    except OSError:
        return None
