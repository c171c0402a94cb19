"""Drawing and input of the waveform."""

from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from curator.audio.cache import cached_peaks
from curator.audio.intake import take_in
from curator.domain.fact import Word
from curator.domain.span import Span
from curator.ui.sound.playable import PlayableClip
from curator.ui.theme import DARK, LIGHT, Roles, palette_of
from curator.ui.widgets.waveform_paint import level_marks, wave_box, word_boxes
from curator.ui.widgets.waveform_view import WaveformView
from tests.helpers.sounds import RATE, silence, speech_like, tone, write_sound

CLIP = Span(2 * RATE, 4 * RATE)
WORDS = (Word(2 * RATE, 3 * RATE, " sure", 0.9), Word(3 * RATE, 4 * RATE, " doubtful", 0.2))
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(qtbot, tmp_path: Path) -> WaveformView:
    """Two seconds of silence, two of a tone (the clip), two of silence."""
    sound = np.concatenate([silence(2.0), tone(2.0, 440, level=0.5), silence(2.0)])
    took = take_in(write_sound(tmp_path / "a.wav", sound), tmp_path)
    made = WaveformView()
    qtbot.addWidget(made)
    made.setPalette(palette_of(LIGHT))
    made.resize(600, 200)
    made.show()
    made.show_recording(cached_peaks(tmp_path, took.content_hash), took.samples, took.rate)
    made.show_clip(CLIP, WORDS)
    return made


def at(view: WaveformView, sample: int, y: int | None = None) -> QPoint:
    """The pixel of a sample, in the middle of the sound unless ``y`` says otherwise."""
    box = wave_box(view._scene, view)
    return QPoint(round(view.timeline.x(sample)), box.center().y() if y is None else y)


def picture(view: WaveformView) -> QImage:
    return view.grab().toImage()


def column(image: QImage, x: int, colour: str) -> int:
    """Number of pixels of a column that have a colour."""
    wanted = QColor(colour).rgb()
    return sum(image.pixelColor(x, y).rgb() == wanted for y in range(image.height()))


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_sound_is_drawn_where_it_is_and_silence_is_a_line(view: WaveformView, look: Roles):
    view.setPalette(palette_of(look))
    image = picture(view)
    box = wave_box(view._scene, view)
    loud = column(image, at(view, 3 * RATE + 300).x(), look.wave)
    assert loud > 0.85 * box.height()
    assert column(image, at(view, round(1.9 * RATE)).x(), look.wave_quiet) <= 2
    assert column(image, at(view, round(1.9 * RATE)).x(), look.wave) == 0
    assert column(image, at(view, CLIP.start).x(), look.accent) > 0.9 * box.height()
    assert column(image, at(view, CLIP.stop).x(), look.accent) > 0.9 * box.height()


def test_close_up_the_sound_itself_is_drawn(view: WaveformView):
    sound = PlayableClip(1, 1, CLIP, RATE, 48_000)
    t = np.arange(sound.samples.size) / 48_000
    sound.append((0.5 * np.sin(2 * np.pi * 440 * t)).astype(np.float32))
    view.set_sound(sound)
    period = RATE / 440
    view.show_span(Span(3 * RATE, 3 * RATE + round(2 * period)))
    image = picture(view)
    heights = []
    for x in range(40, 560):
        rows = [
            y
            for y in range(image.height())
            if image.pixelColor(x, y).rgb() == QColor(LIGHT.wave).rgb()
        ]
        heights.append(np.mean(rows))
        assert 1 <= len(rows) <= 20  # a line, not a block
    swing = np.array(heights) - np.mean(heights)
    crossings = np.count_nonzero(np.diff(np.sign(swing)))
    assert 3 <= crossings <= 5  # two periods and a little


def test_the_playhead_is_seen_and_the_word_it_is_in_marked(view: WaveformView):
    view.set_playhead(round(2.5 * RATE))
    image = picture(view)
    assert column(image, at(view, round(2.5 * RATE)).x(), LIGHT.playhead) > 50
    boxes = dict(word_boxes(view._scene, view))
    inside = boxes[0].topRight() + QPoint(-4, 2)  # beyond the letters and what is under them
    assert image.pixelColor(inside).rgb() == QColor(LIGHT.chosen).rgb()


