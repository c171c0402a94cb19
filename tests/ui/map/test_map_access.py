"""The map can be used without a mouse, without colours, and without waiting."""

import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from curator.ui.actions import ACTIONS
from curator.ui.theme import wear
from tests.helpers.map_window import Map
from tests.helpers.stalls import watched
from tests.ui.audit.test_audit_access import takes_focus


def focusable(voice_map: Map) -> list[QWidget]:
    return [widget for widget in voice_map.page.findChildren(QWidget) if takes_focus(widget)]


def test_every_control_has_a_name(voice_map: Map):
    nameless = []
    for widget in focusable(voice_map):
        found = QAccessible.queryAccessibleInterface(widget)
        if not (found and found.text(QAccessible.Text.Name)):
            nameless.append(widget)
    assert not nameless


def test_tab_reaches_every_control(voice_map: Map):
    voice_map.page.ui.threshold.histogram.set_threshold(0.5)
    tools = voice_map.page.ui.bar.tools.values()  # arrows move between these
    wanted = {widget for widget in focusable(voice_map) if widget not in tools}
    wanted.discard(voice_map.page)
    seen = set()
    voice_map.page.ui.scatter.setFocus()
    for _ in range(80):
        seen.add(QApplication.focusWidget())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert wanted <= seen
    assert seen & set(tools)


def test_a_page_of_a_closed_project_ignores_another_theme(voice_map: Map, qapp):
    voice_map.window.close_project()
    wear(qapp, "dark")  # the page is still there, until Qt deletes it


def test_a_page_of_a_closed_project_reads_nothing_that_its_timers_ask_for(voice_map: Map):
    page, highlight = voice_map.page, voice_map.page.highlight
    voice_map.window.resize(1600, 1200)
    page.ui.histograms.room = 5
    voice_map.window.close_project()
    assert not page.model.clips.is_read
    highlight.show_values()
    highlight._show_stack()
    highlight.show()
    page.ui.threshold.histogram.brushed.emit(0.0, 50.0)
    page.ui.histograms.brushed.emit()
    page.view.colour()


def test_focus_is_always_seen(voice_map: Map, qapp):
    page = voice_map.page
    for theme in ("light", "dark"):
        wear(qapp, theme)
        for widget in (
            page.ui.scatter,
            page.ui.threshold.histogram,
            page.ui.legend.buttons[0],
            page.ui.category_keys.buttons["greeting"],
        ):
            page.ui.bar.colours.setFocus()
            without = widget.grab().toImage()
            widget.setFocus()
            QApplication.processEvents()
            assert widget.grab().toImage() != without, widget
    wear(qapp, "light")


def test_everything_on_the_map_can_be_done_by_keys():
    assert all(action.keys for action in ACTIONS if action.page == "map")


def test_the_page_is_usable_in_a_small_window(voice_map: Map):
    voice_map.window.resize(640, 480)
    QApplication.processEvents()
    assert voice_map.window.width() <= 760
    for widget in (voice_map.page.ui.scatter, voice_map.page.ui.legend):
        assert widget.isVisible()
        assert widget.width() > 100


def test_both_themes_draw_the_map_otherwise(voice_map: Map, qapp):
    pictures = []
    for theme in ("light", "dark"):
        wear(qapp, theme)
        QApplication.processEvents()
        pictures.append(voice_map.page.ui.scatter.picture().copy())
    wear(qapp, "light")
    assert pictures[0] != pictures[1]
    assert pictures[0].pixelColor(2, 2).lightness() > 200 > pictures[1].pixelColor(2, 2).lightness()


@pytest.mark.parametrize("key", ["state", "cluster", "recording", "finding:any", "measure:snr"])
def test_every_colour_changes_the_legend_without_a_pause(voice_map: Map, qtbot, key):
    bar, page = voice_map.page.ui.bar, voice_map.page
    with watched() as watch:
        bar.colours.setCurrentIndex(bar.colours.findData(key))
        qtbot.waitUntil(lambda: page.ui.legend.title.text() == bar.colour_title)
        QApplication.processEvents()
    watch.require_none()
    assert len(page.ui.legend.buttons) == len(page.ui.scatter.colouring.entries)
    assert sum(page.ui.scatter.colouring.counts(page.ui.scatter.shown)) == 12


LOADED = """
import sys
import curator.ui.map.page, curator.ui.map.similar_clips
from curator.stages.delivery.stage import normalised
heavy = {"torch", "sklearn", "librosa", "umap", "scipy", "pandas", "onnxruntime", "numba"}
print(sorted(heavy & set(sys.modules)))
"""


def test_the_window_loads_nothing_heavy_for_the_map():
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_another_theme_has_other_marks(voice_map: Map, qapp, qtbot):
    bar, scatter = voice_map.page.ui.bar, voice_map.page.ui.scatter
    bar.colours.setCurrentIndex(bar.colours.findData("measure:snr"))
    qtbot.waitUntil(lambda: voice_map.page.ui.legend.title.text() == bar.colour_title)
    light = [kind.colour for kind in scatter.colouring.entries]
    wear(qapp, "dark")
    QApplication.processEvents()
    assert not set(light) & {kind.colour for kind in scatter.colouring.entries}
    wear(qapp, "light")
    QApplication.processEvents()
    assert [kind.colour for kind in scatter.colouring.entries] == light
