"""The sample button, with the real voices: from the first start to clips."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from curator.ui import sample
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.sample import CONSENT, LICENCE, SampleMaker, sample_voices_installed
from curator.ui.settings import WindowSettings

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
    monkeypatch.setattr(
        "curator.ui.session.Session.analyse", lambda _self, *only: asked.append(only)
    )
    qtbot.waitUntil(lambda: window.session is not None, timeout=MADE_MS)
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
