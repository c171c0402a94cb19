"""Fixtures of all tests of the window."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from curator.store.project import Project
from curator.ui import page_list
from curator.ui.app import dress
from curator.ui.audit.page import AuditPage
from curator.ui.main_window import MainWindow
from curator.ui.map.page import MapPage
from curator.ui.messages import Messages
from curator.ui.page import Page
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
from curator.ui.sound.loader import ClipLoader
from curator.ui.sound.player import SilentPlayer
from curator.ui.theme import wear
from curator.ui.training.page import TrainingPage
from tests.helpers.appearance import appearance_kept
from tests.helpers.audit_window import Audit, a_spoken_project
from tests.helpers.crowd import a_crowd
from tests.helpers.factories import a_project
from tests.helpers.fonts import use_test_font
from tests.helpers.leaks import nothing_left
from tests.helpers.map_window import Map, a_mapped_project
from tests.helpers.players import FakePlayer
from tests.helpers.sound_project import RATE


@pytest.fixture(autouse=True)
def leaks(qapp) -> Iterator[None]:
    """Nothing outlives a test of the window."""
    with nothing_left():
        yield


@pytest.fixture(autouse=True)
def no_keys_held(qapp: QApplication) -> None:
    """Ctrl and Shift of the test before are up; Qt keeps those of the last simulated key."""
    if qapp.keyboardModifiers() != Qt.KeyboardModifier.NoModifier:
        QTest.keyClick(QWidget(), Qt.Key.Key_F24)
    assert qapp.keyboardModifiers() == Qt.KeyboardModifier.NoModifier


@pytest.fixture(autouse=True)
def appearance(qapp: QApplication) -> Iterator[None]:
    """Theme, font and style of the application are the same for every test."""
    with appearance_kept(qapp):
        yield


@pytest.fixture
def dressed(qapp: QApplication, appearance: None) -> QApplication:
    """The application in the light theme, with the test's font."""
    dress(qapp)
    use_test_font(qapp)
    wear(qapp, "light")
    return qapp


@pytest.fixture
def settings() -> WindowSettings:
    """Settings that are stored nowhere."""
    return WindowSettings()


@pytest.fixture
def session_of(settings: WindowSettings) -> Iterator[Callable[[Project], Session]]:
    """Makes sessions that are closed after the test."""
    made: list[Session] = []

    def make(project: Project) -> Session:
        made.append(Session(project, settings, Messages()))
        return made[-1]

    yield make
    for session in made:
        session.close()


@pytest.fixture
def session(session_of, tmp_path: Path) -> Session:
    """A session with a project of six undecided clips."""
    return session_of(a_project(tmp_path))


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[Project]:
    """Forty clips of two recordings in all sorts of states, open for writing."""
    project = a_crowd(tmp_path)
    yield project
    project.close()


@pytest.fixture
def player() -> FakePlayer:
    return FakePlayer()


@pytest.fixture
def clips() -> int:
    """How many clips the project has; a test may say otherwise."""
    return 9


@pytest.fixture
def audit(
    qtbot, tmp_path: Path, clips: int, player: FakePlayer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Audit]:
    """The window at the audit page, with a player that only remembers."""
    path = a_spoken_project(tmp_path, clips)
    build = page_list.PageKind.build

    def build_silent(kind: page_list.PageKind, session: Session, parent: QWidget) -> Page:
        return (
            AuditPage(session, player, parent)
            if kind.key == "audit"
            else build(kind, session, parent)
        )

    monkeypatch.setattr(page_list.PageKind, "build", build_silent)
    window = MainWindow(WindowSettings(), Messages())
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    assert window.open_path(path)
    window.show_page("audit")
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    page = window._pages["audit"]
    page.decisions._delay.setInterval(10**6)  # no test waits for a worker
    page.ui.table.setFocus()
    assert window.session is not None
    yield Audit(window, page, player, window.session)
    window.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The project the window opens; a test may say another."""
    return a_mapped_project(tmp_path)


@pytest.fixture
def voice_map(
    qtbot, path: Path, player: FakePlayer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Map]:
    """The window at the map page, with a player that only remembers."""
    build = page_list.PageKind.build

    def build_silent(kind: page_list.PageKind, session: Session, parent: QWidget) -> Page:
        return (
            MapPage(session, player, parent) if kind.key == "map" else build(kind, session, parent)
        )

    monkeypatch.setattr(page_list.PageKind, "build", build_silent)
    window = MainWindow(WindowSettings(), Messages())
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    assert window.open_path(path)
    window.show_page("map")
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    page = window._pages["map"]
    qtbot.waitUntil(lambda: page.model.clips.is_read)
    page.ui.scatter.setFocus()
    page.commands.decisions._delay.setInterval(10**6)  # no test waits for a worker
    assert window.session is not None
    yield Map(window, page, player, window.session, window.session.project.clips.ids())
    window.close()


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
        qtbot.waitUntil(lambda: not page.runs.busy, timeout=60_000)
        return page

    yield open_page
    for page in made:
        page.close_page()
    player.close()


@pytest.fixture
def open_loader(qapp) -> Iterator[Callable[[Project], ClipLoader]]:
    opened: list[tuple[ClipLoader, Project]] = []

    def opening(project: Project) -> ClipLoader:
        opened.append((ClipLoader(project, RATE), project))
        return opened[-1][0]

    yield opening
    for loader, project in opened:
        loader.close()
        project.close()


@pytest.fixture
def silent(qapp) -> Iterator[SilentPlayer]:
    player = SilentPlayer(RATE)
    yield player
    player.close()
