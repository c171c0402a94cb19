"""Smoothing, scales and the values under the pointer."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest

from curator.ui.theme import DARK, LIGHT, contrast
from curator.ui.training.curves_view import CurvesView
from curator.ui.training.plot import Plot, PlotLine, log_ticks, smoothed, value_at
from curator.ui.training.plot_painter import COLOURS, legend_places
from curator.ui.training.plot_scale import Scale, make_scale, polygons
from curator.ui.training.run_record import Series

AREA = QRectF(0, 0, 100, 100)


def series(values, every=10) -> Series:
    made = Series()
    for at, value in enumerate(values):
        made.add(at * every, value)
    return made


def test_smoothing_is_a_debiased_average_and_keeps_gaps():
    values = np.array([4.0, 2.0, np.nan, 2.0])
    assert np.array_equal(smoothed(values, 0.0), values, equal_nan=True)
    result = smoothed(values, 0.5)
    assert result[0] == pytest.approx(4.0)
    assert result[1] == pytest.approx((0.5 * 2 + 0.25 * 4) / 0.75)
    assert np.isnan(result[2])
    assert np.isfinite(result[3])
    assert smoothed(np.full(200, 3.0), 0.99)[-1] == pytest.approx(3.0)


@pytest.mark.parametrize("weight", [0.3, 0.9, 0.99])
@pytest.mark.parametrize("count", [1, 63, 64, 65, 1000])
def test_smoothing_of_any_length_is_the_recurrence(weight: float, count: int):
    values = np.random.default_rng(count).normal(5, 2, count)
    average, expected = 0.0, []
    for place, value in enumerate(values, 1):
        average = weight * average + (1 - weight) * value
        expected.append(average / (1 - weight**place))
    assert smoothed(values, weight) == pytest.approx(np.array(expected), rel=1e-9)


def test_a_log_scale_puts_equal_ratios_at_equal_distances():
    line = (np.array([0.0, 10.0]), np.array([0.1, 100.0]))
    scale = make_scale([line], np.array([]), AREA, logarithmic=True)
    assert isinstance(scale, Scale)
    assert scale.y(0.1) - scale.y(1.0) == pytest.approx(scale.y(1.0) - scale.y(10.0))
    assert log_ticks(scale.low, scale.high)[0] == 0.1
    # Zero has no place there; it is a gap.
    assert len(polygons(np.array([0.0, 5, 10]), np.array([1.0, 0.0, 2.0]), scale)) == 2
    assert make_scale([], np.array([]), AREA, logarithmic=False) is None
    begun, chance = (np.array([]), np.array([])), np.array([6.9])
    assert make_scale([begun], chance, AREA, logarithmic=False) is None


def test_the_nearest_point_is_named():
    line = (np.array([0.0, 10.0, 20.0]), np.array([1.0, np.nan, 3.0]))
    assert value_at(line, 9) == (0.0, 1.0)
    assert value_at(line, 14) == (20.0, 3.0)
    assert value_at((np.array([]), np.array([])), 3) is None


def test_a_legend_that_does_not_fit_one_row_takes_more(qtbot, dressed):
    view = CurvesView()
    qtbot.addWidget(view)
    lines = [PlotLine(f"run-{at}: validation", series([5, 4, 3]), at) for at in range(6)]
    view.show_plot(Plot("Loss", "nats", lines))
    tops = []
    for width in (1600, 500):
        view.resize(width, 320)
        tops.append(view._scale().area.top())
        places = legend_places([line.name for line in lines], QFontMetricsF(view.font()), width)
        assert len(places) == 6
        assert max(place.y() for place in places) < tops[-1]
    assert tops[1] > tops[0]
    assert len(legend_places(["x" * 40] * 9, QFontMetricsF(view.font()), 400)) < 9


def test_line_colours_can_be_seen_in_both_themes():
    for dark, colours in ((False, LIGHT), (True, DARK)):
        assert all(contrast(colour, colours.surface) >= 4.5 for colour in COLOURS[dark])


def test_the_pointer_and_the_keys_show_values(qtbot, dressed):
    view = CurvesView()
    qtbot.addWidget(view)
    view.resize(600, 320)
    lines = [
        PlotLine("training", series([5, 4, 3]), 0, False),
        PlotLine("validation", series([5, 4.5, 4])),
    ]
    view.show_plot(Plot("Loss", "nats", lines, best=20, chance=6.0))
    view.show()
    assert view.accessibleDescription() == "4.000 at step 20, 5.000 at step 0."
    scale = view._scale()
    QTest.mouseMove(view, QPointF(scale.x(10), scale.area.center().y()).toPoint())
    qtbot.waitUntil(lambda: view.pointed is not None)
    assert [name for name, _, _ in view.values_at(view.pointed)] == ["training", "validation"]
    QTest.keyClick(view, Qt.Key.Key_Home)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.pointed == 10
    assert view.accessibleDescription() == "Step 10: training 4.000, validation 4.500"
    before = view.grab().toImage()
    view.set_logarithmic(True)
    view.set_smoothing(0.9)
    assert view.grab().toImage() != before
