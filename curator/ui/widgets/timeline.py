"""Visible part of a recording."""

from dataclasses import dataclass, replace
from itertools import count

from curator.domain.span import Span

MIN_PER_PIXEL = 0.05
"""Samples per pixel at the highest zoom: twenty pixels per sample."""

PADDING = 0.15
"""Padding before and after a span that is shown, as a share of its length."""

MARGIN = 12
"""Pixels that the view extends beyond the recording, so that edges there can be dragged."""

TICK_PIXELS = 88
"""Minimum distance of the time labels on the ruler, in pixels."""

_STEPS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30)
_LONG_STEPS_S = (60, 120, 300, 600, 900, 1800, 3600, 7200, 18000, 36000)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Conversion between samples and pixels.

    first: sample at the left edge. per_pixel: samples per pixel. samples, rate: of the recording.
    pixels: width of the view.
    """

    first: float
    per_pixel: float
    samples: int
    rate: int
    pixels: int

    @classmethod
    def whole(cls, samples: int, rate: int, pixels: int) -> "Timeline":
        """Timeline of a whole recording."""
        view = cls(0.0, 1.0, samples, rate, max(1, pixels))
        return replace(view, per_pixel=view._max_per_pixel)._inside()

    @property
    def span(self) -> Span:
        """Visible samples."""
        start = max(0, int(self.first))
        stop = max(start, round(self.first + self.pixels * self.per_pixel))
        return Span(start, stop).within(self.samples)

    def x(self, sample: float) -> float:
        """Position of a sample in pixels; may be outside the view."""
        return (sample - self.first) / self.per_pixel

    def sample(self, x: float) -> int:
        """Sample at a pixel, clamped to the recording."""
        return min(max(0, round(self.first + x * self.per_pixel)), self.samples)

    def showing(self, span: Span) -> "Timeline":
        """Timeline of a span with padding on both sides."""
        length = span.samples * (1.0 + 2.0 * PADDING)
        per_pixel = min(max(length / self.pixels, MIN_PER_PIXEL), self._max_per_pixel)
        first = span.start - span.samples * PADDING
        return replace(self, first=first, per_pixel=per_pixel)._inside()

    def zoomed(self, times: float, x: float) -> "Timeline":
        """Zoom by a factor around the pixel ``x``."""
        per_pixel = min(max(self.per_pixel / times, MIN_PER_PIXEL), self._max_per_pixel)
        first = self.first + x * (self.per_pixel - per_pixel)
        return replace(self, first=first, per_pixel=per_pixel)._inside()

    def scrolled(self, pixels: float) -> "Timeline":
        """Scroll by pixels."""
        return replace(self, first=self.first + pixels * self.per_pixel)._inside()

    def resized(self, pixels: int) -> "Timeline":
        """Same part in a view of another width."""
        pixels = max(1, pixels)
        return replace(self, per_pixel=self.per_pixel * self.pixels / pixels, pixels=pixels)

    def ticks(self) -> list[tuple[float, str]]:
        """Positions in pixels and texts of the time labels on the ruler."""
        seconds = TICK_PIXELS * self.per_pixel / self.rate
        step = next((s for s in (*_STEPS_S, *_LONG_STEPS_S) if s >= seconds), _LONG_STEPS_S[-1])
        labels: list[tuple[float, str]] = []
        for number in count(max(0, int(self.first / self.rate / step))):
            at = number * step * self.rate
            if at > min(self.samples, self.first + self.pixels * self.per_pixel):
                return labels
            if at >= self.first:
                labels.append((self.x(at), clock(number * step, step)))
        return labels

    @property
    def _max_per_pixel(self) -> float:
        """Samples per pixel when the whole recording is visible."""
        return max(MIN_PER_PIXEL, self.samples / max(1, self.pixels - 2 * MARGIN))

    def _inside(self) -> "Timeline":
        least = -MARGIN * self.per_pixel
        last = self.samples - (self.pixels - MARGIN) * self.per_pixel
        return replace(self, first=max(least, min(self.first, last)))


def clock(seconds: float, step: float = 0.01) -> str:
    """Time with the precision of ``step`` seconds: 0:03.25, 1:03.2, 2:00:00."""
    digits = 0 if step >= 1 else 1 if step >= 0.1 else 2 if step >= 0.01 else 3
    units = round(seconds * 10**digits)  # whole numbers: 59.99 must not become 60
    whole, rest = divmod(units, 10**digits)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    ending = f".{rest:0{digits}d}" if digits else ""
    if hours:
        return f"{hours}:{minute:02d}:{second:02d}{ending}"
    return f"{minute}:{second:02d}{ending}"
