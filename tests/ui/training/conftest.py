from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from curator.store.project import Project
from curator.ui.messages import Messages
from curator.ui.session import Session
from curator.ui.settings import Settings
from curator.ui.sound.silent_player import SilentPlayer
from curator.ui.training.page import TrainingPage
from tests.helpers.factories import a_project
from tests.helpers.leaks import nothing_left


@pytest.fixture(autouse=True)
def leaks(qapp) -> Iterator[None]:
    """Nothing outlives a test of the window."""
    with nothing_left():
        yield


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A session with a small project in a folder of its own."""
    folder = tmp_path / "show"
    folder.mkdir()
    project: Project = a_project(folder)
    session = Session(project, Settings(), Messages())
    yield session
    session.close()


@pytest.fixture
def opened(qtbot, session: Session) -> Iterator[Callable[[Path], TrainingPage]]:
    """Opens the page on a folder of runs, read to the end."""
    made = []
    player = SilentPlayer()

    def open_page(folder: Path) -> TrainingPage:
        page = TrainingPage(session, player)
        qtbot.addWidget(page)
        made.append(page)
        page.resize(1200, 720)
        page.show_folder(folder)
        page.show()
        page.shown()
        qtbot.waitUntil(lambda: not page._reading.isActive(), timeout=60_000)
        return page

    yield open_page
    for page in made:
        page.close_page()
    player.close()
