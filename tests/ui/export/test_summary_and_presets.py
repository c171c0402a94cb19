"""What an export will contain, and the settings remembered for each format."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from curator.domain.decision import give_emotion, keep
from curator.export.split import split
from curator.ui.export.presets import ExportPreset, ExportPresets
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.settings import WindowSettings
from tests.helpers.audit_window import a_spoken_project

Key = Qt.Key
PATIENCE_MS = 60_000


@pytest.fixture
def window(qtbot, tmp_path: Path):
    window = MainWindow(WindowSettings(tmp_path / "settings.json"), Messages())
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    assert window.open_path(a_spoken_project(tmp_path, 9))
    yield window
    window.close()


def export_page(qtbot, window: MainWindow):
    window.show_page("export")
    page = window._pages["export"]
    qtbot.waitUntil(lambda: "accepts" in page.heading.text(), timeout=PATIENCE_MS)
    return page


def choose_format(page, key: str) -> None:
    """Choose a format with the arrow keys, as a person does."""
    wanted = page.choices.form.findData(key)
    page.choices.form.setFocus()
    while page.choices.form.currentIndex() != wanted:
        below = page.choices.form.currentIndex() < wanted
        QTest.keyClick(page.choices.form, Key.Key_Down if below else Key.Key_Up)


def test_the_page_says_what_is_exported_and_what_is_left_out(qtbot, window: MainWindow):
    clips = window.session.project.clips.ids()
    window.session.apply(keep(clips[:4]))
    window.session.apply(give_emotion(clips[:3], "tension"))
    page = export_page(qtbot, window)
    parts = page.contents.text().split("  ·  ")
    assert parts == ["To export: 4 clips, 0:04", "Tension 3 (0:03)", "No category 1 (0:01)"]
    assert page.left_out.text() == "Left out: 5 undecided"
    assert page.contents.isVisible()


def wait_for(qtbot, page, foretold: str) -> None:
    """Wait until the page foretells a split."""
    qtbot.waitUntil(lambda: page.split.line.text().startswith(foretold), timeout=PATIENCE_MS)


def test_the_split_is_foretold_as_it_is_written(qtbot, window: MainWindow):
    clips = window.session.project.clips.ids()
    window.session.apply(keep(clips[:6]))
    window.session.apply(give_emotion(clips[:3], "tension"))
    page = export_page(qtbot, window)
    for percent in (50, 10, 0):
        page.choices.eval_percent.setValue(percent)
        share = f"{percent} %"
        result = split(page.split._candidates, share=percent / 100)
        train, evaluation = result.count("train"), result.count("eval")
        assert train + evaluation == 6, share
        foretold = f"Split: {train} training clip{'s' * (train != 1)}, "
        foretold += f"{evaluation} evaluation clip{'s' * (evaluation != 1)}"
        wait_for(qtbot, page, foretold)
    page.choices.eval_percent.setValue(50)
    qtbot.waitUntil(lambda: "0 evaluation" not in page.split.line.text(), timeout=PATIENCE_MS)
    foretold = page.split.line.text()
    page.export()
    qtbot.waitUntil(lambda: page.result.folder is not None, timeout=PATIENCE_MS)
    summary = json.loads((page.result.folder / "bundle.json").read_text())
    assert f"{summary['clips']['train']} training clip" in foretold
    assert f"{summary['clips']['eval']} evaluation clip" in foretold


def test_a_format_without_sounds_is_not_split(qtbot, window: MainWindow):
    window.session.apply(keep(window.session.project.clips.ids()[:4]))
    page = export_page(qtbot, window)
    qtbot.waitUntil(page.split.line.isVisible, timeout=PATIENCE_MS)
    choose_format(page, "lhotse")
    qtbot.waitUntil(lambda: not page.split.line.isVisible(), timeout=PATIENCE_MS)


def test_an_undo_on_the_page_is_followed(qtbot, window: MainWindow):
    clips = window.session.project.clips.ids()
    window.session.apply(keep(clips[:3]))
    window.session.apply(keep(clips[3:4]))
    page = export_page(qtbot, window)
    assert "of 4 kept clips" in page.heading.text()
    QTest.keyClick(page, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "of 3 kept clips" in page.heading.text(), timeout=PATIENCE_MS)
    assert page.left_out.text() == "Left out: 6 undecided"


def test_the_last_settings_of_a_format_come_back(qtbot, window: MainWindow, tmp_path: Path):
    window.session.apply(keep(window.session.project.clips.ids()[:4]))
    path = window.session.project.path
    page = export_page(qtbot, window)
    choose_format(page, "lhotse")
    out = tmp_path / "elsewhere" / "cuts"
    out.parent.mkdir()
    page.choices.out.setText(str(out))
    page.choices.speaker.setText("ada")
    page.choices.eval_percent.setValue(20)
    with qtbot.waitSignal(window.session.errands.ended, timeout=PATIENCE_MS):
        page.export()
    choose_format(page, "bundle")
    page.choices.speaker.setText("somebody")
    choose_format(page, "lhotse")
    assert page.choices.speaker.text() == "ada"
    assert page.choices.eval_percent.value() == 20
    assert page.choices.folder.parent == out.parent
    window.close_project()
    assert window.open_path(path)
    page = export_page(qtbot, window)
    assert page.choices.form_key == "lhotse"
    assert page.choices.speaker.text() == "ada"
    assert page.choices.folder.parent == out.parent


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {"lhotse": 1},
        {"lhotse": {"target": "xtts_v2"}},
        {"lhotse": {"target": 1, "speaker": "a", "eval_percent": 1, "parent": "/"}},
        {"lhotse": {"target": "a", "speaker": "a", "eval_percent": float("nan"), "parent": "/"}},
    ],
)
def test_damaged_presets_are_ignored(stored: object):
    presets = ExportPresets()
    presets.recall(stored)
    assert presets.of("lhotse") is None
    presets.note("lhotse", ExportPreset("xtts_v2", "ada", 10.0, "/"))
    presets.recall(stored)
    assert presets.of("lhotse") is not None
