"""Downloads in the list of jobs, with a small program in place of ``curator``."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from curator.ui.jobs import curator_process
from curator.ui.jobs.downloads import DownloadOrder, Downloads
from curator.ui.jobs.work_list import JobState, WorkList
from curator.ui.main_window import MainWindow
from curator.ui.messages import Level, Messages

LINE = """print('{{"event": "progress", "bytes": {0}, "of": 200}}', flush=True)"""
WORKS_MS = 60_000


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Replaces the program by a Python script."""

    python = sys.executable

    def replace(script: str) -> None:
        file = tmp_path / "fake_curator.py"
        file.write_text(f"import sys, time\n{script}\n", encoding="utf-8")
        program = tmp_path / "fake-python"
        program.write_text(f'#!/bin/sh\nexec "{python}" "{file}"\n', encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setattr(curator_process.sys, "executable", str(program))
        monkeypatch.setattr(curator_process, "EXIT_MS", WORKS_MS)  # a busy machine ends late

    return replace


@pytest.fixture
def downloads(qapp) -> Downloads:
    return Downloads(Messages(), WorkList())


def test_a_download_is_a_job_with_progress_and_ends_with_a_message(qtbot, downloads, stand_in):
    stand_in(f"{LINE.format(50)}\n{LINE.format(100)}\nsys.stdin.read()")
    downloads.get_model("small")
    (job,) = downloads._work.jobs
    qtbot.waitUntil(lambda: job.progress.share == 0.5, timeout=WORKS_MS)
    assert job.text.startswith("downloading 50 %, 100 bytes / 200 bytes")
    assert downloads.active == ["model small"]
    downloads._running["model small"].process._process.closeWriteChannel()
    qtbot.waitUntil(lambda: not downloads.active, timeout=WORKS_MS)
    assert (job.state, job.buttons) == (JobState.FINISHED, ())
    assert downloads._messages.all[-1].text == "Download of small: finished."


def test_a_cancelled_download_is_resumed_by_its_button(qtbot, downloads, stand_in):
    stand_in(f"{LINE.format(50)}\ntime.sleep(60)")
    downloads.get_model("small")
    (job,) = downloads._work.jobs
    qtbot.waitUntil(lambda: job.progress.share is not None, timeout=WORKS_MS)
    (cancel,) = job.buttons
    cancel.run()
    assert (job.state, downloads.active) == (JobState.CANCELLED, [])
    stand_in(LINE.format(200))
    (resume,) = job.buttons
    resume.run()
    (again,) = downloads._work.jobs
    qtbot.waitUntil(lambda: not downloads.active, timeout=WORKS_MS)
    assert again.state == JobState.FINISHED


def test_a_failed_installation_says_why_and_keeps_the_log(qtbot, downloads, stand_in):
    stand_in(
        """print('{"event": "log", "text": "No space left on device"}', flush=True)
sys.exit("Installing training stopped: uv ended with exit code 2.")"""
    )
    downloads.install("training")
    (job,) = downloads._work.jobs
    qtbot.waitUntil(lambda: not downloads.active, timeout=WORKS_MS)
    assert job.state == JobState.FAILED
    assert job.text == "Installing training stopped: uv ended with exit code 2."
    message = downloads._messages.all[-1]
    assert (message.level, message.details) == (Level.ERROR, "No space left on device")
    assert downloads.error("part training") == job.text


def test_what_a_cancelled_command_started_ends_too(qtbot, downloads, stand_in, tmp_path):
    """As ``curator setup`` does: SIGTERM ends the program that it runs."""
    written = tmp_path / "alive"
    child = (
        f"import time, pathlib\nwhile True: pathlib.Path({str(written)!r}).touch(); time.sleep(.02)"
    )
    stand_in(
        f"""from curator.environment.reporting import ReportingRun, ended_by_sigterm
from pathlib import Path
with ended_by_sigterm():
    ReportingRun(Path("/"), 10, lambda line: None)([{sys.executable!r}, "-c", {child!r}])"""
    )
    downloads.start(DownloadOrder("part training", "Training", (), "install"))
    qtbot.waitUntil(written.exists, timeout=WORKS_MS)
    downloads.stop()
    written.unlink()
    qtbot.wait(200)
    assert not written.exists()


def test_the_window_ends_downloads_when_it_closes(qtbot, settings, stand_in):
    stand_in("time.sleep(60)")
    window = MainWindow(settings, Messages())
    qtbot.addWidget(window)
    window.downloads.get_model("small")
    (job,) = window.work.jobs
    window.close()
    assert (job.state, window.downloads.active) == (JobState.CANCELLED, [])
