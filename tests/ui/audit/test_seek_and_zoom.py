"""Keyboard seek and zoom, and selected parts of the sound."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from curator.domain.span import Span
from tests.helpers.audit_window import RATE, Audit

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


def drag(widget: QWidget, start: QPoint, stop: QPoint) -> None:
    QTest.mousePress(widget, LEFT, pos=start)
    for step in range(1, 5):
        QTest.mouseMove(widget, start + (stop - start) * (step / 4))
    QTest.mouseRelease(widget, LEFT, pos=stop)


def test_the_arrows_seek_by_word(audit: Audit):
    starts = [word.start for word in audit.page.ui.editor._words]
    cursor = audit.page.ui.editor.waveform
    audit.press(Key.Key_Right)
    assert cursor.cursor_sample == starts[1]
    audit.press(Key.Key_Right, CONTROL)
    assert cursor.cursor_sample == starts[2]
    audit.press(Key.Key_Left)
    assert cursor.cursor_sample == starts[1]
    assert audit.player.played == []
    audit.press(Key.Key_Space)
    assert audit.player.played[-1].start_s == pytest.approx(
        (starts[1] - audit.clip.span.start) / RATE
    )


def test_seeking_while_it_plays_goes_on_from_the_word(audit: Audit):
    starts = [word.start for word in audit.page.ui.editor._words]
    audit.press(Key.Key_Space)
    audit.press(Key.Key_Right)
    assert len(audit.player.played) == 2
    assert audit.player.at == pytest.approx((starts[1] - audit.clip.span.start) / RATE)


def test_keys_zoom_the_waveform(audit: Audit):
    waveform = audit.page.ui.editor.waveform
    audit.press(Key.Key_0, CONTROL)
    usual = waveform.timeline
    audit.press(Key.Key_Plus, CONTROL)
    assert waveform.timeline.per_pixel < usual.per_pixel
    audit.press(Key.Key_Minus, CONTROL)
    audit.press(Key.Key_Minus, CONTROL)
    assert waveform.timeline.per_pixel > usual.per_pixel
    audit.press(Key.Key_0, CONTROL)
    assert waveform.timeline == usual


def test_a_dragged_part_is_played_zoomed_and_trimmed_to(audit: Audit):
    editor, span = audit.page.ui.editor, audit.clip.span
    part = Span(span.start + RATE // 4, span.start + RATE // 2)
    editor.set_selection(part)
    audit.press(Key.Key_Space)
    assert audit.player.played[-1].start_s == pytest.approx(0.25)
    assert audit.player.played[-1].stop_s == pytest.approx(0.5)
    audit.press("e", CONTROL)
    assert editor.waveform.timeline.span.samples < span.samples
    audit.press("t", CONTROL)
    assert audit.clip.span == part
    assert editor.waveform.selection is None


def test_escape_clears_the_selection(audit: Audit):
    audit.page.ui.editor.set_selection(Span(0, RATE))
    audit.press(Key.Key_Escape)
    assert audit.page.ui.editor.waveform.selection is None


def test_trimming_without_a_selection_says_how_to_make_one(audit: Audit):
    audit.press("t", CONTROL)
    assert "Drag in the waveform" in audit.last_message()


def test_a_click_sets_the_cursor_and_a_drag_selects(audit: Audit):
    waveform = audit.page.ui.editor.waveform
    middle = waveform.rect().center()
    QTest.mouseClick(waveform, LEFT, pos=middle)
    assert waveform.cursor_sample == waveform.timeline.sample(middle.x())
    assert waveform.selection is None
    drag(waveform, middle, middle + QPoint(80, 0))
    assert waveform.selection == Span(
        waveform.timeline.sample(middle.x()), waveform.timeline.sample(middle.x() + 80)
    )
    QTest.mouseClick(waveform, LEFT, pos=middle)
    assert waveform.selection is None


def test_the_spectrogram_has_cursor_playhead_and_selection_of_the_waveform(audit: Audit):
    audit.press("g")
    editor = audit.page.ui.editor
    drag(editor.spectrogram, QPoint(100, 20), QPoint(160, 20))
    assert editor.waveform.selection == editor.spectrogram._selection
    assert editor.waveform.selection.start == editor.waveform.timeline.sample(100)
    assert editor.waveform.cursor_sample == editor.spectrogram._cursor
    editor.set_playhead(audit.clip.span.start + 5)
    assert editor.spectrogram._playhead == audit.clip.span.start + 5
    audit.press("j")
    assert editor.spectrogram._selection is None
    assert editor.spectrogram._cursor is None


def test_keys_and_the_wheel_zoom_vertically(audit: Audit):
    waveform, alt = audit.page.ui.editor.waveform, Qt.KeyboardModifier.AltModifier
    usual, timeline = waveform._scene.scale, waveform.timeline
    audit.press(Key.Key_Equal, alt)
    audit.press(Key.Key_Equal, alt)
    assert waveform.level_zoom == 4.0
    assert waveform._scene.scale == pytest.approx(4 * usual)
    assert waveform.timeline == timeline
    audit.press("j")  # the next clip is shown at the same height
    assert waveform.level_zoom == 4.0
    audit.press(Key.Key_Minus, alt)
    assert waveform.level_zoom == 2.0
    for _ in range(10):
        audit.press(Key.Key_Minus, alt)
    assert waveform.level_zoom == 1.0
    both = CONTROL | Qt.KeyboardModifier.ShiftModifier
    turn = QWheelEvent(
        QPointF(50, 50), waveform.mapToGlobal(QPointF(50, 50)), QPoint(), QPoint(0, 240),
        Qt.MouseButton.NoButton, both, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    before = waveform.timeline
    QApplication.sendEvent(waveform, turn)
    assert waveform.level_zoom == pytest.approx(1.25**2)
    assert waveform.timeline == before
    audit.press(Key.Key_0, alt)
    assert waveform._scene.scale == pytest.approx(usual)


def test_the_vertical_zoom_is_remembered(audit: Audit):
    audit.press(Key.Key_Equal, Qt.KeyboardModifier.AltModifier)
    path = audit.session.project.path
    audit.window.close_project()
    assert audit.window.open_path(path)
    assert audit.window._pages["audit"].ui.editor.waveform.level_zoom == 2.0
