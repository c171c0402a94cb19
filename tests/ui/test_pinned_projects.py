"""Recent projects on the start page: searched by typing, pinned to the top."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.settings import RECENT, WindowSettings
from tests.helpers.factories import an_empty_project

NAMES = ("evening", "morning", "quiz", "show")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    settings = WindowSettings(tmp_path / "settings.json")
    for name in NAMES:
        (tmp_path / name).mkdir()
        with an_empty_project(tmp_path / name) as project:
            settings.remember(project.path)
    return tmp_path / "settings.json"


def opened(qtbot, file: Path) -> MainWindow:
    window = MainWindow(WindowSettings(file), Messages())
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    return window


def shown(window: MainWindow) -> list[str]:
    """Folders of the visible rows, from the top."""
    return [row.path.parent.name for row in window.first_start.rows if row.isVisible()]


def test_a_project_is_found_by_typing_and_opened_by_return(qtbot, file: Path):
    window = opened(qtbot, file)
    start = window.first_start
    assert shown(window) == ["show", "quiz", "morning", "evening"]
    start.search.setFocus()
    QTest.keyClicks(start.search, "NING")
    assert shown(window) == ["morning", "evening"]
    QTest.keyClicks(start.search, " eve")
    assert shown(window) == ["evening"]
    QTest.keyClicks(start.search, "x")
    assert shown(window) == []
    assert start.no_match.isVisible()
    QTest.keyClick(start.search, Qt.Key.Key_Return)
    assert window.session is None
    QTest.keyClick(start.search, Qt.Key.Key_Backspace)
    QTest.keyClick(start.search, Qt.Key.Key_Return)
    assert window.session is not None
    assert window.session.project.path.parent.name == "evening"
    window.close()


def test_the_page_keeps_its_place_while_it_is_searched(qtbot, file: Path):
    window = opened(qtbot, file)
    start = window.first_start
    start.search.setFocus()
    place = start.search.mapTo(window, QPoint())
    for key in "morx":
        QTest.keyClicks(start.search, key)
        qtbot.wait(10)
        assert start.search.mapTo(window, QPoint()) == place
    start.search.clear()
    qtbot.wait(10)
    assert len(shown(window)) == len(NAMES)
    assert start.search.mapTo(window, QPoint()) == place
    window.close()


def test_a_pinned_project_stays_at_the_top(qtbot, file: Path):
    window = opened(qtbot, file)
    row = window.first_start.rows[-1]
    assert row.pin.text() == "Pin"
    qtbot.mouseClick(row.pin, Qt.MouseButton.LeftButton)
    assert window.session is None  # the button does not open it
    assert shown(window) == ["evening", "show", "quiz", "morning"]
    assert window.first_start.rows[0].pin.text() == "Unpin"
    window.close()
    window = opened(qtbot, file)
    assert window.open_path(window.settings.recent[-1])
    window.close_project()
    assert shown(window) == ["evening", "morning", "show", "quiz"]
    qtbot.mouseClick(window.first_start.rows[0].pin, Qt.MouseButton.LeftButton)
    assert shown(window) == ["morning", "show", "quiz", "evening"]
    window.close()


def test_pinned_projects_are_not_pushed_out(tmp_path: Path):
    settings = WindowSettings()
    folders = [tmp_path / f"{place}.curator" for place in range(RECENT + 5)]
    for folder in folders:
        folder.mkdir()
    settings.remember(folders[0])
    settings.pin(folders[0], pinned=True)
    for folder in folders[1:]:
        settings.remember(folder)
    assert settings.recent[0] == folders[0]
    assert len(settings.recent) == RECENT + 1
    settings.forget(folders[0])
    assert folders[0] not in settings.recent
    assert not settings.is_pinned(folders[0])


def test_few_projects_need_no_search(qtbot, tmp_path: Path):
    window = opened(qtbot, tmp_path / "settings.json")
    assert not window.first_start.search.isVisible()
    assert not window.first_start.no_match.isVisible()
    window.close()
