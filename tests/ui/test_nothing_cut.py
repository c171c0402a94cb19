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
from curator.ui.theme import GRID
from tests.helpers.fit import misfits
from tests.helpers.long_language import LongLanguage
from tests.helpers.training_runs import OVERFITTED, a_run, speech_on_the_way
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


def test_nothing_is_cut_or_overlaps_with_a_run_and_its_tools_are_in_one_row(
    qtbot, language: str, tmp_path: Path
):
    path = STATES["normal"](tmp_path)
    run = a_run(path.parent / "run", OVERFITTED)
    speech_on_the_way(run, [0, 150, 290], sounds=False)
    window = MainWindow(WindowSettings(), Messages())
    window.show()
    assert window.open_path(path)
    window.show_page("training")
    page = window._pages["training"]
    qtbot.waitUntil(lambda: page.runs.record is not None and not page.runs.busy)
    view, found = page.ui.view, []
    for key in view._curves:
        view._show_curve(key)
        found += problems(window, f"training {key}")
    for width, height in SIZES:
        window.resize(width, height)
        settle(window)
        assert view.curve.width() >= 20 * GRID
        tools = (view.axes, view.zoom_to_fit, view.smoothing)
        assert {abs(each.geometry().center().y() - view.curve.geometry().center().y()) <= 2
                for each in tools} == {True}  # fmt: skip
    window.close()
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
