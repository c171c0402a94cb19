"""A film of the window: numbered pictures of the real screen, for people to look at.

``make film OUT=folder`` makes the demo recording and goes the whole way from an empty project; with
``ARGS="--project show.curator"`` it starts from a copy of one that is analysed. Run under a virtual
screen it brings its own window manager. Every step is done as a person does it: by keys.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from curator.ui.app import dress
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.models.dialog import ModelsDialog
from curator.ui.settings import WindowSettings
from curator.ui.theme import wear
from tests.helpers.fonts import use_test_font
from tests.helpers.waiting import rest, until

# Qt comes after curator.ui, which keeps its binding from ending the program.
from PySide6.QtCore import Qt  # isort: skip
from PySide6.QtTest import QTest  # isort: skip
from PySide6.QtWidgets import QApplication, QWidget  # isort: skip

ENOUGH = 20
"""Clips that are kept, so that some are left for the evaluation."""
PAINTED_MS = 400
"""Until a virtual screen shows what was asked for."""
MANAGER_S = 2.0
"""Until a window manager that was started looks after windows."""
LOOK_MS = 50

CONTROL = Qt.KeyboardModifier.ControlModifier


class Film:
    """Takes pictures of the whole screen."""

    def __init__(self, out: Path, theme: str) -> None:
        self._out, self._theme = out, theme
        self._number = 0
        out.mkdir(parents=True, exist_ok=True)

    def take(self, name: str) -> None:
        """A picture of what is on the screen now."""
        rest(PAINTED_MS)
        self._number += 1
        path = self._out / f"{self._theme}-{self._number:02}-{name}.png"
        picture = QApplication.primaryScreen().grabWindow(0)
        assert picture.save(str(path)), path
        sys.stdout.write(f"{path}\n")


def press(window: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    """Press a key where the focus is."""
    target = QApplication.focusWidget() or window
    QTest.keyClick(target, key, modifier or Qt.KeyboardModifier.NoModifier)
    rest(LOOK_MS)


def close_dialog() -> None:
    """Close what lies over the window."""
    dialog = QApplication.activeModalWidget()
    if dialog is not None:
        dialog.close()
    rest(LOOK_MS)


def begin(window: MainWindow, film: Film, folder: Path) -> None:
    """From nothing to an analysed project."""
    from curator.demo.recording import make_recording
    from curator.ui.new_project import NewProject

    recording = make_recording(folder).path
    film.take("first-start")
    press(window, Qt.Key.Key_N, CONTROL)
    (dialog,) = window.findChildren(NewProject)
    dialog.folder.setText(str(folder))
    QTest.keyClicks(dialog.name, "quiz-show")
    dialog.language.choose("en")
    film.take("new-project")
    QTest.mouseClick(dialog.make, Qt.MouseButton.LeftButton)
    until(lambda: window.session is not None, "the project is open")
    film.take("intake-empty")
    intake, session = window._pages["intake"], window.session
    intake.add([recording])
    until(lambda: not session.jobs.running and intake.plan.start.isVisible(), "taken in")
    film.take("intake-recording")
    press(window, Qt.Key.Key_Return, CONTROL)
    until(lambda: session.project.clips.count() > 0, "clips are found")
    film.take("intake-analysing")
    until(lambda: not session.jobs.running, "the analysis is done")
    film.take("intake-done")


def judge(window: MainWindow, film: Film) -> None:
    """The audit page, by keys alone."""
    press(window, Qt.Key.Key_2, CONTROL)
    page = window._pages["audit"]
    page.ui.table.setFocus()
    rest(2 * PAINTED_MS)
    film.take("audit")
    for _ in range(3):
        press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_2)
    press(window, Qt.Key.Key_X)
    film.take("audit-judged")
    press(window, Qt.Key.Key_F)
    rest(PAINTED_MS)
    film.take("audit-finding")
    press(window, Qt.Key.Key_G)
    rest(2 * PAINTED_MS)
    film.take("audit-spectrogram")
    press(window, Qt.Key.Key_G)
    press(window, Qt.Key.Key_E)
    film.take("audit-editing")
    press(window, Qt.Key.Key_Escape)
    press(window, Qt.Key.Key_Z, CONTROL)
    film.take("audit-undone")
    for _ in range(ENOUGH):
        press(window, Qt.Key.Key_Return)


def look_around(window: MainWindow, film: Film) -> None:
    """Palette, sheet, settings, drawer."""
    press(window, Qt.Key.Key_K, CONTROL)
    palette = QApplication.activeModalWidget()
    QTest.keyClicks(QApplication.focusWidget() or palette, "next")
    film.take("palette")
    close_dialog()
    for name, show in (
        ("keys", window.dialogs.show_keys),
        ("change-keys", window.dialogs.change_keys),
        ("settings", window.dialogs.show_settings),
    ):
        show()
        film.take(name)
        close_dialog()
    window.dialogs.show_models()
    (models,) = window.findChildren(ModelsDialog)
    until(lambda: not models.commands.running, "the models are listed")
    film.take("models")
    close_dialog()
    window.drawer.show_decisions()
    film.take("decisions")
    window.drawer.hide()


def hand_on(window: MainWindow, film: Film, folder: Path) -> None:
    """Map, balance, export and training, then the trainer's own look at the bundle."""
    session = window.session
    assert session is not None
    press(window, Qt.Key.Key_3, CONTROL)
    until(lambda: not (session.errands.running or session.readings.running), "the map is there")
    rest(2 * PAINTED_MS)
    film.take("map")
    press(window, Qt.Key.Key_4, CONTROL)
    until(lambda: not session.errands.running, "counted")
    film.take("balance")
    press(window, Qt.Key.Key_5, CONTROL)
    until(lambda: not session.errands.running, "checked")
    film.take("export")
    page = window._pages["export"]
    bundle = folder / "bundle"
    page.choices.out.setText(str(bundle))
    press(window, Qt.Key.Key_E, CONTROL)
    until(lambda: not session.errands.running and bundle.exists(), "exported")
    film.take("exported")
    press(window, Qt.Key.Key_6, CONTROL)
    until(lambda: not session.errands.running, "runs were looked for")
    film.take("training")
    from curator.run_trainer import trainer_command, trainer_environment

    subprocess.run(
        trainer_command("check", str(bundle)), env=trainer_environment(), check=True, timeout=300
    )


