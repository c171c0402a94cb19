import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication

from curator.jobs.context import JobContext
from curator.ui.crash import CrashDialog, CrashReports
from curator.ui.session import Session
from curator.ui.status_line import StatusLine
from curator.ui.wording import number


@pytest.fixture
def status(qtbot, session: Session) -> StatusLine:
    line = StatusLine(session.messages)
    qtbot.addWidget(line)
    line.follow(session)
    line.show()
    return line


def test_long_work_is_shown_with_its_share_and_can_be_paused(
    qtbot, session: Session, status: StatusLine
):
    def task(work: JobContext) -> None:
        work.watcher.started("transcribe", 4, 100.0)
        work.watcher.progressed(1, 64.0)
        work.stop.wait()
        work.look_up()

    session.jobs.ask("analyse", task)
    qtbot.waitUntil(lambda: "transcribing 64 %" in status._work.text())
    qtbot.waitUntil(lambda: status._bar.value() == 640)
    status.pause.clicked.connect(session.jobs.cancel)
    with qtbot.waitSignal(session.jobs.ended):
        status.pause.click()
    assert not status.pause.isVisible()
    assert session.messages.all[-1].sentence.startswith("Paused.")


def test_short_work_moves_nothing(qtbot, session: Session, status: StatusLine):
    with qtbot.waitSignal(session.jobs.ended):
        session.jobs.ask("analyse", lambda work: None)
    assert not status._bar.isVisible()
    assert session.messages.all[-1].sentence == "Analysis finished."


def test_items_that_failed_are_counted_at_the_end(qtbot, session: Session, status: StatusLine):
    def task(work: JobContext) -> None:
        work.watcher.failed("one.wav: it has no audio stream.")
        work.watcher.failed("two.wav: it has no audio stream.")

    with qtbot.waitSignal(session.jobs.ended):
        session.jobs.ask("import", task)
    assert session.messages.all[-1].text.startswith("Imported. 2 items failed.")


def test_an_error_stays_until_something_else_is_said(session: Session, status: StatusLine):
    session.messages.fail("The disk is full.")
    assert not status._message_timer.isActive()
    assert status._message.text() == "! The disk is full."
    session.messages.inform("Room was made.")
    assert status._message_timer.isActive()


def test_a_fault_of_the_program_is_written_down_and_shown_once(qtbot, tmp_path: Path, capsys):
    reports = CrashReports(tmp_path / "deep" / "faults.log", lambda _error: False)
    for _ in range(2):
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            reports(*sys.exc_info())
    assert (tmp_path / "deep" / "faults.log").read_text("utf-8").count("Traceback") == 2
    assert "Traceback" in capsys.readouterr().err
    (dialog,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, CrashDialog)]
    dialog.close()


def test_long_numbers_are_grouped_where_no_language_is_set():
    before = QLocale()
    QLocale.setDefault(QLocale.c())
    assert number(100_000) == "100,000"
    QLocale.setDefault(before)
