"""Trainings and evaluations in the list of jobs."""

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from curator.domain.errors import printable
from curator.ui.job_progress import doing
from curator.ui.jobs.work_list import JobButton, JobProgressed, JobState, ListedJob
from curator.ui.session import Session
from curator.ui.training.evaluation_job import EvaluationJob, EvaluationProgress
from curator.ui.training.run_record import RunRecord
from curator.ui.training.training_end import training_end
from curator.ui.training.trainings import Trainings


class ListedTrainings(QObject):
    """Lists what the page has started, each until its process ends."""

    def __init__(
        self, session: Session, trainings: Trainings, evaluation: EvaluationJob, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._trainings, self._evaluation = session, trainings, evaluation
        self._training: dict[Path, ListedJob] = {}
        self._paused: dict[Path, ListedJob] = {}
        self._evaluating: ListedJob | None = None
        trainings.began.connect(self._begin_training)
        trainings.ended.connect(self._end_training)
        evaluation.progressed.connect(self._show_evaluation)
        evaluation.ended.connect(self._end_evaluation)
        evaluation.cancelled.connect(self._cancel_evaluation)

    @Slot(object)
    def _begin_training(self, run: Path) -> None:
        paused = self._paused.pop(run, None)
        if paused is not None:
            paused.end(JobState.FINISHED, self.tr("resumed"))
        job = self._listed(self.tr("Training %1"), run)
        job.begin(JobButton(self.tr("Pause"), lambda: self._trainings.pause(run)))
        self._training[run] = job

    @Slot(object)
    def show_record(self, record: RunRecord) -> None:
        """Show how far a listed run is."""
        job, started = self._training.get(record.folder), record.started
        if job is not None and started is not None and started.total_steps:
            share = min(1.0, record.step / started.total_steps)
            job.show_progress(JobProgressed(doing("train"), share, left_s=record.left_s or None))

    @Slot(object, str)
    def _end_training(self, run: Path, _log: str) -> None:
        job = self._training.pop(run, None)
        if job is None:
            return
        end = training_end(run, is_by_hand=self._trainings.is_stopped(run))
        job.end(end.state, end.job_text)
        if end.state == JobState.PAUSED:
            self._paused[run] = job

    @Slot(object)
    def _show_evaluation(self, progress: EvaluationProgress) -> None:
        if self._evaluating is None:
            self._evaluating = self._listed(self.tr("Evaluation of %1"), progress.run)
            self._evaluating.begin(JobButton(self.tr("Cancel"), self._evaluation.cancel))
        share = progress.done / progress.of if progress.of else None
        stage = doing("evaluate")
        self._evaluating.show_progress(JobProgressed(stage, share, left_s=progress.left_s))

    @Slot(object)
    def _cancel_evaluation(self, _run: Path) -> None:
        job, self._evaluating = self._evaluating, None
        if job is not None:
            job.end(JobState.CANCELLED)

    @Slot(object, str)
    def _end_evaluation(self, _run: Path, error: str) -> None:
        job, self._evaluating = self._evaluating, None
        if job is not None:
            job.end(JobState.FAILED if error else JobState.FINISHED, error)

    def _listed(self, title: str, run: Path) -> ListedJob:
        project = printable(self._session.project.path.stem)
        job = ListedJob(title.replace("%1", printable(run.name)), project)
        self._session.listed.emit(job)
        return job
