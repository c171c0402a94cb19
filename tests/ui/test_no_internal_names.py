"""No text of the window has a name of the code: stage and column keys, values of enumerations."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

import curator.ui
from curator.jobs.step_table import STEPS
from curator.ui.job_progress import DOING, TITLES, doing
from curator.ui.jobs.work_list import JobProgressed, JobState, ListedJob
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.page_list import PAGES
from curator.ui.rejection_texts import REASON_TITLES, reason_title
from curator.ui.settings import WindowSettings
from tests.helpers.waiting import settle
from tests.screens.states import STATES

NAME = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
FIELD_TERMS = frozenset({"mel_ce", "eos_ce", "text_ce"})
"""Losses as the trainer's own files, its report and the papers name them."""

WORDS = "setText", "tr", "QT_TRANSLATE_NOOP", "translate", "setToolTip", "addItem"


def names_in(text: str) -> set[str]:
    return set(NAME.findall(text)) - FIELD_TERMS


def literals() -> Iterator[tuple[str, str]]:
    """Place and text of each text that is written for people."""
    folder = Path(curator.ui.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            name = node.func.id if isinstance(node.func, ast.Name) else name
            if name not in WORDS or not node.args:
                continue
            text = node.args[-1] if name in ("QT_TRANSLATE_NOOP", "translate") else node.args[0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield f"{path.relative_to(folder)}:{node.lineno}", text.value


def test_no_text_in_the_source_has_an_internal_name():
    texts = list(literals())
    assert len(texts) > 1000
    assert [(place, text) for place, text in texts if names_in(text)] == []


def test_every_stage_and_job_has_words():
    for step in STEPS:
        assert doing(step.key) != doing("never heard of"), step.key
    for key in (*DOING, *TITLES):
        assert not names_in(doing(key)), key
        assert doing(key) != key or "_" not in key
    assert not names_in(doing("a_new_stage"))
    for key in (*REASON_TITLES, "a_new_reason"):
        assert not names_in(reason_title(key))


def texts_of(top: QWidget) -> Iterator[tuple[str, str]]:
    """Kind and text of what a window shows, tool tips included."""
    for widget in top.findChildren(QWidget):
        kind = type(widget).__name__
        yield kind, widget.toolTip()
        yield kind, widget.accessibleName()
        if isinstance(widget, QLabel | QAbstractButton):
            yield kind, widget.text()
        elif isinstance(widget, QComboBox):
            yield from ((kind, widget.itemText(at)) for at in range(widget.count()))
        elif isinstance(widget, QLineEdit | QPlainTextEdit):
            yield kind, widget.placeholderText()
        elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from ((kind, text) for text in _cells(widget))


def _cells(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    for row in range(min(model.rowCount(QModelIndex()), 100)):
        for column in range(model.columnCount(QModelIndex())):
            yield str(model.index(row, column).data() or "")


@pytest.fixture
def window(qtbot, tmp_path: Path) -> Iterator[MainWindow]:
    settings = WindowSettings()
    settings.set("autoplay", False)
    made = MainWindow(settings, Messages())
    qtbot.addWidget(made)
    made.show()
    assert made.open_path(STATES["crowded"](tmp_path))
    yield made
    made.close()


def test_no_page_shows_an_internal_name(window: MainWindow, tmp_path: Path):
    found = set()
    for kind in PAGES:
        window.show_page(kind.key)
        settle(window)
        for widget, text in texts_of(window):
            shown = text.replace(str(tmp_path), "")
            if names_in(shown):
                found.add((kind.key, widget, shown))
    assert found == set()


def test_the_list_of_jobs_shows_no_internal_name(window: MainWindow):
    window.commands.trigger("window.show_jobs")
    for step in STEPS:
        job = ListedJob(TITLES["analyse"], "show")
        job.begin()
        job.show_progress(JobProgressed(doing(step.key), 0.5, "", 10.0))
        window.work.add(job)
    for state in JobState:
        job = ListedJob(TITLES["export"], "show")
        job.end(state)
        window.work.add(job)
    settle(window)
    texts = [*texts_of(window.drawer), *texts_of(window.status)]
    assert any("transcribing" in text for _, text in texts)
    assert [each for each in texts if names_in(each[1])] == []
