"""The query of the map: typed as on the audit page, and together with what the legend shows."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from curator.domain.clip_query import parse
from tests.helpers.map_window import Map


def shown(voice_map: Map) -> list[int]:
    """The numbers of the clips that are shown."""
    rows = np.flatnonzero(voice_map.page.ui.scatter.shown).tolist()
    return sorted(voice_map.ids.index(voice_map.page.model.clip_at(row)) for row in rows)


def ask(qtbot, voice_map: Map, query: str) -> None:
    """Type a query by the keys alone."""
    voice_map.press(Qt.Key.Key_Slash)
    assert QApplication.focusWidget() is voice_map.page.ui.bar.query.edit
    QTest.keyClicks(voice_map.page.ui.bar.query.edit, query)
    voice_map.press(Qt.Key.Key_Return)


@pytest.mark.parametrize(
    "query", ["snr>15", "emotion:greeting", "-state:kept duration>1", "welcome", "cluster:1"]
)
def test_the_map_shows_what_the_query_asks_for(qtbot, voice_map: Map, query: str):
    ask(qtbot, voice_map, query)
    found = voice_map.session.project.clips.ids(parse(query))
    assert [voice_map.ids[number] for number in shown(voice_map)] == sorted(found)
    assert f"{len(found)} of 12 clips shown" in voice_map.page.ui.bar.summary.text() or not found
    assert QApplication.focusWidget() is voice_map.page.ui.scatter


def test_the_legend_counts_and_filters_within_the_query(qtbot, voice_map: Map):
    ask(qtbot, voice_map, "snr>=11")
    legend = voice_map.page.ui.legend
    greeting = next(n for n, kind in enumerate(legend._entries) if kind.term == "emotion:greeting")
    assert legend._counts[greeting].text() == "2"
    legend.buttons[greeting].click()
    assert shown(voice_map) == [1, 2]
    voice_map.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert voice_map.chosen() == [1, 2]
    voice_map.press(Qt.Key.Key_Escape)
    voice_map.page.ui.scatter.setFocus()
    voice_map.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    typed = voice_map.window._pages["audit"].ui.query.edit.text()
    assert set(parse(typed).terms) == set(parse("snr>=11 emotion:greeting").terms)


def test_clips_that_are_filtered_out_are_neither_walked_to_nor_drawn_around(qtbot, voice_map: Map):
    ask(qtbot, voice_map, "-id:" + str(voice_map.ids[1]))
    voice_map.click(voice_map.at(0))
    voice_map.press(Qt.Key.Key_Right)
    assert voice_map.current == 2
    voice_map.drag(voice_map.around(0, 1, 2))
    assert voice_map.chosen() == [0, 2]


def test_a_wrong_query_says_where_and_leaves_the_map(qtbot, voice_map: Map):
    ask(qtbot, voice_map, "snr>15")
    before = shown(voice_map)
    ask(qtbot, voice_map, "emotoin:greeting")
    field = voice_map.page.ui.bar.query
    assert not field.error.isHidden()
    assert "emotion" in field.error.text()
    assert shown(voice_map) == before
    field.edit.clear()
    assert field.error.isHidden()
    assert shown(voice_map) == list(range(12))


def test_no_key_of_the_map_works_while_a_query_is_typed(qtbot, voice_map: Map):
    voice_map.click(voice_map.at(0))
    before = voice_map.session.project.decisions.state_hash()
    label = voice_map.session.project.decisions.undo_label()
    voice_map.press(Qt.Key.Key_Slash)
    edit = voice_map.page.ui.bar.query.edit
    QTest.keyClicks(edit, "xy12.rlbgcdpvsmoth+-= /")
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Space):
        QTest.keyClick(edit, key)
    QTest.keyClick(edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert edit.selectedText() == edit.text() != ""
    assert voice_map.page.model.selection.ids.size == 0
    assert voice_map.current == 0
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    assert voice_map.session.project.decisions.state_hash() == before
    assert voice_map.session.project.decisions.undo_label() == label


def test_nothing_that_fits_is_said(qtbot, voice_map: Map):
    ask(qtbot, voice_map, "snr>1000")
    assert shown(voice_map) == []
    assert voice_map.page.ui.bar.summary.text() == "No clip matches the filter."


def test_a_decision_is_never_about_clips_that_are_filtered_out(voice_map: Map):
    voice_map.page.model.selection.replace(voice_map.ids[:6])
    assert voice_map.page.ui.category_heading.text() == "Set category of 6 clips"
    voice_map.page.ui.bar.query.set_query("emotion:greeting")
    summary = voice_map.page.ui.bar.summary.text()
    assert "3 selected" in summary
    assert summary.endswith("3 more hidden by the filter")
    assert voice_map.page.ui.category_heading.text() == "Set category of 3 clips"
    voice_map.page.ui.scatter.setFocus()
    voice_map.press("x")
    states = [voice_map.session.project.clips.get(clip).state for clip in voice_map.ids[:6]]
    assert states == ["dropped"] * 3 + ["undecided"] * 3
    voice_map.page.ui.bar.query.set_query("")
    assert "6 selected" in voice_map.page.ui.bar.summary.text()


def test_a_selection_that_is_filtered_out_as_a_whole_is_said(voice_map: Map):
    voice_map.page.model.selection.replace(voice_map.ids[6:])
    voice_map.page.ui.bar.query.set_query("emotion:greeting")
    voice_map.page.ui.scatter.setFocus()
    voice_map.press("x")
    assert "hidden by the filter" in voice_map.window.messages.all[-1].text
    assert voice_map.session.project.clips.count(parse("state:dropped")) == 0
