"""Zoomed part of a horizontal axis."""

from dataclasses import dataclass

FACTOR = 1.25
"""Zoom of one step of the wheel or a key."""
LEAST = 1 / 2000
"""Smallest part of the whole axis that is shown."""
PAN = 0.1
"""Share of the shown part by which a key or a notch of the wheel pans."""


@dataclass(frozen=True, slots=True)
class PlotZoom:
    """Range of the axis that is shown. first < last."""

    first: float
    last: float

    def within(self, low: float, high: float) -> "PlotZoom | None":
        """The range moved into low..high, None if it is all of it."""
        width = max(self.last - self.first, (high - low) * LEAST)
        if width >= high - low:
            return None
        first = min(max(self.first, low), high - width)
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
