"""While text is typed no key of the window or of a page does anything but type."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from curator.ui.actions import ACTIONS, Action, KeyScope, placed
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.page_list import PAGES
from curator.ui.palette import Palette
from curator.ui.settings import WindowSettings
from tests.helpers.audit_window import Audit
from tests.helpers.factories import a_project, say

SHIFT = Qt.KeyboardModifier.ShiftModifier
LEAVING = {Qt.Key.Key_Escape}
"""Leaves the text, which is what it is for there."""


@pytest.fixture
def window(qtbot, settings: WindowSettings, tmp_path: Path) -> Iterator[MainWindow]:
    with a_project(tmp_path) as project:
        for clip in project.clips.ids():
            say(project, clip, "welcome back")
        path = project.path
    settings.set("autoplay", False)
    made = MainWindow(settings, Messages())
    qtbot.addWidget(made)
    made.resize(1280, 900)
    made.show()
    assert made.open_path(path)
    made.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is made)
    yield made
    made.close()


def texts(page: QWidget) -> list[QWidget]:
    """Where text can be typed."""
    return [
        widget.parentWidget() if isinstance(widget.parent(), QAbstractSpinBox) else widget
        for kind in (QLineEdit, QPlainTextEdit)
        for widget in page.findChildren(kind)
        if widget.isVisible() and widget.isEnabled() and not widget.isReadOnly()
    ]


def typed_keys(page: str) -> Iterator[tuple[Action, Qt.Key, Qt.KeyboardModifier]]:
    """The keys of a page and of the window that also type or move in a text."""
    for action in ACTIONS:
        for place, sequence in map(placed, action.keys):
            if action.page not in ("", page) or place is KeyScope.TEXT:
                continue
            keys = QKeySequence(sequence)[0]
            writes = keys.key() < Qt.Key.Key_F1 or keys.key() > Qt.Key.Key_F35
            plain = keys.keyboardModifiers() in (Qt.KeyboardModifier.NoModifier, SHIFT)
            if writes and plain and keys.key() not in LEAVING:
                yield action, keys.key(), keys.keyboardModifiers()


@pytest.mark.parametrize("page", [kind.key for kind in PAGES])
def test_no_key_fires_while_text_is_typed(qtbot, window: MainWindow, page: str, monkeypatch):
    window.show_page(page)
    QApplication.processEvents()
    fired: list[str] = []
    monkeypatch.setattr(window.commands, "_run", lambda action: fired.append(action.key))
    fields = texts(window._pages[page])
    assert fields or page in ("balance", "training")
    for field in fields:
        for action, key, modifiers in typed_keys(page):
            field.setFocus()
            assert QApplication.focusWidget() is field
            QTest.keyClick(field, key, modifiers)
            assert not fired, f"{action.key} in {field.accessibleName()!r}"


@pytest.mark.parametrize("page", [kind.key for kind in PAGES])
def test_outside_of_a_text_the_same_keys_do(qtbot, window: MainWindow, page: str, monkeypatch):
    window.show_page(page)
    QApplication.processEvents()
    fired: list[str] = []
    monkeypatch.setattr(window.commands, "_run", lambda action: fired.append(action.key))
    asked = {action.key for action, _, _ in typed_keys(page) if action.page}
    views = window._pages[page].findChildren(QAbstractItemView)
    for _, key, modifiers in typed_keys(page):
        for place in (window._pages[page], *views[:1]):
            place.setFocus()
            QTest.keyClick(QApplication.focusWidget() or window, key, modifiers)
    assert len(asked & set(fired)) >= len(asked) // 2


def test_shortcuts_of_the_window_work_in_a_text_field_and_leave_its_text(audit: Audit):
    field = audit.page.ui.query.edit
    field.setFocus()
    QTest.keyClicks(field, "state:kept")
    field.setCursorPosition(0)
    audit.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert isinstance(QApplication.activeModalWidget(), Palette)
    QApplication.activeModalWidget().close()
    assert field.text() == "state:kept"
