"""Zoomed part of an axis, and the part of a plot that a drag selects."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

FACTOR = 1.25
"""Zoom of one step of the wheel or a key."""
LEAST = 1 / 2000
"""Smallest part of the whole axis that is shown."""
PAN = 0.1
"""Share of the shown part by which a key or a notch of the wheel pans."""
STRAIGHT_SHARE, STRAIGHT_LEAST, STRAIGHT_MOST = 0.6, 8.0, 20.0
"""A drag is straight if its shorter side is below a share of the longer, within these pixels."""


@dataclass(frozen=True, slots=True)
class PlotZoom:
    """Range of an axis that is shown: places or values. first < last."""

    first: float
    last: float

    def within(self, low: float, high: float, least: float | None = None) -> "PlotZoom | None":
        """The range moved into low..high, None if it is all of it. least: smallest width."""
        own = self.last - self.first
        width = max(own, (high - low) * LEAST if least is None else least)
        if width >= high - low:
            return None
        first = min(max(self.first - (width - own) / 2, low), high - width)
        return PlotZoom(first, first + width)

    def zoomed(self, steps: float, around: float) -> "PlotZoom":
        """The range after zooming in by steps (out if negative); a place keeps its pixel."""
        times = FACTOR**-steps
        return PlotZoom(
            around - (around - self.first) * times, around + (self.last - around) * times
        )

    def panned(self, share: float) -> "PlotZoom":
        """The range moved by a share of its width."""
        by = (self.last - self.first) * share
        return PlotZoom(self.first + by, self.last + by)

    def contains(self, other: "PlotZoom") -> bool:
        """Whether the other range is part of this one."""
        return self.first <= other.first and other.last <= self.last


def dragged_part(pressed: QPointF, pointer: QPointF, area: QRectF) -> QRectF:
    """Part of the area that a drag selects.

    A straight drag selects its range over the whole height or width, any other one a box.
    """
    box = QRectF(_inside(pressed, area), _inside(pointer, area)).normalized()
    width, height = abs(pointer.x() - pressed.x()), abs(pointer.y() - pressed.y())
    longer, shorter = max(width, height), min(width, height)
    if shorter >= min(max(STRAIGHT_SHARE * longer, STRAIGHT_LEAST), STRAIGHT_MOST):
        return box
    if width >= height:
        return QRectF(box.left(), area.top(), box.width(), area.height())
    return QRectF(area.left(), box.top(), area.width(), box.height())


def _inside(point: QPointF, area: QRectF) -> QPointF:
    """Point of the area nearest to a point."""
    return QPointF(
        min(max(point.x(), area.left()), area.right()),
        min(max(point.y(), area.top()), area.bottom()),
    )
