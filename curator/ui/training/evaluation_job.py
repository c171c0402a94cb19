"""Evaluation of a run in the background, with progress."""

import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from curator.domain.errors import CuratorError
from curator.ui.training.json_process import JsonProcess
from curator.ui.wording import about, number

GUESS_AFTER_S = 5.0
"""Time before a remaining time is shown."""


@dataclass(frozen=True, slots=True)
class EvaluationProgress:
    """done, of: samples; of is 0 before they are planned. left_s: None if unknown."""

    run: Path
    done: int = 0
    of: int = 0
    left_s: float | None = None


class EvaluationJob(QObject):
    """Runs ``trainer evaluate``, one run at a time. A cancelled one is resumed by starting it."""

    progressed = Signal(object)  # an EvaluationProgress
    ended = Signal(object, str)  # run, and the error, "" if there was none
    cancelled = Signal(object)  # run; instead of ended

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.progress: EvaluationProgress | None = None
        self._process: JsonProcess | None = None
        self._began = 0.0
        self._done_before: int | None = None

    @property
    def run(self) -> Path | None:
        """Run that is being evaluated, None without one."""
        return self.progress.run if self.progress else None

    def start(self, run: Path) -> None:
        """Start an evaluation. Raises CuratorError while another one is running."""
        if self.progress is not None:
            raise CuratorError(
                self.tr("Another evaluation is running."), self.tr("Wait for it, or cancel it.")
            )
        self._began, self._done_before = time.monotonic(), None
        self.progress = EvaluationProgress(run)
        self._process = JsonProcess(["evaluate", str(run), "--json"], self)
        self._process.replied.connect(self._take)
        self._process.ended.connect(self._end)
        self.progressed.emit(self.progress)

    def cancel(self) -> None:
        """Stop the evaluation; finished samples are kept."""
        if self._process is not None and self.progress is not None:
            run = self.progress.run
            self._process.stop()
            self._forget()
            self.cancelled.emit(run)

    def close(self) -> None:
        """Stop the evaluation without a signal."""
        if self._process is not None:
            self._process.stop()
            self._forget()

    @Slot(object)
    def _take(self, reply: dict[str, object]) -> None:
        done, of = reply.get("done"), reply.get("of")
        if reply.get("event") != "progress" or self.progress is None:
            return
        if not isinstance(done, int) or not isinstance(of, int):
            return
        if self._done_before is None:
            self._done_before, self._began = done, time.monotonic()
        gone, new = time.monotonic() - self._began, done - self._done_before
        left = gone / new * (of - done) if new > 0 and gone > GUESS_AFTER_S else None
        self.progress = EvaluationProgress(self.progress.run, done, of, left)
        self.progressed.emit(self.progress)

    @Slot(int, str)
    def _end(self, code: int, error: str) -> None:
        assert self.progress is not None
        run = self.progress.run
        self._forget()
        text = error or self.tr("The evaluation ended without a message.")
        self.ended.emit(run, text if code else "")

    def _forget(self) -> None:
        if self._process is not None:
            self._process.deleteLater()
        self._process = self.progress = None

    def text(self) -> str:
        """Return the progress as text."""
        progress = self.progress
        if progress is None:
            return ""
        if not progress.of:
            return self.tr("Evaluating: measuring the real clips…")
        text = self.tr("Evaluating: %1 of %2 samples")
        text = text.replace("%1", number(progress.done)).replace("%2", number(progress.of))
        if progress.left_s is None:
            return text
        return f"{text}, " + self.tr("%1 left").replace("%1", about(progress.left_s))
