"""Named filters of a project: saved, chosen, replaced and removed by keys and mouse."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from curator.store.project import Project
from curator.ui.widgets.save_filter_dialog import SaveFilterDialog
from tests.helpers.audit_window import Audit
from tests.helpers.factories import a_project

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def typed(audit: Audit, text: str) -> None:
    """Type a query into the field and leave it."""
    audit.press("/")
    QTest.keyClicks(audit.page.ui.query.edit, text)
    audit.press(Key.Key_Return)


def save_as(qtbot, audit: Audit, name: str) -> None:
    """Save the filter of the field by keys alone."""
    audit.press(Key.Key_S, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), SaveFilterDialog))
    dialog = QApplication.activeModalWidget()
    dialog.name.setFocus()
    QTest.keyClicks(dialog.name, name)
    QTest.keyClick(dialog.name, Key.Key_Return)
    audit.window.activateWindow()  # the platform without a screen gives nothing back by itself
    qtbot.waitUntil(lambda: QApplication.activeWindow() is audit.window)


def entries(audit: Audit) -> list[str]:
    menu = audit.page.ui.query.menu_button.menu()
    menu.aboutToShow.emit()
    return [action.text() for action in menu.actions()]


def choose(audit: Audit, text: str) -> None:
    menu = audit.page.ui.query.menu_button.menu()
    texts = entries(audit)
    menu.actions()[texts.index(text)].trigger()


def test_a_filter_is_saved_by_keys_and_chosen_from_the_menu(qtbot, audit: Audit):
    typed(audit, "finding:any")
    save_as(qtbot, audit, "doubtful & odd")
    assert audit.last_message() == "Saved filter “doubtful & odd”."
    assert audit.page.ui.query.menu_button.text() == "doubtful && odd"
    audit.page.ui.query.set_query("")
    assert audit.page.ui.query.menu_button.text() == "Filter"
    choose(audit, "doubtful && odd\tfinding:any")
    assert audit.ids() == [3, 6, 9]
    assert audit.page.ui.query.menu_button.text() == "doubtful && odd"


def test_the_menu_is_walked_by_keys(qtbot, audit: Audit):
    typed(audit, "finding:any")
    save_as(qtbot, audit, "doubtful")
    audit.page.ui.query.set_query("")
    audit.press(Key.Key_Slash, CONTROL)
    menu = QApplication.activePopupWidget()
    assert menu is audit.page.ui.query.menu_button.menu()
    QTest.keyClick(menu, Key.Key_Return)
    assert audit.ids() == [3, 6, 9]


def test_a_name_is_completed_to_its_query(qtbot, audit: Audit):
    typed(audit, "finding:any")
    save_as(qtbot, audit, "doubtful")
    audit.page.ui.query.set_query("")
    audit.press("/")
    QTest.keyClicks(audit.page.ui.query.edit, "doub")
    audit.press(Key.Key_Tab)
    assert audit.page.ui.query.edit.text() == "finding:any"
    qtbot.waitUntil(lambda: audit.ids() == [3, 6, 9])


def test_filters_are_kept_in_the_project(qtbot, audit: Audit):
    typed(audit, "finding:any")
    save_as(qtbot, audit, "doubtful")
    path = audit.session.project.path
    audit.window.close_project()
    with Project.open(path) as project:
        assert project.filters.all() == {"doubtful": "finding:any"}
    assert audit.window.open_path(path)
    page = audit.window._pages["audit"]
    page.ui.query.menu_button.menu().aboutToShow.emit()
    texts = [action.text() for action in page.ui.query.menu_button.menu().actions()]
    assert "doubtful\tfinding:any" in texts
    assert page.ui.query.menu_button.text() == "doubtful"


def test_the_same_name_replaces_and_says_so(qtbot, audit: Audit):
    typed(audit, "finding:any")
    save_as(qtbot, audit, "mine")
    audit.page.ui.query.set_query("state:undecided")
    audit.press(Key.Key_S, CONTROL | SHIFT)
    dialog = QApplication.activeModalWidget()
    QTest.keyClicks(dialog.name, "mine")
    assert dialog.save.text() == "Replace"
    assert "finding:any" in dialog.hint.text()
    QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    assert audit.last_message() == "Replaced filter “mine”."
    assert audit.session.project.filters.all() == {"mine": "state:undecided"}


def test_a_removed_filter_stays_among_the_recent_queries(qtbot, audit: Audit):
    typed(audit, "finding:any")
    save_as(qtbot, audit, "mine")
    audit.page.ui.query.history.add("state:kept")
    menu = audit.page.ui.query.menu_button.menu()
    menu.aboutToShow.emit()
    (removal,) = [action.menu() for action in menu.actions() if action.menu()]
    (entry,) = removal.actions()
    entry.trigger()
    assert audit.session.project.filters.all() == {}
    assert audit.page.ui.query.history.queries[0] == "finding:any"
    assert audit.page.ui.query.menu_button.text() == "Filter"
    assert "under Recent" in audit.last_message()


def test_nothing_is_saved_without_a_query(audit: Audit):
    audit.press(Key.Key_S, CONTROL | SHIFT)
    assert QApplication.activeModalWidget() is None
    assert "No filter to save." in audit.last_message()
    audit.page.ui.query.set_query("snnr<2")
    audit.press(Key.Key_S, CONTROL | SHIFT)
    assert QApplication.activeModalWidget() is None


@pytest.mark.parametrize(
    "stored",
    ["", "[1", "[]", '{"a": 1}', '{"": "x"}', '{"a\\nb": "x"}', '{"a": "\\ud800"}', "[" * 100_000],
)
def test_damaged_filters_are_none(tmp_path, stored: str):
    with a_project(tmp_path) as project:
        project.filters.save("mine", "snr<20")
        with project.writing():
            project._database.write("UPDATE setting SET value = ? WHERE key = 'filters'", (stored,))
        assert project.filters.all() == {}
        project.filters.save("new", "snr<20")
        assert project.filters.all() == {"new": "snr<20"}


def test_names_stay_in_the_order_in_which_they_were_saved(tmp_path):
    with a_project(tmp_path) as project:
        for name in ("b", "a", "c"):
            project.filters.save(name, "snr<20")
        project.filters.remove("a")
        assert list(project.filters.all()) == ["b", "c"]
