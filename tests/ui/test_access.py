"""On every page and in every dialog: each control has a name, and shows when it has the focus."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractItemView, QApplication, QDialog, QScrollBar, QWidget

from curator.ui.app import dress
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.page_list import PAGES
from curator.ui.settings import WindowSettings
from curator.ui.theme import wear
from tests.helpers.factories import a_project

DIALOGS = (
    "window.new_project",
    "window.show_palette",
    "window.show_keys",
    "window.change_keys",
    "window.show_settings",
    "window.show_models",
    "window.show_cleaning",
    "window.show_segment_lengths",
    "window.show_snapshots",
    "window.merge_set",
)


@pytest.fixture
def window(
    qtbot, qapp: QApplication, settings: WindowSettings, tmp_path: Path
) -> Iterator[MainWindow]:
    """With a project of six clips, dressed as people see it."""
    dress(qapp)
    wear(qapp, "light")
    with a_project(tmp_path) as project:
        path = project.path
    settings.set("autoplay", False)
    made = MainWindow(settings, Messages())
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    assert made.open_path(path)
    made.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is made)
    yield made
    made.close()


def controls(top: QWidget) -> list[QWidget]:
    """What takes the focus from the keyboard."""
    return [
        widget
        for widget in top.findChildren(QWidget)
        if widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and widget.window() is top.window()
        and not isinstance(widget, QScrollBar)
    ]


def nameless(top: QWidget) -> list[str]:
    found = []
    for widget in controls(top):
        interface = QAccessible.queryAccessibleInterface(widget)
        if not (interface and interface.text(QAccessible.Text.Name)):
            found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return found


@pytest.mark.parametrize("page", [kind.key for kind in PAGES])
def test_every_control_of_a_page_has_a_name(window: MainWindow, page: str):
    window.show_page(page)
    assert controls(window._pages[page])
    assert not nameless(window)


@pytest.mark.parametrize("dialog", DIALOGS)
def test_every_control_of_a_dialog_has_a_name(window: MainWindow, dialog: str):
    window.commands.trigger(dialog)
    (shown,) = [each for each in window.findChildren(QDialog) if each.isVisible()]
    assert controls(shown)
    assert not nameless(shown)
    shown.close()


@pytest.mark.parametrize("page", [kind.key for kind in PAGES])
def test_every_control_of_a_page_shows_that_it_has_the_focus(window: MainWindow, page: str):
    window.show_page(page)
    QApplication.processEvents()
    unseen = []
    for widget in controls(window._pages[page]):
        window.top.search.setFocus()
        QApplication.processEvents()
        without = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        if not widget.hasFocus():
            continue  # it was hidden or disabled meanwhile, or hands the focus on
        rows = widget.model().rowCount() if isinstance(widget, QAbstractItemView) else 1
        if rows and widget.grab().toImage() == without:
            unseen.append(f"{type(widget).__name__} {widget.accessibleName()}")
    assert not unseen
