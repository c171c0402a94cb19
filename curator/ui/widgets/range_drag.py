"""Selection of a part of a recording by dragging."""

from curator.domain.span import Span

CLICK_PIXELS = 4
"""A pointer that moved less than this clicked."""


class RangeDrag:
    """Drag that begins at a pixel and a sample; the view may scroll meanwhile."""

    def __init__(self, x: float, sample: int) -> None:
        self._x, self._sample = x, sample
        self._began = False

    def moved_to(self, x: float, sample: int) -> Span | None:
        """Part between the begin and the pointer; None while it is a click."""
        self._began = self._began or abs(x - self._x) >= CLICK_PIXELS
        if not self._began:
            return None
        return Span(min(sample, self._sample), max(sample, self._sample))
