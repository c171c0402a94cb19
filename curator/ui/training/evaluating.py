"""Controller of evaluations: start, progress and samples in the listening view."""

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from curator.domain.errors import printable
from curator.ui.session import Session
from curator.ui.training.evaluation_job import EvaluationJob, EvaluationProgress
from curator.ui.training.listening_view import ListeningView


class Evaluating(QObject):
    """Connects the evaluation of a run with the listening view."""

    def __init__(self, session: Session, listening: ListeningView, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._listening = session, listening
        self.job = EvaluationJob(self)
        self.job.progressed.connect(self.show)
        self.job.ended.connect(self._ended)
        self.job.cancelled.connect(self._cancelled)

    def start(self, run: Path) -> None:
        """Start the evaluation of a run, unless it is running already."""
        if self.job.run != run:
            self.job.start(run)

    @Slot(object)
    def show(self, progress: EvaluationProgress | None) -> None:
        """Show progress and new samples if the evaluated run is shown."""
        listening = self._listening
        if listening.evaluated.run != self.job.run:
            listening.show_progress("", 0, 0)
            return
        current = self.job.progress
        assert current is not None
        listening.show_progress(self.job.text(), current.done, current.of)
        if progress is not None and progress.done and listening.isVisible():
            listening.reload()

    def _show_end(self, run: Path) -> None:
        self._listening.show_progress("", 0, 0)
        if self._listening.evaluated.run == run:
            self._listening.reload()

    @Slot(object)
    def _cancelled(self, run: Path) -> None:
        self._show_end(run)
        text = self.tr("Cancelled the evaluation of %1. Evaluate again to continue.")
        self._session.messages.inform(text.replace("%1", printable(run.name)))

    @Slot(object, str)
    def _ended(self, run: Path, error: str) -> None:
        self._show_end(run)
        if error:
            self._session.messages.fail(error)
        else:
            text = self.tr("Evaluated %1.").replace("%1", printable(run.name))
            self._session.messages.inform(text)
