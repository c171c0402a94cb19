"""Restores the window as it was: geometry, and per project page, clip, query and splitters."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget

from curator.domain.clip_query import parse
from curator.domain.errors import CuratorError
from curator.ui.jobs.drawer import MIN_HEIGHT, DrawerSplit
from curator.ui.page import Page
from curator.ui.project_memory import ProjectMemory
from curator.ui.session import Session
from curator.ui.settings import WindowSettings

GEOMETRY, DRAWER = "geometry", "drawer"
MAX_DIGITS = 6
WIDGETS = "widgets"
"""Key of the splitter positions in the state of a page."""


def keep_geometry(window: QMainWindow, split: DrawerSplit, settings: WindowSettings) -> None:
    """Store size, position, whether the window is maximized, and the height of the drawer."""
    stored = {GEOMETRY: _text(window.saveGeometry()), DRAWER: str(split.drawer_height)}
    settings.remember_window(stored)


def restore_geometry(window: QMainWindow, split: DrawerSplit, settings: WindowSettings) -> bool:
    """Restore the geometry; False if none is stored."""
    stored = settings.window.get(GEOMETRY, "")
    height = settings.window.get(DRAWER, "")
    if height.isdecimal() and len(height) < MAX_DIGITS:
        split.drawer_height = max(MIN_HEIGHT, int(height))
    return bool(stored) and window.restoreGeometry(_bytes(stored))


class WindowMemory:
    """Memory of one open project."""

    def __init__(self, session: Session) -> None:
        self._session, self._path = session, session.project.path
        self.state = ProjectMemory.of(session.settings, self._path)

    def recall_session(self) -> None:
        """Restore query and clip before a page is built."""
        session, state = self._session, self.state
        session.query = state.query
        if state.clip is not None and session.project.clips.spans([state.clip]):
            session.current = state.clip
        if session.settings.accepts("speed", state.speed):
            session.settings.set("speed", state.speed)

    def recall_page(self, key: str, page: Page) -> None:
        """Restore the widgets of a page that was just built."""
        stored = self.state.views.get(key)
        if not isinstance(stored, dict):
            return
        widgets = stored.get(WIDGETS)
        if isinstance(widgets, dict):
            for name, splitter in _splitters(page):
                if isinstance(widgets.get(name), str):
                    splitter.restoreState(_bytes(widgets[name]))
        page.recall(stored)

    def keep(self, current: str, pages: dict[str, Page]) -> None:
        """Store the state of the session and of its pages. current: key of the current page."""
        session, state = self._session, self.state
        state.opened_at = datetime.now(UTC).isoformat(timespec="seconds")
        state.page, state.clip, state.query = current, session.current, session.query
        speed = session.settings.get("speed")
        state.speed = speed if isinstance(speed, float) else 0.0
        for key, page in pages.items():
            widgets = {name: _text(splitter.saveState()) for name, splitter in _splitters(page)}
            state.views[key] = {**page.remembered(), WIDGETS: widgets}
        clips = session.project.clips
        state.clips = clips.count()
        state.kept = clips.count(parse("state:kept"))
        state.left = clips.count(parse("state:undecided"))
        state.save(session.settings, self._path)

    def keep_interrupted(self, *, interrupted: bool) -> None:
        """Store immediately whether an analysis is running, in case the program crashes."""
        if self.state.interrupted != interrupted:
            self.state.interrupted = interrupted
            self.state.save(self._session.settings, self._path)

    def keep_safely(self, current: str, pages: dict[str, Page]) -> None:
        """Store it unless the project can no longer be read."""
        try:
            self.keep(current, pages)
        except CuratorError as error:
            self._session.messages.fail(error)


def _splitters(page: QWidget) -> Iterator[tuple[str, QSplitter]]:
    """Splitters of a page with a name each."""
    for number, splitter in enumerate(page.findChildren(QSplitter)):
        yield splitter.objectName() or f"splitter{number}", splitter


def _text(state: QByteArray) -> str:
    return base64.b64encode(bytes(state.data())).decode("ascii")


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(QByteArray(text.encode("ascii", "replace")))
