"""Trainings and evaluations are in the list of jobs until they end."""

from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from curator.ui.jobs.work_list import JobState
from curator.ui.training.evaluation_job import EvaluationJob, EvaluationProgress
from curator.ui.training.listed_jobs import ListedTrainings
from curator.ui.training.run_record import RunRecord
from curator.ui.training.trainings import Trainings
from tests.helpers.training_runs import a_run


@pytest.mark.parametrize(("ending", "state"), [("finished", "finished"), (None, "failed")])
def test_a_training_is_listed_until_its_process_ends(
    session, tmp_path: Path, ending: str | None, state: str
):
    jobs, over = [], QObject()
    session.listed.connect(jobs.append)
    trainings = Trainings(over)
    listed = ListedTrainings(session, trainings, EvaluationJob(over), over)
    run = a_run(tmp_path / "run-1", {0: 4.0, 1: 3.0}, ending=ending)
    trainings.began.emit(run)
    (job,) = jobs
    assert (job.title, job.state) == ("Training run-1", JobState.RUNNING)
    assert [each.text for each in job.buttons] == ["Pause"]
    record = RunRecord(run)
    while record.read():
        pass
    listed.show_record(record)
    assert job.text == "training 100 %"
    trainings.ended.emit(run, "")
    assert job.state == state


def test_an_evaluation_is_listed_with_its_progress(session, tmp_path: Path):
    jobs, over = [], QObject()
    session.listed.connect(jobs.append)
    evaluation = EvaluationJob(over)
    listed = ListedTrainings(session, Trainings(over), evaluation, over)
    for done in (0, 3):
        evaluation.progressed.emit(EvaluationProgress(tmp_path / "run-1", done, 12, None))
    (job,) = jobs
    assert (job.title, job.text) == ("Evaluation of run-1", "evaluating 25 %")
    evaluation.ended.emit(tmp_path / "run-1", "Cancelled.")
    assert (job.state, job.text) == (JobState.FAILED, "Cancelled.")
    assert listed.parent() is over
