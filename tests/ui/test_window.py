from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from curator.domain.decision import State, drop, give_emotion, keep
from curator.ui.actions import ACTIONS
from curator.ui.change_keys import ChangeKeys
from curator.ui.jobs.drawer import HEIGHT
from curator.ui.key_sheet import KeySheet
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.new_project import NewProject
from curator.ui.page_list import PAGES
from curator.ui.palette import Palette
from curator.ui.settings import WindowSettings
from curator.ui.settings_dialog import SettingsDialog
from tests.helpers.factories import a_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    with a_project(tmp_path) as project:
        return project.path


@pytest.fixture
def window(qtbot, settings: WindowSettings, project: Path) -> Iterator[MainWindow]:
    """The window with a project of six clips, at the intake page."""
    window = MainWindow(settings, Messages())
    qtbot.addWidget(window)
    window.show()
    assert window.open_path(project)
    window.show_page("intake")
    yield window
    window.close()


def dialog(window: MainWindow, kind: type) -> object:
    (found,) = window.findChildren(kind)
    return found


def test_without_a_project_one_is_chosen_first(qtbot, settings: WindowSettings):
    window = MainWindow(settings, Messages())
    qtbot.addWidget(window)
    window.show()
    assert window.stack.currentWidget() is window.first_start
    assert not any(button.isVisible() for button in window.top.buttons.values())
    assert not window.commands.action("go.export").isEnabled()
    window.close()


def test_a_project_that_cannot_be_opened_is_said(qtbot, settings: WindowSettings, tmp_path: Path):
    window = MainWindow(settings, Messages())
    qtbot.addWidget(window)
    assert not window.open_path(tmp_path / "nothing.curator")
    assert window.messages.all[-1].level == "error"
    assert window.stack.currentWidget() is window.first_start


def test_pages_are_built_when_they_are_first_shown(window: MainWindow):
    assert "export" not in window._pages
    window.show_page("export")
    first = window._pages["export"]
    window.show_page("intake")
    window.show_page("export")
    assert window._pages["export"] is first
    assert window.page == "export"
    assert window.top.buttons["export"].isChecked()


@pytest.mark.parametrize("page", [kind.key for kind in PAGES])
def test_every_action_of_a_page_has_its_method(window: MainWindow, page: str):
    window.show_page(page)
    for action in ACTIONS:
        owner, _, method = action.run.partition(".")
        owners = {"window": window, "dialogs": window.dialogs, page: window._pages[page]}
        if owner in owners:
            assert callable(attrgetter(method)(owners[owner])), action.run


