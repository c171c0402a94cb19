"""The sample button, with the real voices: from the first start to clips."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from curator.ui import sample
from curator.ui.jobs.work_list import JobState
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.sample import CONSENT, LICENCE, SampleMaker, sample_voices_installed
from curator.ui.settings import WindowSettings
from tests.helpers.factories import a_project

MADE_MS, TAKEN_MS = 300_000, 60_000

needs_voices = pytest.mark.skipif(
    not sample_voices_installed(), reason="the offline voices are not installed"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sample is made."""
    monkeypatch.setattr(sample, "default_folder", lambda: tmp_path)
    return tmp_path / "voice-curator-sample"


@needs_voices
@pytest.mark.model
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_one_button_makes_a_recording_and_a_project_and_analyses_it(
    qtbot, folder: Path, settings: WindowSettings, monkeypatch: pytest.MonkeyPatch
):
    window = MainWindow(settings, Messages())
    qtbot.addWidget(window)
    window.show()
    asked: list[tuple[str, ...]] = []
    qtbot.mouseClick(window.first_start.sample, Qt.MouseButton.LeftButton)
    assert not window.first_start.sample.isEnabled()
    assert window.first_start.bar.isVisible()
    (job,) = window.work.jobs
    monkeypatch.setattr(
        "curator.ui.session.Session.analyse", lambda _self, *only: asked.append(only)
    )
    qtbot.waitUntil(lambda: job.state == JobState.FINISHED, timeout=MADE_MS)
    assert job.progress.share == 1.0
    assert window.session is None  # nothing opens by itself
    assert window.messages.shown is not None
    assert window.messages.shown.text == "Sample ready."
    qtbot.mouseClick(window.status.action, Qt.MouseButton.LeftButton)
    session = window.session
    assert session is not None
    qtbot.waitUntil(lambda: not session.jobs.running, timeout=TAKEN_MS)
    (recording,) = session.project.recordings.all()
    assert recording.path.parent == folder.resolve()
    assert (recording.licence, recording.consent) == (LICENCE, CONSENT)
    assert 165 <= recording.seconds <= 195
    assert asked == [()]  # everything is found out
    window.close()


@needs_voices
def test_a_project_stays_open_while_the_sample_is_made(
    qtbot, folder: Path, settings: WindowSettings, tmp_path: Path
):
    with a_project(tmp_path) as project:
        path = project.path
    window = MainWindow(settings, Messages())
    qtbot.addWidget(window)
    window.show()
    assert window.open_path(path)
    session = window.session
    window.open_sample()
    (job,) = window.work.jobs
    assert [button.text for button in job.buttons] == ["Cancel"]
    assert window.session is session
    window.sample._maker.stop()
    window.sample._made(folder / sample.PROJECT, folder / sample.RECORDING)
    assert window.session is session
    assert window.status.action.text() == "Open sample project"
    assert [button.text for button in job.buttons] == ["Open"]
    window.close()


@needs_voices
def test_making_the_sample_can_be_cancelled(qtbot, folder: Path, settings: WindowSettings):
    window = MainWindow(settings, Messages())
    qtbot.addWidget(window)
    window.show()
    window.open_sample()
    (job,) = window.work.jobs
    qtbot.mouseClick(window.first_start.cancel, Qt.MouseButton.LeftButton)
    assert job.state == JobState.CANCELLED
    assert window.first_start.sample.isEnabled()
    assert not window.first_start.bar.isVisible()
    window.close()


@needs_voices
def test_closing_the_window_ends_the_making(qtbot, folder: Path, settings: WindowSettings):
    window = MainWindow(settings, Messages())
    qtbot.addWidget(window)
    window.open_sample()
    window.close()
    assert window.session is None
    assert not (folder / sample.RECORDING).exists()


def test_a_sample_made_before_is_opened_at_once(qtbot, folder: Path):
    folder.mkdir()
    (folder / sample.RECORDING).write_bytes(b"sound")
    maker = SampleMaker()
    with qtbot.waitSignal(maker.made) as made:
        maker.start()
    assert made.args == [folder / sample.PROJECT, folder / sample.RECORDING]


def test_why_it_could_not_be_made_is_said(qtbot, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sample, "_MAKE", "import sys; sys.exit('No voice is here.')")
    maker = SampleMaker()
    with qtbot.waitSignal(maker.failed, timeout=TAKEN_MS) as failed:
        maker.start()
    assert failed.args == ["Cannot make the sample: No voice is here."]
