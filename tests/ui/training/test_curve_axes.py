"""Curves zoomed by mouse, wheel and keys, over steps, time and epochs, and of several runs."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.settings import WindowSettings
from curator.ui.training.plot import Plot, PlotLine, value_text
from curator.ui.training.plot_scale import polygons
from curator.ui.training.plot_zoom import PlotZoom, dragged_part
from curator.ui.training.run_plot import plot_of
from curator.ui.training.run_record import RunRecord, Series
from curator.ui.training.x_axis import XAxis, axes_of, ticks, x_ticks
from tests.helpers.factories import a_project
from tests.helpers.training_runs import FLAT, IMPROVING, OVERFITTED, UPDATES, a_run

KEY, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton
SECONDS = 2.0  # a step


def timed(run: Path, *, pause_at: int | None = None, pause: float = 0.0) -> Path:
    """Give the events of a run times. pause: seconds between the run's end and its resumption."""
    start, late, lines = datetime(2026, 3, 1, tzinfo=UTC), 0.0, []
    for line in (run / "events.jsonl").read_text().splitlines():
        event = json.loads(line)
        step = event.get("step", 0)
        if pause_at is not None and step > pause_at and not late:
            late = pause
            lines += [json.dumps({"event": "resumed", "step": pause_at})]
        event["time"] = (start + timedelta(seconds=SECONDS * step + late)).isoformat()
        if event["event"] == "step":
            event["lr"] = 1e-5 * min(1.0, step / 50)
        lines.append(json.dumps(event))
    (run / "events.jsonl").write_text("\n".join(lines) + "\n")
    return run


def record_of(run: Path) -> RunRecord:
    record = RunRecord(run)
    while record.read():
        pass
    return record


@pytest.fixture
def window(qtbot, tmp_path):
    (tmp_path / "show").mkdir()
    timed(a_run(tmp_path / "show" / "run-1", OVERFITTED))
    project = a_project(tmp_path / "show")
    path = project.path
    project.close()
    window = MainWindow(WindowSettings(), Messages())
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    assert window.open_path(path)
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    press(window, KEY.Key_6, Qt.KeyboardModifier.ControlModifier)
    page = window._pages["training"]
    qtbot.waitUntil(lambda: page.runs.record is not None and not page.runs.busy)
    yield window
    window.close()


def press(window: MainWindow, key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, modifier)
    QApplication.processEvents()


