"""Pages of a closed project ask it nothing more."""

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from curator.ui.widgets.query_field import TYPED_MS
from tests.helpers.audit_window import Audit


def test_a_query_that_was_just_typed_is_not_asked_of_a_closed_project(qtbot: QtBot, audit: Audit):
    field = audit.page.ui.query
    field.edit.setFocus()
    qtbot.keyClicks(field.edit, "welc")
    assert field._typing.isActive()
    timers = audit.page.findChildren(QTimer)
    with qtbot.captureExceptions() as errors:
        audit.window.close_project()
        assert not [timer for timer in timers if timer.isActive()]
        qtbot.wait(2 * TYPED_MS)
    assert errors == []
