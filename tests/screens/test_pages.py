"""Every page in every state, light and dark, as somebody has looked at it.

``pytest tests/screens --update-snapshots`` makes the pictures anew; look at them before they stay.
"""

import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from curator.ui import first_start, page_list
from curator.ui.app import dress
from curator.ui.audit.page import AuditPage
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.page import Page
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
from curator.ui.theme import wear
from tests.helpers import waiting
from tests.helpers.appearance import appearance_kept
from tests.helpers.fonts import use_test_font
from tests.helpers.leaks import nothing_left
from tests.helpers.long_language import LongLanguage
from tests.helpers.pictures import compare, picture_of
from tests.helpers.players import FakePlayer
from tests.helpers.waiting import rest
from tests.screens.states import STATES

PICTURES = Path(__file__).with_name("pictures")
SIZE = (1120, 700)
THEMES = ("light", "dark")
PAGES = ("intake", "audit", "map", "balance", "export", "training")
START = "start"
REST_MS, LOOK_MS, LOOKS = 450, 60, 200

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="each system draws letters its own way"),
    pytest.mark.skipif(find_spec("font_source_sans_pro") is None, reason="the font is missing"),
]

Pictures = dict[tuple[str, str], np.ndarray]


def settle(window: MainWindow) -> None:
    """Wait until nothing is left to do, and what was found has been drawn."""
    waiting.settle(window)
    rest(REST_MS)


def still(window: MainWindow) -> np.ndarray:
    """A picture of the window once nothing in it moves any more."""
    before = picture_of(window)
    for _ in range(LOOKS):
        rest(LOOK_MS)
        now = picture_of(window)
        if np.array_equal(now, before):
            break
        before = now
    return before


def prepare(window: MainWindow, state: str, page: str) -> None:
    """What a person has done on a page before it is pictured."""
    shown = window._pages[page]
    if isinstance(shown, AuditPage):
        shown.ui.table.go_to_row(2 if shown.model.ids.size > 2 else 0)
        if state == "error":
            shown.ui.query.edit.setText("emotoin:greeting snr>")
            shown.ui.query.ask()
    assert window.session is not None
    here = str(window.session.project.path.parent)
    for said in shown.findChildren(QLabel) + shown.findChildren(QLineEdit):
        if here in said.text():
            said.setText(said.text().replace(here, "/home/anna"))


def pictured(window: MainWindow, key: str, into: Pictures) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    for theme in THEMES:
        wear(application, theme)
        into[key, theme] = still(window)
    wear(application, "light")


@pytest.fixture(scope="module")
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    """The application as people see it, in the test's font; afterwards as it was."""
    flash = qapp.cursorFlashTime()
    with appearance_kept(qapp):
        dress(qapp)
        use_test_font(qapp)
        wear(qapp, "light")
        qapp.setCursorFlashTime(0)
        yield qapp
    qapp.setCursorFlashTime(flash)


@pytest.fixture(scope="module")
def pictures(
    dressed: QApplication, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Pictures]]:
    """The pictures of a state: its window is opened once and goes through all pages."""
    made: dict[str, Pictures] = {}

    def take(state: str) -> Pictures:
        if state not in made:
            made[state] = through_all_pages(dressed, state, tmp_path_factory.mktemp(state))
        return made[state]

    with pytest.MonkeyPatch.context() as patch:
        build = page_list.PageKind.build

        def build_silent(kind: page_list.PageKind, session: Session, parent: QWidget) -> Page:
            if kind.key == "audit":
                return AuditPage(session, FakePlayer(), parent)
            return build(kind, session, parent)

        patch.setattr(page_list.PageKind, "build", build_silent)
        patch.setattr(first_start, "sample_voices_installed", lambda: True)
        yield take


def through_all_pages(application: QApplication, state: str, folder: Path) -> Pictures:
    found: Pictures = {}
    language = LongLanguage() if state == "long" else None
    if language is not None:
        application.installTranslator(language)
    try:
        with nothing_left():
            settings = WindowSettings()
            settings.set("processes", 1)
            window = MainWindow(settings, Messages())
            window.resize(*SIZE)
            window.show()
            QCursor.setPos(window.mapToGlobal(QPoint(SIZE[0] // 2, 5)))  # over nothing
            if state in ("normal", "long"):
                pictured(window, START, found)
            assert window.open_path(STATES[state](folder)), window.messages.all
            for page in PAGES:
                window.show_page(page)
                settle(window)
                prepare(window, state, page)
                if state == "error":
                    window.messages.fail("The disk is full, so nothing more could be stored.")
                settle(window)
                pictured(window, page, found)
            for line in window.findChildren(QLineEdit):
                line.deselect()
            window.close()
            window.deleteLater()
    finally:
        if language is not None:
            application.removeTranslator(language)
    return found


CASES = [
    (state, page)
    for state in STATES
    for page in (START, *PAGES)
    if page != START or state in ("normal", "long")
]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("state", "page"), CASES)
def test_a_page_looks_as_it_should(
    pictures: Callable[[str], Pictures],
    state: str,
    page: str,
    theme: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
):
    update = request.config.getoption("--update-snapshots")
    name = f"{page}-{state}-{theme}.png"
    compare(pictures(state)[page, theme], PICTURES / name, tmp_path, update=update)


def test_there_is_no_picture_of_what_is_no_more():
    expected = {f"{page}-{state}-{theme}.png" for state, page in CASES for theme in THEMES}
    assert {path.name for path in PICTURES.glob("*.png")} <= expected