def turn(widget, at: QPoint, x: int, y: int, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    place = QPointF(at)
    event = QWheelEvent(
        place, widget.mapToGlobal(place), QPoint(), QPoint(x, y), Qt.MouseButton.NoButton,
        modifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_a_drag_a_wheel_and_keys_zoom_all_curves_and_a_double_click_shows_them_whole(qtbot, window):
    view = window._pages["training"].ui.view
    curves, whole = view.curves, view.curves._scale()
    assert (whole.first, whole.last) == (0, 290)
    assert not view.zoom_to_fit.isEnabled()

    def at(step: float) -> QPoint:
        scale = curves._scale()
        return QPointF(scale.x(step), scale.area.center().y()).toPoint()

    QTest.mousePress(curves, LEFT, pos=at(100))
    QTest.mouseMove(curves, at(150))
    QTest.mouseMove(curves, at(200))
    assert curves._dragged is not None
    QTest.mouseRelease(curves, LEFT, pos=at(200))
    scale = curves._scale()
    assert scale.first == pytest.approx(100, abs=2)
    assert scale.last == pytest.approx(200, abs=2)
    assert scale.high - scale.low < whole.high - whole.low
    assert all(small._scale().first == scale.first for small in view.strip.plots)
    assert view.zoom_to_fit.isEnabled()
    turn(curves, at(150), 0, 240)
    closer = curves._scale()
    assert closer.last - closer.first < scale.last - scale.first
    assert closer.step_at(curves._scale().x(150)) == pytest.approx(150)
    turn(curves, at(150), 0, -120, SHIFT)
    assert curves._scale().first > closer.first
    turn(curves, at(150), 120, 0)
    assert curves._scale().first == pytest.approx(closer.first)
    press(window, KEY.Key_T)  # the next curve shows the same range
    assert curves._scale().first == pytest.approx(closer.first)
    QTest.mouseDClick(curves, LEFT, pos=at(150))
    assert curves.zoom is None
    assert all(small._zoom is None for small in view.strip.plots)
    QTest.mouseClick(curves, LEFT, pos=at(150))  # a click is no drag
    assert curves.zoom is None
    press(window, KEY.Key_Plus)
    press(window, KEY.Key_Plus)
    assert curves.zoom is not None
    before = curves.zoom
    press(window, KEY.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert curves.zoom.first > before.first
    for _ in range(20):
        press(window, KEY.Key_Minus)
    assert curves.zoom is None
    press(window, KEY.Key_Plus)
    press(window, KEY.Key_F)
    assert curves.zoom is None


def test_a_box_ctrl_and_the_wheel_and_keys_zoom_the_values(qtbot, window):
    view = window._pages["training"].ui.view
    curves, whole = view.curves, view.curves._scale()
    area = whole.area

    def at(across: float, down: float) -> QPoint:
        place = area.topLeft() + QPointF(across * area.width(), down * area.height())
        return place.toPoint()

    def drag(start: QPoint, stop: QPoint) -> None:
        QTest.mousePress(curves, LEFT, pos=start)
        QTest.mouseMove(curves, (start + stop) / 2)
        QTest.mouseMove(curves, stop)
        QTest.mouseRelease(curves, LEFT, pos=stop)

    drag(at(0.25, 0.6), at(0.75, 0.9))  # a box
    scale = curves._scale()
    assert scale.first == pytest.approx(0.25 * 290, abs=2)
    assert scale.last == pytest.approx(0.75 * 290, abs=2)
    assert scale.low == pytest.approx(whole.low + 0.1 * (whole.high - whole.low), abs=0.01)
    assert scale.high == pytest.approx(whole.low + 0.4 * (whole.high - whole.low), abs=0.01)
    assert all(small._scale().first == scale.first for small in view.strip.plots)
    press(window, KEY.Key_0, ALT)
    assert curves.zoom is not None
    assert curves.value_zoom is None
    press(window, KEY.Key_F)
    assert not view.zoom_to_fit.isEnabled()

    drag(at(0.5, 0.6), at(0.51, 0.9))  # straight down
    assert curves.zoom is None
    assert curves._scale().high == pytest.approx(scale.high)
    assert view.zoom_to_fit.isEnabled()
    qtbot.mouseClick(view.zoom_to_fit, LEFT)
    assert not curves.is_zoomed

    level = whole.level_at(at(0.5, 0.8).y())
    for notches in (120, 240):
        turn(curves, at(0.5, 0.8), 0, notches, CONTROL)
    scale = curves._scale()
    assert scale.high - scale.low == pytest.approx((whole.high - whole.low) / 1.25**3)
    assert scale.level_at(at(0.5, 0.8).y()) == pytest.approx(level)
    assert curves.zoom is None
    turn(curves, at(0.5, 0.8), 0, 120)  # places are zoomed, values stay
    assert curves._scale().low == scale.low
    turn(curves, at(0.5, 0.8), 0, -1200, CONTROL)
    assert curves.value_zoom is None  # all values are shown again

    press(window, KEY.Key_F)
    press(window, KEY.Key_Equal, ALT)
    before = curves.value_zoom
    assert before is not None
    press(window, KEY.Key_Up, ALT)
    assert curves.value_zoom.first > before.first
    press(window, KEY.Key_Down, ALT)
    assert curves.value_zoom.first == pytest.approx(before.first)
    press(window, KEY.Key_Minus, ALT)
    assert curves.value_zoom is None
    press(window, KEY.Key_Equal, ALT)
    QTest.mouseDClick(curves, LEFT, pos=at(0.5, 0.5))
    assert not curves.is_zoomed
    press(window, KEY.Key_Equal, ALT)
    press(window, KEY.Key_T)  # another curve has other values
    assert curves.value_zoom is None


def test_a_zoom_stays_when_steps_arrive(qtbot, window):
    page = window._pages["training"]
    curves, record = page.ui.view.curves, page.runs.record
    curves.set_zoom(PlotZoom(100, 200))
    curves.set_value_zoom(PlotZoom(5.0, 5.2))
    with (record.folder / "events.jsonl").open("a") as file:
        file.write('{"event": "step", "step": 400, "mel_ce": 90.0}\n')
    page.runs.update()
    qtbot.waitUntil(lambda: page.runs.record.step == 400 and not page.runs.busy)
    assert max(curves._drawn[0][0]) == 400
    scale = curves._scale()
    assert (scale.first, scale.last, scale.low, scale.high) == (100, 200, 5.0, 5.2)


def test_values_are_zoomed_until_their_numbers_would_be_equal_whatever_the_outliers(window):
    curves = window._pages["training"].ui.view.curves
    values = [5.0, 4.0, 1e12, 3.0, 0.0]
    line = PlotLine("training", Series(), 0)
    for at, value in enumerate(values):
        line.series.add(at, value)
    curves.show_plot(Plot("Loss", "nats", [line]))
    curves.point_at(1.0)
    for _ in range(400):
        curves.zoom_values_by(1)
    scale = curves._scale()
    assert scale.low < 4.0 < scale.high
    assert scale.high - scale.low == pytest.approx(0.004, rel=0.1)
    middle = (scale.low + scale.high) / 2
    curves.zoom_values_by(1)
    assert (curves._scale().low + curves._scale().high) / 2 == pytest.approx(middle)
    assert np.abs(curves._scale().ys(np.array(values))).max() < 1e6
    assert len({f"{tick:g}" for tick in ticks(scale.low, scale.high)}) >= 3
    assert curves.grab().toImage().width() > 0
    curves.set_value_zoom(PlotZoom(-1.0, 10.0))
    curves.set_logarithmic(True)  # it has no -1
    assert curves._scale().low > 0
    assert curves._scale().high > 1e12
    curves.zoom_values_by(3)
    zoomed = curves._scale()
    assert zoomed.logarithmic
    assert 0 < zoomed.low < 4.0 < zoomed.high < 1e12
    assert curves.grab().toImage().width() > 0


@pytest.mark.parametrize(
    ("stop", "part"),
    [
        ((60, 12), QRectF(10, 0, 50, 100)),
        ((12, 60), QRectF(0, 10, 100, 50)),
        ((60, 50), QRectF(10, 10, 50, 40)),
        ((300, -50), QRectF(10, 0, 90, 10)),
        ((14, 13), QRectF(10, 0, 4, 100)),
    ],
)
def test_a_drag_selects_a_box_or_if_it_is_straight_the_range_of_an_axis(stop, part):
    assert dragged_part(QPointF(10, 10), QPointF(*stop), QRectF(0, 0, 100, 100)) == part


def test_keys_that_point_bring_evaluations_into_the_zoomed_range(window):
    curves = window._pages["training"].ui.view.curves
    curves.set_zoom(PlotZoom(100, 140))
    curves.setFocus()
    press(window, KEY.Key_End)
    assert curves.pointed == 290
    assert curves.zoom.first <= 290 <= curves.zoom.last
    press(window, KEY.Key_Home)
    assert curves.zoom.first == 0
    assert curves.accessibleDescription().startswith("Step 0: ")


def test_a_key_and_the_box_plot_over_time_and_epochs_and_it_is_remembered(qtbot, window):
    page = window._pages["training"]
    view = page.ui.view
    assert view.axes.offered == ["By step", "By time", "By epoch"]
    choices = {action.text(): action for action in view.axes.menu().actions()}
    choices["By epoch"].trigger()
    assert view.x_axis is XAxis.EPOCH
    press(window, KEY.Key_H)
    assert choices["By step"].isChecked()
    press(window, KEY.Key_H)
    assert view.x_axis is XAxis.TIME
    assert view.curves._scale().last == pytest.approx(290 * SECONDS)
    view.curves.setFocus()
    press(window, KEY.Key_End)
    assert view.curves.accessibleDescription().startswith("After 9:40: ")
    view.curves.set_zoom(PlotZoom(100, 200))
    press(window, KEY.Key_H)
    assert view.x_axis is XAxis.EPOCH
    assert view.curves.zoom is None
    assert view.curves._scale().last == pytest.approx(290 / UPDATES)
    state = page.remembered()
    press(window, KEY.Key_H)
    assert view.x_axis is XAxis.STEP
    page.recall(json.loads(json.dumps(state)))
    assert view.x_axis is XAxis.EPOCH
    page.recall({"axis": 7, "smoothing": "much", "curve": None})
    assert view.x_axis is XAxis.EPOCH


def test_the_learning_rate_is_a_curve_as_it_was(window):
    view = window._pages["training"].ui.view
    at = view.curve.findData("lr")
    view.curve.setFocus()
    view.curve.setCurrentIndex(at)
    view.curve.activated.emit(at)
    line = view.curves._plot.lines[0]
    assert line.name == "Learning rate"
    assert max(line.series.values) == pytest.approx(1e-5)
    assert view.curves._drawn[0][1].tolist() == list(line.series.values)  # not smoothed
    assert view.curves.accessibleDescription().startswith("1e-05 at step 290")
    assert view.curves._scale().high < 2e-5


def test_categories_of_several_runs_share_colours_and_differ_by_dashes(qtbot, opened, tmp_path):
    for at, (name, values) in enumerate((("one", OVERFITTED), ("two", FLAT))):
        a_run(tmp_path / name, values)
        os.utime(tmp_path / name / "events.jsonl", (1e9 + at, 1e9 + at))
    page = opened(tmp_path)
    view = page.ui.view
    page.ui.list.selectAll()
    qtbot.waitUntil(lambda: not page.runs.busy and len(page.runs.overlays) == 1)
    view._show_curve("mel_ce/category")
    lines = {line.name: line for line in view.curves._plot.lines}
    assert len(lines) == 6
    assert lines["one: Tension"].colour == lines["two: Tension"].colour
    assert lines["one: Tension"].style != lines["two: Tension"].style
    assert lines["one: Tension"].colour != lines["one: Question"].colour


def test_time_leaves_pauses_out_and_a_run_without_times_has_no_time_axis(tmp_path):
    paused = record_of(timed(a_run(tmp_path / "a", IMPROVING), pause_at=100, pause=3600.0))
    assert paused.elapsed.values[-1] == pytest.approx(290 * SECONDS, abs=2 * SECONDS)
    assert XAxis.TIME in axes_of(paused)
    untimed = record_of(a_run(tmp_path / "b", IMPROVING))
    assert axes_of(untimed) == [XAxis.STEP, XAxis.EPOCH]
    both = plot_of("mel_ce", paused, [untimed], axis=XAxis.TIME)
    assert {line.name.partition(":")[0] for line in both.lines} == {"a"}
    broken = tmp_path / "c"
    broken.mkdir()
    events = [
        {"event": "step", "step": 1, "time": "yesterday", "lr": 1},
        {"event": "step", "step": 2, "time": "2026-01-01T00:00:05+00:00", "lr": 1},
        {"event": "step", "step": 3, "time": "2026-01-01T00:00:01+00:00", "lr": 1},  # set back
        {"event": "step", "step": 2, "time": "2026-01-01T00:00:09+00:00", "lr": 1},
    ]
    (broken / "events.jsonl").write_text("\n".join(map(json.dumps, events)) + "\n")
    assert record_of(broken).elapsed.values.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("axis", "low", "high", "expected"),
    [
        (XAxis.STEP, 0, 4, [0, 1, 2, 3, 4]),
        (XAxis.STEP, 10.2, 11.9, [11]),
        (XAxis.TIME, 0, 580, [0, 120, 240, 360, 480]),
        (XAxis.TIME, 0, 400_000, [0, 86400, 172800, 259200, 345600]),
        (XAxis.EPOCH, 0, 2, [0, 0.5, 1, 1.5, 2]),
    ],
)
def test_ticks_are_round_in_the_unit_of_the_axis(axis, low, high, expected):
    assert x_ticks(axis, low, high) == expected


def test_a_zoom_stays_within_the_axis_and_has_a_least_width():
    assert PlotZoom(-50, 20).within(0, 100) == PlotZoom(0, 70)
    assert PlotZoom(90, 120).within(0, 100) == PlotZoom(70, 100)
    assert PlotZoom(-5, 200).within(0, 100) is None
    tiny = PlotZoom(50, 50).within(0, 100)
    assert tiny is not None
    assert tiny.last > tiny.first


def test_a_zoomed_line_reaches_the_edges_of_the_picture(window):
    curves = window._pages["training"].ui.view.curves
    curves.set_zoom(PlotZoom(111, 113))
    scale = curves._scale()
    for places, values in curves._drawn:
        (line,) = polygons(places, values, scale)
        assert line.first().x() <= scale.area.left()
        assert line.last().x() >= scale.area.right()


def test_small_values_keep_their_digits():
    assert [value_text(value) for value in (0.0, 4.5, 0.25, 1e-5)] == [
        "0.000", "4.500", "0.250", "1e-05",
    ]  # fmt: skip
