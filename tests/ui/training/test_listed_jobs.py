"""Trainings and evaluations are in the list of jobs until they end."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from curator.ui.jobs.work_list import JobState
from curator.ui.training.evaluation_job import EvaluationJob, EvaluationProgress
from curator.ui.training.listed_jobs import ListedTrainings
from curator.ui.training.run_record import RunRecord
from curator.ui.training.trainings import Trainings
from tests.helpers.training_runs import a_run


@pytest.mark.parametrize(
    ("ending", "state", "text"),
    [
        ("finished", JobState.FINISHED, "finished"),
        ("stopped", JobState.FINISHED, "stopped early: all steps are done"),
        ("paused", JobState.PAUSED, "paused, can be resumed"),
        ("failed", JobState.FAILED, "failed: all steps are done"),
        (None, JobState.FAILED, "ended without a message"),
    ],
)
def test_a_training_is_listed_until_its_process_ends(
    session, tmp_path: Path, ending: str | None, state: JobState, text: str
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
    assert (job.state, job.text) == (state, text)
    assert "took 0:00" in job.when


def test_a_training_stopped_by_a_person_has_not_failed(session, tmp_path: Path, monkeypatch):
    jobs, over = [], QObject()
    session.listed.connect(jobs.append)
    trainings = Trainings(over)
    listed = ListedTrainings(session, trainings, EvaluationJob(over), over)
    run = a_run(tmp_path / "run-1", {0: 4.0, 1: 3.0}, ending=None)
    trainings.began.emit(run)
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    monkeypatch.setattr(trainings, "process_of", lambda _run: process.pid)
    trainings.stop(run)
    assert process.wait(20) != 0
    trainings.ended.emit(run, "")
    (job,) = jobs
    assert (job.state, job.text) == (JobState.CANCELLED, "stopped, can be resumed")
    assert listed.parent() is over


def test_a_resumed_training_is_no_longer_listed_as_paused(session, tmp_path: Path):
    jobs, over = [], QObject()
    session.listed.connect(jobs.append)
    trainings = Trainings(over)
    listed = ListedTrainings(session, trainings, EvaluationJob(over), over)
    run = a_run(tmp_path / "run-1", {0: 4.0, 1: 3.0}, ending="paused")
    trainings.began.emit(run)
    trainings.ended.emit(run, "")
    trainings.began.emit(run)
    assert [job.text for job in jobs] == ["resumed", "running"]
    assert listed.parent() is over


def test_an_evaluation_is_listed_with_its_progress(session, tmp_path: Path):
    jobs, over = [], QObject()
    session.listed.connect(jobs.append)
    evaluation = EvaluationJob(over)
    listed = ListedTrainings(session, Trainings(over), evaluation, over)
    for done in (0, 3):
        evaluation.progressed.emit(EvaluationProgress(tmp_path / "run-1", done, 12, None))
    (job,) = jobs
    assert (job.title, job.text) == ("Evaluation of run-1", "evaluating 25 %")
    evaluation.ended.emit(tmp_path / "run-1", "No base.")
    assert (job.state, job.text) == (JobState.FAILED, "No base.")
    evaluation.progressed.emit(EvaluationProgress(tmp_path / "run-1", 0, 12, None))
    evaluation.cancelled.emit(tmp_path / "run-1")
    assert (jobs[1].state, jobs[1].text) == (JobState.CANCELLED, "cancelled")
    assert listed.parent() is over
