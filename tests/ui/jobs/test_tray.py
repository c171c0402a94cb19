"""The tray says when jobs ended and how long they took, and is cleared by its button."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from curator.ui.jobs.drawer import Drawer
from curator.ui.jobs.work_list import JobButton, JobProgressed, JobState, ListedJob, WorkList
from curator.ui.messages import Messages


def test_ended_jobs_say_when_and_are_cleared_while_others_stay(qtbot):
    work = WorkList()
    drawer = Drawer(Messages(), work)
    qtbot.addWidget(drawer)
    drawer.show_jobs()
    running, done, paused = ListedJob("Analysis"), ListedJob("Import"), ListedJob("Training")
    for job in (running, done, paused):
        job.begin()
        work.add(job)
    assert not drawer.clear.isVisible()
    assert drawer.copy.isHidden()  # it belongs to the messages
    running.show_progress(JobProgressed("transcribing", 0.5))
    done.end(JobState.FINISHED)
    paused.end(JobState.PAUSED, "Paused.", JobButton("Continue", lambda: None))
    rows = {row.job: row for row in drawer.tray.rows}
    assert not rows[done].when.isHidden()
    assert rows[done].when.text().endswith("took 0:00")
    assert rows[running].when.isHidden()
    assert drawer.clear.isVisible()
    drawer.clear.setFocus()
    QTest.keyClick(drawer.clear, Qt.Key.Key_Space)
    assert work.jobs == [paused, running]
    assert {row.job for row in drawer.tray.rows} == {paused, running}
    assert not drawer.clear.isVisible()
    drawer.show_messages()
    assert drawer.copy.isVisible()


def test_a_job_that_begins_again_forgets_when_it_ended():
    job = ListedJob("Download")
    assert job.when == ""
    job.end(JobState.FAILED, "No network.")
    assert job.when  # it never ran, and took no time
    assert "took" not in job.when
    job.begin()
    assert job.when == ""
