"""What a person reads on the pages: no internal names, no unfilled places, no Python values."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QWidget,
)

from curator.domain.findings import FINDING_KEYS
from curator.jobs.queries import score_keys
from curator.jobs.step_table import STEPS
from curator.ui.audit.list_columns import COLUMNS
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.new_project import NewProject
from curator.ui.settings import WindowSettings
from tests.helpers.waiting import settle
from tests.screens.states import broken, crowded

KEYS = {
    *(step.key for step in STEPS), *FINDING_KEYS, *score_keys(), *(each.key for each in COLUMNS),
    "xtts_v2", "quiz_show", "other_voice", "source_missing",
}  # fmt: skip
INTERNAL = {key for key in KEYS if "_" in key}
"""Keys that are no English words."""

PLACE = re.compile(r"%(\d|n\b)")
VALUE = re.compile(r"\b[A-Z]\w*\.[A-Z_]{3,}\b|<[\w.]+ object at|\bnan\b|^(None|True|False)$")
ROLES = (
    Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole,
)  # fmt: skip
MOST_ROWS = 60


def texts(top: QWidget) -> Iterator[str]:
    """All texts of a window: of what is visible, and what describes it."""
    for widget in top.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not top.window():
            continue
        yield from (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription())
        if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
            yield widget.text()
        if isinstance(widget, QLineEdit | QPlainTextEdit):
            yield widget.placeholderText()
        if isinstance(widget, QComboBox):
            yield from (widget.itemText(place) for place in range(widget.count()))
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from model_texts(widget.model())


def model_texts(model: QAbstractItemModel) -> Iterator[str]:
    for column in range(model.columnCount()):
        for role in ROLES:
            yield str(model.headerData(column, Qt.Orientation.Horizontal, role) or "")
            for row in range(min(model.rowCount(), MOST_ROWS)):
                yield str(model.index(row, column).data(role) or "")


def menu_texts(menu: QMenu) -> Iterator[str]:
    for action in menu.actions():
        yield from (action.text(), action.toolTip())
        if action.menu() is not None:
            yield from menu_texts(action.menu())


def faults(words: Iterator[str]) -> set[str]:
    wrong = set()
    for text in words:
        if INTERNAL & set(re.findall(r"\w+", text)) or PLACE.search(text) or VALUE.search(text):
            wrong.add(text)
    return wrong


@pytest.fixture(params=[crowded, broken], ids=["crowded", "broken"])
def window(request: pytest.FixtureRequest, qtbot, tmp_path: Path, dressed) -> Iterator[MainWindow]:
    settings = WindowSettings()
    settings.set("autoplay", False)
    window = MainWindow(settings, Messages())
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    assert window.open_path(request.param(tmp_path))
    yield window
    window.close()


def test_the_pages_show_no_internal_names(window: MainWindow):
    for key in ("intake", "audit"):
        window.show_page(key)
        settle(window)
        page = window._pages[key]
        if key == "audit":
            for column in COLUMNS:
                page.ui.table.columns.show_column(column, True)
            page.ui.table.go_to_row(2)
            settle(window)
        assert not faults(texts(window)), key
        menu = window.commands.context_menu(page)
        assert not faults(menu_texts(menu)), key
        menu.deleteLater()


def test_a_running_analysis_shows_no_internal_names(window: MainWindow):
    window.show_page("intake")
    settle(window)
    assert window.session is not None
    jobs, page = window.session.jobs, window._pages["intake"]
    for step in STEPS:
        jobs.started.emit(step.key, 3, 90.0)
        page.plan._show_running(is_analysis=True)
        assert not faults(texts(window)), step.key


def test_start_and_new_project_show_no_internal_names(window: MainWindow):
    window.close_project()
    assert window.first_start.rows
    assert not faults(texts(window))
    window.new_project()
    (dialog,) = window.findChildren(NewProject)
    assert not faults(texts(dialog))
    dialog.close()


def test_the_walk_sees_keys_places_and_values():
    shown = ["cut_word: 3", "%1 of 7", "%n clips", "State.KEPT", "None", "SNR nan dB"]
    assert faults(iter(shown)) == set(shown)
    fine = ["100 % of 3", "None of them", "cut word", "e.g. Mic.", "evening_show.wav", "12 %, left"]
    assert not faults(iter(fine))
