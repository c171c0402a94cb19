"""The training page in the real window, by keys alone."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.settings import WindowSettings
from curator.ui.training.ratings import ratings
from tests.helpers.factories import a_project
from tests.helpers.training_runs import OVERFITTED, a_run, a_small_bundle, an_evaluation

KEY = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    (tmp_path / "show").mkdir()
    bundle = a_small_bundle(tmp_path / "bundle")
    run = a_run(tmp_path / "show" / "run-1", OVERFITTED, bundle=bundle, every=10)
    an_evaluation(run, [0, 150], sentences=1)
    project = a_project(tmp_path / "show")
    path = project.path
    project.close()
    window = MainWindow(WindowSettings(), Messages())
    qtbot.addWidget(window)
    window.show()
    assert window.open_path(path)
    yield window
    window.close()


def press(window: MainWindow, key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, modifier)
    QApplication.processEvents()


def test_everything_can_be_done_by_keys(qtbot, window):
    window.activateWindow()
    press(window, KEY.Key_6, CONTROL)
    assert window.page == "training"
    page = window._pages["training"]
    qtbot.waitUntil(lambda: page.runs.record is not None and not page.runs.busy)
    assert page.runs.record.ended
    press(window, KEY.Key_T)
    assert "eos_ce" in page.ui.view.curves.accessibleName()
    press(window, KEY.Key_N)
    assert page.ui.front.currentWidget() is page.ui.start
    press(window, KEY.Key_N)  # typed into the field that has the focus
    assert page.ui.start.bundle.text().endswith("n")
    press(window, KEY.Key_Escape)
    assert page.ui.front.currentWidget() is page.ui.view
    press(window, KEY.Key_X, SHIFT)
    assert "No process on this machine" in window.messages.all[-1].text
    press(window, KEY.Key_L)
    assert page.ui.front.currentWidget() is page.ui.listening
    press(window, KEY.Key_7)
    press(window, KEY.Key_0)
    press(window, KEY.Key_Down)
    press(window, KEY.Key_3)
    given = list(ratings(window.session).values())
    assert given == [{"voice": 7, "pronunciation": 10}, {"naturalness": 3}]
    press(window, KEY.Key_Z, CONTROL)
    assert len(ratings(window.session)) == 1
    press(window, KEY.Key_B)
    assert page.ui.listening.is_blind
    press(window, KEY.Key_1)
    assert len(page.ui.listening.blind.test.choices) == 1
    press(window, KEY.Key_B)
    press(window, KEY.Key_Escape)
    assert page.ui.front.currentWidget() is page.ui.view
