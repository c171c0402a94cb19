"""``phase.json`` of a run: what it does before its first step, for those who follow it."""

import json
import time
from pathlib import Path

from trainer.runs.files import write_atomically

FILE = "phase.json"
LOADING, PREPARING, FIRST_EVALUATION = "loading", "preparing", "first_evaluation"
INTERVAL_S = 0.5  # minimum between two writes of a phase


class PhaseFile:
    """Writes the current phase. folder: of the run, None to write nothing, on other ranks."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / FILE if folder is not None else None
        self._phase = ""
        self._written = 0.0

    def set(self, phase: str, done: int = 0, of: int = 0) -> None:
        """Set the phase and its progress, of = 0 if unknown."""
        now = time.monotonic()
        if self._path is None or (phase == self._phase and now - self._written < INTERVAL_S):
            return
        self._phase, self._written = phase, now
        data = json.dumps({"phase": phase, "done": done, "of": of})
        write_atomically(self._path, data.encode())

    def clear(self) -> None:
        """Remove the file: the run trains, or has ended."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._path = None
