"""Trainings on this machine: begun, paused and ended as processes of their own.

A training outlives the window. It takes hours, and closing a window must not cost them; the next
window finds it by its folder, whose lock names the process, and pauses or follows it as if it had
begun it itself.
"""

import json
import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, Signal, Slot

from curator import run_logged
from curator.domain.errors import CuratorError
from curator.run_trainer import trainer_command, trainer_environment

LOCK = "lock"
LOOK_MS = 500
"""How often processes that were begun here are check after."""
LAST_WORDS = 2_000
"""Bytes of a log that are shown when a training ended badly."""


@dataclass(frozen=True, slots=True)
class StartedTraining:
    """A training that this window began. log: what it printed."""

    run: Path
    pid: int
    log: Path


class Trainings(QObject):
    """Begins and ends trainings."""

    ended = Signal(object, str)  # the run, and its last words if it ended without saying how

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.started: list[StartedTraining] = []
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
            raise CuratorError("The trainer could not be started.")
        self.started.append(StartedTraining(run, int(pid), log))
        self._looking.start()

    def process_of(self, run: Path) -> int | None:
        """The process of this machine that trains a run; None where there is none."""
        for begun in self.started:
            if begun.run == run and is_alive(begun.pid):
                return begun.pid
        try:
            owner = json.loads((run / LOCK).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        pid = owner.get("pid") if isinstance(owner, dict) else None
        here = isinstance(pid, int) and owner.get("host") == socket.gethostname()
        return pid if here and pid is not None and is_alive(pid) else None

    def pause(self, run: Path) -> None:
        """Have it save and end after the update it is at."""
        os.kill(self.require(run), signal.SIGTERM)

    def stop(self, run: Path) -> None:
        """End it at once; what it learnt since its last checkpoint is lost."""
        os.kill(self.require(run), getattr(signal, "SIGKILL", signal.SIGTERM))

    def require(self, run: Path) -> int:
        """The process of this machine that trains a run, or CuratorError."""
        pid = self.process_of(run)
        if pid is None:
            raise CuratorError(
                "No process of this machine trains this run.",
                "One that trains elsewhere has to be paused there.",
            )
        return pid

    @Slot()
    def _look(self) -> None:
        gone = [begun for begun in self.started if not is_alive(begun.pid)]
        self.started = [begun for begun in self.started if begun not in gone]
        if not self.started:
            self._looking.stop()
        for begun in gone:
            self.ended.emit(begun.run, last_words(begun.log))


def is_alive(pid: int) -> bool:
    """Whether a process of this machine is there."""
    if os.name == "nt":  # there, signal 0 would end the process instead of asking after it
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Whether it has ended and only nobody has check: where no init collects such, as in boxes."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return text.rpartition(")")[2].split()[:1] == ["Z"]


def last_words(log: Path) -> str:
    """The end of what a training printed."""
    try:
        data = log.read_bytes()[-LAST_WORDS:]
    except OSError:
        return ""
    lines = [line for line in data.decode("utf-8", "replace").splitlines() if line.strip()]
    return "\n".join(lines[-6:])