def test_an_uncertain_word_is_underlined_and_a_certain_one_is_not(view: WaveformView):
    image = picture(view)
    for index, box in word_boxes(view._scene, view):
        doubt = sum(
            image.pixelColor(x, y).rgb() == QColor(LIGHT.doubt).rgb()
            for x in range(box.left(), min(box.right(), 599))
            for y in range(box.bottom() - 4, box.bottom() + 2)
        )
        assert bool(doubt) == (WORDS[index].probability < 0.5)


def test_the_view_follows_the_playhead_over_its_edge(view: WaveformView):
    view.show_span(Span(0, RATE))
    view.set_playhead(3 * RATE)
    assert 0 <= view.timeline.x(3 * RATE) < 600


def test_dragging_an_edge_says_where_it_was_let_go(qtbot, view: WaveformView):
    with qtbot.waitSignal(view.edge_moved) as moved:
        QTest.mousePress(view, LEFT, pos=at(view, CLIP.start) + QPoint(3, 0))
        QTest.mouseMove(view, at(view, round(2.5 * RATE)))
        QTest.mouseRelease(view, LEFT, pos=at(view, round(2.5 * RATE)))
    which, sample = moved.args
    assert which == "start"
    assert abs(sample - 2.5 * RATE) <= view.timeline.per_pixel


def test_an_edge_never_passes_the_other(qtbot, view: WaveformView):
    with qtbot.waitSignal(view.edge_moved) as moved:
        QTest.mousePress(view, LEFT, pos=at(view, CLIP.stop))
        QTest.mouseMove(view, QPoint(1, 90))
        QTest.mouseRelease(view, LEFT, pos=QPoint(1, 90))
    assert moved.args == ["stop", CLIP.start + 1]


def test_escape_lets_an_edge_go_where_it_was(qtbot, view: WaveformView):
    with qtbot.assertNotEmitted(view.edge_moved):
        QTest.mousePress(view, LEFT, pos=at(view, CLIP.stop))
        QTest.mouseMove(view, at(view, 3 * RATE))
        QTest.keyClick(view, Qt.Key.Key_Escape)
        QTest.mouseRelease(view, LEFT, pos=at(view, 3 * RATE))


def test_edges_stay_when_they_may_not_be_moved(qtbot, view: WaveformView):
    view.editable = False
    with qtbot.assertNotEmitted(view.edge_moved):
        QTest.mousePress(view, LEFT, pos=at(view, CLIP.stop))
        QTest.mouseMove(view, at(view, 3 * RATE))
        QTest.mouseRelease(view, LEFT, pos=at(view, 3 * RATE))


def test_a_click_puts_the_cursor_there_and_arrows_move_it(qtbot, view: WaveformView):
    with qtbot.waitSignal(view.clicked) as clicked:
        QTest.mouseClick(view, LEFT, pos=at(view, 3 * RATE))
    assert abs(clicked.args[0] - 3 * RATE) <= view.timeline.per_pixel
    before = view.cursor_sample
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.cursor_sample == before + round(0.01 * RATE)
    QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.cursor_sample == before + round(0.01 * RATE) - round(0.1 * RATE)


def test_a_click_on_a_word_names_the_word(qtbot, view: WaveformView):
    boxes = dict(word_boxes(view._scene, view))
    with qtbot.waitSignal(view.word_clicked) as clicked:
        QTest.mouseClick(view, LEFT, pos=boxes[1].center())
    assert clicked.args == [1]


def test_shift_marks_a_part(qtbot, view: WaveformView):
    shift = Qt.KeyboardModifier.ShiftModifier
    with qtbot.waitSignal(view.selected) as selected:
        QTest.mousePress(view, LEFT, shift, at(view, 3 * RATE))
        QTest.mouseMove(view, at(view, round(2.5 * RATE)))
        QTest.mouseRelease(view, LEFT, shift, at(view, round(2.5 * RATE)))
    span = selected.args[0]
    assert span == view.selection
    assert abs(span.start - 2.5 * RATE) <= view.timeline.per_pixel
    assert abs(span.stop - 3 * RATE) <= view.timeline.per_pixel


