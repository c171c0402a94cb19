"""The window on every hostile project: private files around it stay unread and unchanged."""

import os
import shutil

import pytest
from PySide6.QtCore import QCoreApplication

from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.page_list import PAGES
from curator.ui.settings import WindowSettings
from tests.helpers.hostile_projects import CHANGES, passed_on

pytestmark = [pytest.mark.timeout(120), pytest.mark.skipif(os.name == "nt", reason="no pipes")]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A project as it was passed on."""
    return passed_on(tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("name", CHANGES)
def test_the_window_neither_reads_nor_changes_private_files(qtbot, whole, tmp_path, canary, name):
    project = tmp_path / "show.curator"
    shutil.copytree(whole, project)
    CHANGES[name](project, canary)
    messages = Messages()
    window = MainWindow(WindowSettings(), messages)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    if window.open_path(project):
        for page in PAGES:
            window.show_page(page.key)
            QCoreApplication.processEvents()
        window.show_page("audit")
        qtbot.waitUntil(lambda: window.page is not None, timeout=30_000)
        QCoreApplication.processEvents()
    else:
        assert messages.all[-1].level == "error"
    for message in messages.all:
        assert 0 < len(message.text) < 2000
        assert "a private" not in message.text
    window.close()