def test_control_and_a_digit_goes_to_a_page(qtbot, window: MainWindow):
    qtbot.keyClick(window, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    assert window.page == "export"


def test_a_decision_is_undone_by_key_and_named_in_the_menu(qtbot, window: MainWindow):
    session = window.session
    assert session is not None
    clips = session.project.clips.ids()
    session.apply(drop(clips))
    assert window.commands.action("window.undo").text() == "Undo: Drop (6 clips)"
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.project.clips.get(clips[0]).state == State.UNDECIDED
    assert window.commands.action("window.redo").text() == "Redo: Drop (6 clips)"


def test_the_status_line_counts_decisions(qtbot, window: MainWindow):
    session = window.session
    assert session is not None
    session.apply(keep(session.project.clips.ids()[:2]))
    qtbot.waitUntil(lambda: window.status._kept.text() == "2 kept")
    assert window.status._left.text() == "4 left"


def test_a_page_key_does_nothing_while_text_is_typed(qtbot, window: MainWindow):
    window.show_page("export")
    page = window._pages["export"]
    line = page.choices.speaker
    line.setFocus()
    line.clear()
    qtbot.keyClicks(line, "n?N")
    assert line.text() == "n?N"
    assert window.page == "export"
    assert not window.findChildren(KeySheet)


def test_space_presses_a_focused_button(qtbot, window: MainWindow):
    window.show_jobs()
    assert window.drawer.isVisible()
    close = next(
        button
        for button in window.drawer.findChildren(type(window.status.pause))
        if button.text() == "Close"
    )
    close.setFocus()
    qtbot.keyClick(close, Qt.Key.Key_Space)
    assert not window.drawer.isVisible()


def test_the_palette_finds_a_command_by_its_words_and_starts_it(qtbot, window: MainWindow):
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = dialog(window, Palette)
    assert isinstance(palette, Palette)
    qtbot.keyClicks(palette.line, "go bal")
    assert palette.list.item(0, 0).text() == "Go to Balance"
    others = [palette.list.item(row, 0).text() for row in range(1, palette.list.rowCount())]
    assert all(text.startswith("Balance: ") for text in others)
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.page == "balance"


def test_the_palette_offers_only_what_is_possible(qtbot, settings: WindowSettings):
    window = MainWindow(settings, Messages())
    qtbot.addWidget(window)
    possible = {action.key for action in window.commands.possible()}
    assert "window.new_project" in possible
    assert not possible & {"window.undo", "export.export", "go.balance"}
    window.close()


def test_the_sheet_shows_the_keys_of_this_page_first(qtbot, window: MainWindow):
    window.show_page("export")
    window.dialogs.show_keys()
    sheet = dialog(window, KeySheet)
    assert isinstance(sheet, KeySheet)
    texts = [label.text() for label in sheet.findChildren(type(window.status._kept))]
    assert texts.index("Export…") < texts.index("Undo")
    assert texts[texts.index("Export…") - 1] == "Ctrl+E"
    sheet.close()


def test_a_key_that_is_taken_cannot_be_given(qtbot, window: MainWindow):
    window.dialogs.change_keys()
    change = dialog(window, ChangeKeys)
    assert isinstance(change, ChangeKeys)
    row = [action.key for action in ACTIONS].index("export.check")
    change.list.setCurrentCell(row, 0)
    qtbot.keyClick(change.field, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert not change.assign.isEnabled()
    assert "Export" in change.status.text()
    qtbot.keyClick(change.field, Qt.Key.Key_F6)
    qtbot.mouseClick(change.assign, Qt.MouseButton.LeftButton)
    assert window.settings.keys["export.check"] == ("F6",)
    window.show_page("export")
    assert window.commands.action("export.check").shortcut().toString() == "F6"
    qtbot.mouseClick(change.reset, Qt.MouseButton.LeftButton)
    assert window.settings.keys["export.check"] == ("F5",)
    change.close()


def test_settings_are_in_force_at_once(qtbot, window: MainWindow, qapp: QApplication):
    before = qapp.palette(), qapp.styleSheet()
    window.dialogs.show_settings()
    shown = dialog(window, SettingsDialog)
    assert isinstance(shown, SettingsDialog)
    shown.controls["theme"].setCurrentIndex(2)
    assert qapp.palette().window().color().lightness() < 128
    shown.controls["theme"].setCurrentIndex(1)
    assert qapp.palette().window().color().lightness() > 128
    shown.close()
    qapp.setPalette(before[0])
    qapp.setStyleSheet(before[1])


def test_a_new_project_is_made_and_opened(qtbot, window: MainWindow, tmp_path: Path):
    window.new_project()
    made = dialog(window, NewProject)
    assert isinstance(made, NewProject)
    assert not made.make.isEnabled()
    qtbot.keyClicks(made.name, "evening")
    made.folder.setText(str(tmp_path / "deep"))
    qtbot.mouseClick(made.make, Qt.MouseButton.LeftButton)
    assert window.session is not None
    assert window.session.project.path == tmp_path / "deep" / "evening.curator"
    assert window.settings.recent[0] == window.session.project.path


def test_a_name_that_is_taken_is_said_in_the_dialog(qtbot, window: MainWindow, project: Path):
    window.new_project()
    made = dialog(window, NewProject)
    assert isinstance(made, NewProject)
    qtbot.keyClicks(made.name, project.name)
    made.folder.setText(str(project.parent))
    qtbot.mouseClick(made.make, Qt.MouseButton.LeftButton)
    assert "already exists" in made.error.text()
    made.close()


def test_what_was_decided_is_listed_newest_first(qtbot, window: MainWindow):
    session = window.session
    assert session is not None
    session.apply(keep(session.project.clips.ids()[:1]))
    session.apply(drop(session.project.clips.ids()[1:3]))
    session.apply(give_emotion(session.project.clips.ids()[:2], "tension"))
    assert window.commands.action("window.undo").text() == "Undo: Set category: Tension (2 clips)"
    qtbot.keyClick(window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    listed = window.drawer.decided
    assert [listed.topLevelItem(row).text(1) for row in range(3)] == [
        "Set category: Tension (2 clips)",
        "Drop (2 clips)",
        f"Keep (clip {session.project.clips.ids()[0]})",
    ]


def test_another_window_may_look_but_not_write(qtbot, window: MainWindow, settings: WindowSettings):
    assert window.session is not None
    second = MainWindow(settings, Messages())
    qtbot.addWidget(second)
    second.open_path(window.session.project.path)
    assert "read-only" in second.top.project.text()
    assert not second.commands.action("window.undo").isEnabled()
    second.close()


def test_every_control_has_a_name_for_those_who_do_not_see_it(window: MainWindow):
    for kind in PAGES:
        window.show_page(kind.key)
    nameless = [
        f"{type(line).__name__} {line.placeholderText()}"
        for line in window.findChildren(QLineEdit)
        if not line.accessibleName() and not line.parent().accessibleName()
    ]
    assert not nameless


def test_the_program_says_when_there_is_no_screen(monkeypatch, capsys):
    from curator.ui import app

    for variable in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    assert app.open_window(None) == app.COULD_NOT
    assert "no screen" in capsys.readouterr().err


def test_the_menus_are_walked_by_keys_and_give_the_focus_back(qtbot, window: MainWindow):
    window.activateWindow()
    window.show_page("audit")
    before = window.focusWidget()
    window.commands.trigger("window.show_menu")
    assert window.bar.hasFocus()
    for title in ("&Project", "&Edit", "&Clip"):
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        assert menu.title() == title
        qtbot.keyClick(menu, Qt.Key.Key_Right)
    qtbot.keyClick(QApplication.activePopupWidget(), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.focusWidget() is before)
    assert QApplication.activePopupWidget() is None


def test_the_drawer_keeps_the_height_that_was_dragged(qtbot, window: MainWindow, settings):
    window.resize(1280, 800)
    window.drawer.show_jobs()
    assert window.split.sizes()[1] == HEIGHT
    window.split.moveSplitter(window.split.height() - 300, 1)
    dragged = window.split.sizes()[1]
    assert dragged > HEIGHT
    window.drawer.hide()
    window.drawer.show_jobs()
    assert window.split.sizes()[1] == dragged
    window.close()
    again = MainWindow(settings, Messages())
    qtbot.addWidget(again)
    again.resize(1280, 800)
    again.show()
    again.drawer.show_jobs()
    assert again.split.sizes()[1] == dragged
    again.close()