def test_the_wheel_scrolls_and_with_control_zooms(qtbot, view: WaveformView):
    def turn(modifier: Qt.KeyboardModifier) -> None:
        here = QPointF(300, 90)
        event = QWheelEvent(
            here, view.mapToGlobal(here), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
            modifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view, event)

    close = view.timeline.per_pixel
    with qtbot.waitSignal(view.viewed):
        turn(Qt.KeyboardModifier.ControlModifier)
    assert view.timeline.per_pixel < close
    first = view.timeline.first
    turn(Qt.KeyboardModifier.NoModifier)
    assert view.timeline.first < first


def test_a_screen_reader_hears_what_is_shown(view: WaveformView):
    assert view.accessibleName() == "Waveform"
    assert view.accessibleDescription() == "Clip from 0:02.00 to 0:04.00. Words: 2, uncertain: 1."
    assert view.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_without_peaks_and_sound_it_is_an_empty_line(qtbot):
    bare = WaveformView()
    qtbot.addWidget(bare)
    bare.resize(300, 120)
    bare.show_recording(None, 5 * RATE, RATE)
    bare.show_clip(Span(0, RATE))
    assert not picture(bare).isNull()


@pytest.mark.parametrize("size", [(160, 96), (1, 1), (3000, 40)])
def test_any_size_and_the_shortest_recordings_can_be_drawn(qtbot, tmp_path: Path, size):
    took = take_in(write_sound(tmp_path / "b.wav", speech_like(0.5)[:1]), tmp_path)
    bare = WaveformView()
    qtbot.addWidget(bare)
    bare.resize(*size)
    bare.show_recording(cached_peaks(tmp_path, took.content_hash), took.samples, took.rate)
    bare.show_clip(Span(0, 1), [Word(0, 1, "a", 0.1)])
    bare.zoom(100.0)
    bare.zoom(0.001)
    assert not picture(bare).isNull()
    QApplication.sendEvent(bare, QEvent(QEvent.Type.PaletteChange))


def test_crowded_words_get_a_third_line(view: WaveformView):
    apart = view._scene.word_lines
    step = CLIP.samples // 12
    crowded = tuple(
        Word(CLIP.start + n * step, CLIP.start + (n + 1) * step, "gentlemen", 0.9)
        for n in range(12)
    )
    view.resize(420, 240)
    view.update_clip(CLIP, crowded)
    assert (apart, view._scene.word_lines) == (2, 3)
    boxes = [box for _, box in word_boxes(view._scene, view)]
    assert len({box.top() for box in boxes}) == 3
    assert all(not one.intersects(other) for one, other in combinations(boxes, 2))
    assert all(box.bottom() < view.height() for box in boxes)


def test_the_level_scale_marks_amplitudes_and_leaves_room_for_its_labels():
    marks = level_marks(1.9, 400, 17)  # a recording of half scale, drawn almost to the edge
    assert {decibels: above for above, decibels in marks}[-12] == pytest.approx(95.4, abs=0.1)
    assert 0 not in [decibels for _, decibels in marks]  # beyond the edge
    heights = [above for above, _ in marks]
    assert all(one - other >= 17 for one, other in pairwise(heights))
    assert all(17 <= above <= 200 - 8 for above in heights)
    assert level_marks(0.95, 8, 17) == []


def test_a_waveform_has_a_level_scale_once_there_is_sound(view: WaveformView):
    box = wave_box(view._scene, view)
    (above, _), *_ = level_marks(
        view._scene.scale, box.height(), view.fontMetrics().height() * 3 // 2
    )
    picture = view.grab().toImage()
    y = round(box.top() + box.height() / 2 - above)
    tick = {picture.pixelColor(x, row).name() for x in range(4) for row in (y - 1, y)}
    assert LIGHT.edge in tick