def train_and_compare(window: MainWindow, film: Film) -> None:
    """Two short trainings of a small random network, their evaluation, and what changed."""
    page = window._pages["training"]
    for epochs in ("1", "2"):
        if page.ui.front.currentWidget() is not page.ui.start:  # offered where there is no run yet
            page.ui.focus_list()
            press(window, Qt.Key.Key_N)
        page.ui.start.epochs.setText(epochs)
        film.take("new-training")
        run = page.ui.start.run
        press(window, Qt.Key.Key_Return, CONTROL)
        until(lambda run=run: has_ended(run), f"{run.name} has ended")
        until(lambda: not page.commands.trainings.started, "its process has ended")
        page.runs.update()
        until(lambda: not page.runs.busy, "the run is read")
        film.take("trained")
        press(window, Qt.Key.Key_E)
        job = page.commands.evaluating.job
        until(lambda job=job: job.progress is None or job.progress.done > 2, "samples come")
        film.take("evaluating")
        until(lambda job=job: job.progress is None, "the run is evaluated")
        film.take("evaluated")
        press(window, Qt.Key.Key_Escape)
    page.ui.focus_list()
    press(window, Qt.Key.Key_A, CONTROL)
    press(window, Qt.Key.Key_C)
    until(lambda: page.ui.front.currentWidget() is page.ui.comparison, "the runs are compared")
    film.take("comparison")


def has_ended(run: Path) -> bool:
    """Whether a run has written its last event; an error if it failed."""
    events = run / "events.jsonl"
    text = events.read_text() if events.exists() else ""
    assert '"event": "failed"' not in text, text[-500:]
    return '"event": "finished"' in text


@contextmanager
def window_manager() -> Iterator[None]:
    """Windows get frames and the focus only where somebody gives it to them."""
    openbox = shutil.which("openbox")
    if openbox is None or os.environ.get("QT_QPA_PLATFORM") != "xcb":
        yield
        return
    process = subprocess.Popen([openbox], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(MANAGER_S)
        yield
    finally:
        process.terminate()
        process.wait()


def shoot(out: Path, theme: str, project: Path | None) -> None:
    """One film in one theme."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    settings = WindowSettings()
    settings.set("theme", theme)
    wear(application, theme)
    film = Film(out, theme)
    with tempfile.TemporaryDirectory(prefix="curator-film-") as name:
        folder = Path(name)
        window = MainWindow(settings, Messages())
        window.showMaximized()
        window.activateWindow()
        handle = window.windowHandle()
        until(lambda: handle.isExposed() and window.isActiveWindow(), "the window is in front")
        if project is None:
            begin(window, film, folder)
        else:
            film.take("first-start")
            shutil.copytree(project, folder / project.name)
            assert window.open_path(folder / project.name), window.messages.all
            window.show_page("intake")
            assert window.session is not None
            until(lambda: not window.session.errands.running, "looked at the files")
            film.take("intake")
        judge(window, film)
        look_around(window, film)
        hand_on(window, film, folder)
        train_and_compare(window, film)
        window.close()


def main() -> None:
    """Both themes, one after the other."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("out", type=Path)
    asked.add_argument("--project", type=Path)
    asked.add_argument("--theme", choices=("light", "dark"), action="append")
    chosen = asked.parse_args()
    with window_manager():
        application = QApplication([])
        dress(application)
        use_test_font(application)
        for theme in chosen.theme or ("light", "dark"):
            shoot(chosen.out, theme, chosen.project)


if __name__ == "__main__":
    main()
