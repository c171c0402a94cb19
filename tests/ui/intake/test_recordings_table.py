"""Table of the recordings in the window: its room, order, columns and commands."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QDesktopServices

from curator.domain.errors import CuratorError
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.settings import WindowSettings
from tests.screens.states import crowded


@pytest.fixture(scope="module")
def made_once(tmp_path_factory) -> Path:
    """A project with fourteen recordings."""
    return crowded(tmp_path_factory.mktemp("crowded"))


@pytest.fixture
def window(qtbot, tmp_path: Path, made_once: Path, dressed) -> Iterator[MainWindow]:
    """The window at the intake page of a copy of that project."""
    window = MainWindow(WindowSettings(), Messages())
    qtbot.addWidget(window)
    window.show()
    assert window.open_path(shutil.copytree(made_once, tmp_path / made_once.name))
    window.show_page("intake")
    yield window
    window.close()


@pytest.mark.parametrize(("width", "height", "rows"), [(1024, 700, 8), (1366, 768, 9)])
def test_a_low_window_leaves_the_list_most_of_its_room(
    qtbot, window: MainWindow, width: int, height: int, rows: int
):
    window.resize(width, height)
    page = window._pages["intake"]
    qtbot.waitUntil(lambda: page.plan.start.isVisible(), timeout=60_000)
    view = page.list
    assert view.viewport().height() >= rows * view.rowHeight(0)
    qtbot.waitUntil(lambda: not view.horizontalScrollBar().isVisible())
    assert page.adding.folded
    assert "own recording" in page.adding.summary.text()
    qtbot.mouseClick(page.adding.head, Qt.MouseButton.LeftButton)
    assert page.adding.rights.licence.isVisible()
    assert page.remembered()["folds"] is False


def test_a_tall_window_folds_nothing(qtbot, window: MainWindow):
    window.resize(1280, 1000)
    page = window._pages["intake"]
    qtbot.waitUntil(lambda: page.plan.start.isVisible(), timeout=60_000)
    assert not page.adding.folded
    assert page.plan.table.isVisible()
    assert not page.plan.line.isVisible()


def test_the_context_menu_of_a_recording_has_its_commands(window: MainWindow):
    page = window._pages["intake"]
    assert list(page.menu_widgets()) == [page.list]
    menu = window.commands.context_menu(page.list)
    actions = [action.objectName() for action in menu.actions() if action.objectName()]
    for name in ("play", "replay", "reveal", "locate", "edit_rights", "clean_recordings", "remove"):
        assert f"intake.{name}" in actions
    menu.deleteLater()


def test_the_folder_of_a_recording_is_shown_or_named(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
):
    page, opened = window._pages["intake"], []
    page.list.selectRow(3)
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or False)
    window.commands.trigger("intake.reveal")
    folder = page.list.recordings.row(3).recording.path.parent
    assert [Path(url.toLocalFile()) for url in opened] == [folder]
    assert window.messages.shown is not None
    assert str(folder) in window.messages.shown.text


def test_a_command_without_a_recording_says_so(window: MainWindow):
    page = window._pages["intake"]
    page.list.clearSelection()
    page.list.setCurrentIndex(page.list.model().index(-1, -1))
    for name in ("play", "replay", "reveal", "locate", "edit_rights", "remove"):
        window.messages.clear()
        window.commands.trigger(f"intake.{name}")
        assert window.messages.shown is not None, name
        assert window.messages.shown.text == "No recording selected."
    with pytest.raises(CuratorError):
        page.remove()


def test_the_only_selected_recording_is_the_chosen_one(window: MainWindow):
    view = window._pages["intake"].list
    view.selectRow(1)
    view.selectionModel().setCurrentIndex(
        view.model().index(4, 0), QItemSelectionModel.SelectionFlag.NoUpdate
    )
    assert view.chosen is not None
    assert view.chosen.recording.name == view.recordings.row(1).recording.name


def test_widths_of_columns_are_remembered_by_their_keys(window: MainWindow):
    page = window._pages["intake"]
    page.list.horizontalHeader().resizeSection(1, 150)
    state = page.remembered()
    assert state["widths"] == {"length": 150}
    page.recall({"widths": {"clips": 99, "nonsense": 4, "file": "wide", "length": -5}})
    assert page.list.columnWidth(3) == 99
    assert page.list.widths == {"length": 150, "clips": 99}


def test_columns_sort_by_their_values_and_a_third_click_restores_the_order(window: MainWindow):
    page = window._pages["intake"]
    view, header = page.list, page.list.horizontalHeader()
    names = [view.recordings.row(n).recording.name for n in range(view.recordings.rowCount())]

    def shown() -> list[str]:
        return [view.model().index(n, 0).data() for n in range(view.model().rowCount())]

    assert shown() == names
    header.sectionClicked.emit(0)
    view.sort("name", descending=True)
    assert shown() == sorted(names, key=str.casefold, reverse=True)
    assert page.remembered()["sorting"] == ["name", True]
    view.selectRow(0)
    assert view.chosen is not None
    assert view.chosen.recording.name == shown()[0]
    assert [row.recording.name for row in view.selected] == shown()[:1]
    page.recall({"sorting": ["nonsense", False]})
    assert shown() == names
    page.recall({"sorting": "wrong"})
    assert shown() == names


def test_the_first_recording_is_selected_when_the_page_is_shown(window: MainWindow):
    page = window._pages["intake"]
    assert [row.recording.id for row in page.list.selected] == [1]
    assert page.selection.play.isEnabled()
