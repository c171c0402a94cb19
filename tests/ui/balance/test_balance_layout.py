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


def test_rows_are_taller_in_a_high_window(qtbot: QtBot, layout: BalanceLayout):
    tall = layout.table.rowHeight(0)
    layout.resize(1024, 550)
    qtbot.waitUntil(lambda: layout.table.rowHeight(0) < tall, timeout=30_000)
    assert layout.table.minimumHeight() < 8 * layout.table.rowHeight(0)
