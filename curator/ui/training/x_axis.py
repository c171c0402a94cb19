"""Horizontal axis of the curves: steps, time or epochs, with its ticks and texts."""

import math
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.training.run_record import RunRecord, Series
from curator.ui.wording import clock, number, translated

Floats = NDArray[np.float64]

TICKS = 5
CLOCK_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
DAY = 86400


class XAxis(StrEnum):
    """What a curve is plotted over."""

    STEP = "step"
    TIME = "time"
    EPOCH = "epoch"


TITLES = {
    XAxis.STEP: QT_TRANSLATE_NOOP("Training", "Step"),
    XAxis.TIME: QT_TRANSLATE_NOOP("Training", "Training time (h:min:s)"),
    XAxis.EPOCH: QT_TRANSLATE_NOOP("Training", "Epoch"),
}
NAMES = {
    XAxis.STEP: QT_TRANSLATE_NOOP("Training", "By step"),
    XAxis.TIME: QT_TRANSLATE_NOOP("Training", "By time"),
    XAxis.EPOCH: QT_TRANSLATE_NOOP("Training", "By epoch"),
}
POINTS = {
    XAxis.STEP: QT_TRANSLATE_NOOP("Training", "step %1"),
    XAxis.TIME: QT_TRANSLATE_NOOP("Training", "after %1"),
    XAxis.EPOCH: QT_TRANSLATE_NOOP("Training", "epoch %1"),
}


def axes_of(record: RunRecord) -> list[XAxis]:
    """Axes for which the events of a run have what they need."""
    axes = [XAxis.STEP]
    if record.elapsed.values and record.elapsed.values[-1] > 0:
        axes.append(XAxis.TIME)
    if record.started is not None and record.started.updates_per_epoch:
        axes.append(XAxis.EPOCH)
    return axes


def x_values(axis: XAxis, record: RunRecord, series: Series) -> Floats | None:
    """Places of a series on the axis; None if the run does not have this axis."""
    steps = np.array(series.steps, dtype=np.float64)
    if axis not in axes_of(record):
        return None
    if axis is XAxis.TIME:
        known = np.array(record.elapsed.steps), np.array(record.elapsed.values)
        seconds: Floats = np.interp(steps, *known)
        return seconds
    if axis is XAxis.EPOCH:
        assert record.started is not None
        assert record.started.updates_per_epoch
        return steps / record.started.updates_per_epoch
    return steps


def x_value(axis: XAxis, record: RunRecord, step: int) -> float | None:
    """Place of a step on the axis."""
    series = Series()
    series.add(step, 0.0)
    places = x_values(axis, record, series)
    return None if places is None else float(places[0])


def x_text(axis: XAxis, value: float) -> str:
    """Text of a place: "1,200", "0:45:10", "2.5"."""
    if axis is XAxis.TIME:
        return clock(value)
    return number(round(value)) if axis is XAxis.STEP else f"{value:.4g}"


def point_text(axis: XAxis, value: float) -> str:
    """Place with the name of the axis: "step 1,200"."""
    return translated("Training", POINTS[axis]).replace("%1", x_text(axis, value))


def x_ticks(axis: XAxis, low: float, high: float, most: int = TICKS) -> list[float]:
    """Round places between low and high. most: intervals between them."""
    if axis is XAxis.TIME:
        least = (high - low) / most
        step = next((step for step in CLOCK_STEPS if step >= least), 0)
        step = step or DAY * math.ceil(least / DAY)
        return [
            float(at * step) for at in range(math.ceil(low / step), math.floor(high / step) + 1)
        ]
    found = ticks(low, high, most)
    return found if axis is XAxis.EPOCH else [tick for tick in found if tick == round(tick)]


def ticks(low: float, high: float, most: int = TICKS) -> list[float]:
    """Round numbers between low and high. most: intervals between them."""
    power = math.floor(math.log10((high - low) / most))
    step = 10.0**power
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= most)
    places = range(math.ceil(low / step), math.floor(high / step) + 1)
    return [round(at * step, 2 - power) for at in places]
