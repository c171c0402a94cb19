"""The room of the chart beside the suggestions, and in low and high windows."""

import pytest
from pytestqt.qtbot import QtBot

from curator.ui.balance.layout import BalanceLayout
from curator.ui.session import Session


@pytest.fixture
def layout(qtbot: QtBot, dressed: None, session: Session) -> BalanceLayout:
    ui = BalanceLayout(session.project.settings.emotions, None, editable=True)
    qtbot.addWidget(ui)
    ui.resize(1920, 950)
    ui.show()
    return ui


def test_the_chart_takes_the_room_where_nothing_is_suggested(qtbot: QtBot, layout: BalanceLayout):
    usual = layout.table.bar_width
    layout.show_suggestions(are_any=False)
    qtbot.waitUntil(lambda: layout.table.bar_width > usual, timeout=30_000)
    wide = layout.table.bar_width
    layout.show_suggestions(are_any=True)
    qtbot.waitUntil(lambda: layout.table.bar_width < wide, timeout=30_000)


def test_the_first_suggestions_leave_the_widths_as_they_were(layout: BalanceLayout):
    layout.halves.setSizes([1000, 800])
    before = layout.halves.sizes()
    layout.show_suggestions(are_any=True)
    assert layout.halves.sizes() == before


def test_rows_are_taller_in_a_high_window(qtbot: QtBot, layout: BalanceLayout):
    tall = layout.table.rowHeight(0)
    layout.resize(1024, 550)
    qtbot.waitUntil(lambda: layout.table.rowHeight(0) < tall, timeout=30_000)
    assert layout.table.minimumHeight() < 8 * layout.table.rowHeight(0)
