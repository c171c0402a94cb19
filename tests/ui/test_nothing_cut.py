"""On all pages, in the usual sizes and in a language that is 40 % longer: nothing is cut off."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

from curator.ui.audit.page import AuditPage
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.page_list import PAGES
from curator.ui.settings import WindowSettings
from tests.helpers.fit import misfits
from tests.helpers.long_language import LongLanguage
from tests.helpers.waiting import settle
from tests.screens.states import STATES

SIZES = ((1024, 700), (1366, 768), (1920, 1080))

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("dressed")]


@pytest.fixture(params=["english", "longer"])
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """English, or a language that nobody speaks."""
    longer = LongLanguage()
    if request.param == "longer":
        qapp.installTranslator(longer)
    yield request.param
    qapp.removeTranslator(longer)


@pytest.fixture(params=["normal", "empty"])
def window(request: pytest.FixtureRequest, language: str, tmp_path: Path) -> Iterator[MainWindow]:
    settings = WindowSettings()
    settings.set("autoplay", False)
    made = MainWindow(settings, Messages())
    made.show()
    assert made.open_path(STATES[request.param](tmp_path))
    yield made
    made.close()


def problems(window: MainWindow, state: str) -> list[str]:
    """Misfits in all sizes. state: what is shown."""
    found = []
    for width, height in SIZES:
        window.resize(width, height)
        settle(window)
        found += [f"{state} {width}x{height}: {problem}" for problem in misfits(window)]
    return found


def test_nothing_is_cut_or_overlaps_on_any_page(window: MainWindow):
    found = []
    for kind in PAGES:
        window.show_page(kind.key)
        settle(window)
        page = window._pages[kind.key]
        if isinstance(page, AuditPage) and page.model.ids.size:
            page.ui.table.go_to_row(2)
            window.commands.trigger("audit.spectrogram")
            page.ui.query.set_query("-state:dropped duration>0")
        found += problems(window, kind.key)
    assert not found, "\n".join(found)


def test_nothing_is_cut_or_overlaps_on_the_start_page(language: str):
    window = MainWindow(WindowSettings(), Messages())
    window.show()
    found = problems(window, "start")
    window.close()
    assert not found, "\n".join(found)


def test_the_walk_sees_what_is_cut_and_what_overlaps(qtbot):
    """The test of the test: a short label, a low text and a misplaced button."""
    top = QWidget()
    qtbot.addWidget(top)
    column = QVBoxLayout(top)
    cut, low = QLabel("a sentence that needs more room"), QLabel("many words " * 20)
    cut.setFixedWidth(20)
    low.setWordWrap(True)
    low.setFixedSize(80, 10)
    for label in (cut, low):
        column.addWidget(label)
    stray = QPushButton("stray", top)
    stray.setGeometry(cut.x(), cut.y(), 900, 40)
    top.resize(300, 200)
    top.show()
    stray.setGeometry(cut.geometry().adjusted(0, 0, 900, 0))
    found = "\n".join(misfits(top))
    for words in ("px wide, needs", "px high, needs", "overlap by", "lies outside"):
        assert words in found
