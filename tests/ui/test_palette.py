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
