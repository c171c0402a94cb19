"""Clips decided in a session: counted in the status line, summed up in a popup."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from curator.domain.decision import Changes, Field
from curator.ui.session_summary import SessionSummary
from curator.ui.session_tally import BREAK_S, SessionTally
from tests.helpers.audit_window import Audit

Key, CONTROL = Qt.Key, Qt.KeyboardModifier.ControlModifier


def summary(audit: Audit) -> dict[str, str]:
    """Open the summary by its key, read it and close it."""
    audit.press(Key.Key_I, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, SessionSummary)
    rows = dict(popup.rows)
    popup.close()
    return rows


def test_decisions_are_counted_by_what_they_are_now(qtbot, audit: Audit):
    button = audit.window.status.this_session
    assert not button.isVisible()
    assert summary(audit) == {"Decided": "0 clips: 0 kept, 0 dropped", "Left": "9 clips"}
    audit.press(Key.Key_Return)
    audit.press(Key.Key_Return)
    audit.press("x")
    audit.press("1")
    qtbot.waitUntil(lambda: button.text() == "3 this session")
    assert button.isVisible()
    rows = summary(audit)
    assert rows == {
        "Decided": "3 clips: 2 kept, 1 dropped", "Category set": "1 clip", "Left": "6 clips",
    }  # fmt: skip
    audit.press("z", CONTROL)
    audit.press("z", CONTROL)
    assert summary(audit) == {"Decided": "2 clips: 2 kept, 0 dropped", "Left": "7 clips"}
    qtbot.waitUntil(lambda: button.text() == "2 this session")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, SessionSummary)
    qtbot.keyClick(popup, Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)


def test_another_project_begins_another_session(qtbot, audit: Audit):
    audit.press("x")
    path = audit.session.project.path
    qtbot.waitUntil(lambda: audit.window.status.this_session.isVisible())
    audit.window.drawer.show_jobs()
    audit.window.close_project()
    assert not audit.window.drawer.isVisible()
    assert not audit.window.status.this_session.isVisible()
    assert audit.window.open_path(path)
    assert audit.window.status.tally.clips(Field.STATE) == []


def test_the_pace_is_that_of_the_last_decisions_without_breaks():
    tally, now = SessionTally(), 1000.0
    for clip in range(5):
        tally.follow(Changes((clip,), Field.STATE, "Keep"), undone=False, now=now)
        now += 4.0
    assert tally.pace_s is None
    now += BREAK_S
    tally.follow(Changes((5,), Field.STATE, "Keep"), undone=False, now=now)
    tally.follow(Changes((6,), Field.STATE, "Keep"), undone=False, now=now + 4.0)
    assert tally.pace_s == 4.0
    assert tally.active_s == 20.0
    tally.follow(Changes((6,), Field.STATE, "Keep"), undone=True)
    assert tally.clips(Field.STATE) == [0, 1, 2, 3, 4, 5]
