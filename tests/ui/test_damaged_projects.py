"""The window on projects with odd rows: a sentence instead of the crash dialog, the rest works."""

import random
import shutil
import sqlite3
import sys

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from curator.ui.crash import CrashDialog, CrashReports
from curator.ui.main_window import MainWindow
from curator.ui.messages import Level, Messages
from curator.ui.page_list import PAGES
from curator.ui.settings import WindowSettings
from tests.cli.test_hostile_rows import ROWS
from tests.helpers.fuzz import times
from tests.helpers.hostile_projects import passed_on
from tests.store.test_random_rows import change

RANDOM = 6
SQL = {name: sql for name, (sql, _) in ROWS.items()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A project as it was passed on."""
    return passed_on(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def project(whole, tmp_path):
    path = tmp_path / "show.curator"
    shutil.copytree(whole, path)
    return path


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch):
    """The window with the handling of unexpected errors that the program has."""
    window = MainWindow(WindowSettings(), Messages())
    qtbot.addWidget(window)
    reports = CrashReports(tmp_path / "faults.log", window.explain)
    monkeypatch.setattr(sys, "excepthook", reports)
    window.show()
    return window


def damage(project, name):
    if name in SQL:
        connection = sqlite3.connect(project / "project.sqlite")
        connection.execute(SQL[name])
        connection.commit()
        connection.close()
    else:
        change(project / "project.sqlite", random.Random(name))


def shown_safely(window, key):
    """Show a page as a click does: what it raises goes to the hook."""
    try:
        window.show_page(key)
    except Exception:  # noqa: BLE001 - as Qt does
        sys.excepthook(*sys.exc_info())
    QCoreApplication.processEvents()


def visit(window):
    """Show all pages and work on each, then go back to the first."""
    for page in (*PAGES, PAGES[0]):
        shown_safely(window, page.key)
        for key in ("window.undo", "window.redo"):
            window.commands.trigger(key)
        if window.session is not None:
            window.session.facts_changed.emit(None)
        QCoreApplication.processEvents()


def assert_told(window, tmp_path):
    """No dialog or report of a fault of the program; each error is a short sentence."""
    left = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, CrashDialog)]
    report = (tmp_path / "faults.log").read_text() if (tmp_path / "faults.log").exists() else ""
    for dialog in left:
        dialog.close()
    assert report == ""
    errors = [message for message in window.messages.all if message.level == Level.ERROR]
    for message in errors:
        assert 0 < len(message.text) < 1000
        assert not message.details
    return errors


NAMES = [*SQL, *(f"random {number}" for number in range(times(RANDOM)))]


@pytest.mark.parametrize("name", NAMES)
def test_damage_is_named_at_opening_and_the_rest_works(window, project, whole, tmp_path, name):
    damage(project, name)
    opened = window.open_path(project)
    visit(window)
    errors = assert_told(window, tmp_path)
    assert opened or errors
    window.close_project()
    shutil.copytree(whole, tmp_path / "good.curator")
    assert window.open_path(tmp_path / "good.curator")
    visit(window)
    assert len(assert_told(window, tmp_path)) == len(errors)
    assert window.page == PAGES[0].key


@pytest.mark.parametrize("name", NAMES)
def test_damage_met_later_is_named_and_the_rest_works(window, project, tmp_path, name):
    assert window.open_path(project)
    damage(project, name)
    visit(window)
    assert_told(window, tmp_path)
    assert window.page
    window.close_project()
    assert_told(window, tmp_path)


def test_a_fault_of_the_program_over_a_sound_project_is_reported(window, project, tmp_path):
    assert window.open_path(project)
    try:
        raise KeyError("a fault of the program")
    except KeyError:
        sys.excepthook(*sys.exc_info())
    with pytest.raises(AssertionError, match="Traceback"):
        assert_told(window, tmp_path)
