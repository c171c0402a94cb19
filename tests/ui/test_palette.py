"""Search for commands and for shortcuts: synonyms, recent ones first, and no match."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from curator.ui.actions import ACTIONS
from curator.ui.key_sheet import KeySheet
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.palette import Palette, matching
from curator.ui.settings import WindowSettings
from tests.helpers.factories import a_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    with a_project(tmp_path) as made:
        return made.path


def opened(qtbot, settings: WindowSettings, project: Path) -> tuple[MainWindow, Palette]:
    window = MainWindow(settings, Messages())
    qtbot.addWidget(window)
    window.show()
    assert window.open_path(project)
    window.show_page("audit")
    return window, palette_of(window)


def palette_of(window: MainWindow) -> Palette:
    window.dialogs.show_palette()
    return window.findChildren(Palette)[-1]


def listed(palette: Palette) -> list[str]:
    return [palette.list.item(row, 0).text() for row in range(palette.list.rowCount())]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("preferences", "window.show_settings"),
        ("hotkeys", "window.show_keys"),
        ("delete", "audit.drop"),
        ("revert", "window.undo"),
        ("approve", "audit.keep"),
        ("exit", "window.quit"),
    ],
)
def test_a_synonym_finds_the_command(typed: str, key: str):
    assert key in [action.key for action in matching(ACTIONS, typed)]


def test_a_title_comes_before_a_synonym():
    found = [action.text for action in matching(ACTIONS, "cancel")]
    with_word = [text for text in found if "cancel" in text.casefold()]
    assert found[: len(with_word)] == with_word


def test_recent_commands_come_first_also_after_a_new_start(qtbot, tmp_path: Path, project: Path):
    file = tmp_path / "settings.json"
    window, palette = opened(qtbot, WindowSettings(file), project)
    for typed in ("go to balance", "go to export"):
        palette.line.setText(typed)
        qtbot.keyClick(palette.line, Qt.Key.Key_Return)
        palette = palette_of(window)
    assert listed(palette)[:2] == ["Go to Export", "Go to Balance"]
    palette.close()
    window.close()
    window, palette = opened(qtbot, WindowSettings(file), project)
    assert listed(palette)[:2] == ["Go to Export", "Go to Balance"]
    palette.close()
    window.close()


def test_no_match_is_said(qtbot, settings: WindowSettings, project: Path):
    window, palette = opened(qtbot, settings, project)
    assert palette.none.isHidden()
    palette.line.setText("xylophone")
    assert not palette.none.isHidden()
    assert "“xylophone”" in palette.none.text()
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.line.setText("undo")
    assert palette.none.isHidden()
    palette.close()
    window.close()


def test_the_key_sheet_is_searched_by_command_and_by_key(qtbot, settings, project: Path):
    window, palette = opened(qtbot, settings, project)
    palette.close()
    sheet = KeySheet("audit", settings.keys, window)
    qtbot.addWidget(sheet)

    def texts() -> list[str]:
        return [each.text() for each in sheet.area.widget().findChildren(QLabel)]

    sheet.search.setText("palette")
    assert texts() == ["Everywhere", "Ctrl+K", "Command palette"]
    sheet.search.setText("ctrl+k")
    assert "Command palette" in texts()
    sheet.search.setText("xylophone")
    assert texts() == ["No shortcut matches “xylophone”."]
    sheet.close()
    window.close()


def typed_and_started(qtbot, palette: Palette, text: str) -> None:
    qtbot.keyClicks(palette.line, text)
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)


def test_commands_of_other_pages_are_named_with_their_page_and_run_there(
    qtbot, settings: WindowSettings, project: Path
):
    window, palette = opened(qtbot, settings, project)
    assert not [text for text in listed(palette) if text.startswith("Map: ")]  # until one types
    typed_and_started(qtbot, palette, "map box")
    assert window.page == "map"
    page = window._pages["map"]
    qtbot.waitUntil(page.ui.bar.tools["box"].isChecked, timeout=30_000)
    palette = palette_of(window)
    assert listed(palette)[0] == "Box select"  # recent, and of this page
    palette.close()
    window.show_page("audit")
    palette = palette_of(window)
    assert listed(palette)[0] == "Map: Box select"
    qtbot.keyClicks(palette.line, "new training")
    assert listed(palette) == ["Training: New training…"]
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.page == "training"
    page = window._pages["training"]
    qtbot.waitUntil(lambda: page.ui.front.currentWidget() is page.ui.start, timeout=30_000)
    window.close()


def test_commands_of_this_page_come_before_those_of_others(
    qtbot, settings: WindowSettings, project: Path
):
    window, palette = opened(qtbot, settings, project)
    qtbot.keyClicks(palette.line, "zoom in")
    assert listed(palette) == [
        "Zoom in",
        "Zoom in vertically",
        "Map: Zoom in",
        "Training: Zoom in",
        "Training: Zoom in vertically",
    ]
    palette.close()
    window.close()


def test_categories_are_commands_with_their_names(qtbot, settings: WindowSettings, project: Path):
    window, palette = opened(qtbot, settings, project)
    palette.close()
    qtbot.waitUntil(lambda: window.session.current is not None, timeout=30_000)
    palette = palette_of(window)
    names = [each.name for each in window.session.project.settings.emotions.emotions]
    qtbot.keyClicks(palette.line, "set category")
    assert listed(palette) == [f"Set category: {name}" for name in names]
    palette.line.clear()
    qtbot.keyClicks(palette.line, names[1])
    assert listed(palette)[0] == f"Set category: {names[1]}"
    clip = window.session.current
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    given = window.session.project.clips.get(clip).emotion
    assert given == window.session.project.settings.emotions.emotions[1].key
    window.close()


def test_a_page_left_meanwhile_runs_no_command(qtbot, settings, project: Path, monkeypatch):
    window, palette = opened(qtbot, settings, project)
    window.show_page("map")
    page = window._pages["map"]
    monkeypatch.setattr(type(page), "is_ready", property(lambda _page: False))
    window.show_page("audit")
    palette.close()
    palette = palette_of(window)
    typed_and_started(qtbot, palette, "map box")
    window.show_page("balance")
    monkeypatch.setattr(type(page), "is_ready", property(lambda _page: True))
    qtbot.wait(200)
    assert not page.ui.bar.tools["box"].isChecked()
    window.close()
