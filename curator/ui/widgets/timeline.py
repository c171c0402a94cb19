"""Which part of a recording is on screen."""

from dataclasses import dataclass, replace
from itertools import count

from curator.domain.span import Span

CLOSEST = 0.05
"""Samples a pixel: twenty pixels a sample."""

ROOM = 0.15
"""How much of its length is shown before and after a span that is brought into view."""

MARGIN = 12
"""Pixels the view may go beyond the recording, so that edges there can be taken."""

TICK_PIXELS = 88
"""Least distance between two times on the ruler."""

_STEPS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30)
_LONG_STEPS_S = (60, 120, 300, 600, 900, 1800, 3600, 7200, 18000, 36000)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Samples to pixels and back.

    first: the sample at the left edge. per_pixel: samples a pixel. samples, rate: of the recording.
    pixels: how wide the picture is.
    """

    first: float
    per_pixel: float
    samples: int
    rate: int
    pixels: int

    @classmethod
    def whole(cls, samples: int, rate: int, pixels: int) -> "Timeline":
        """All of a recording."""
        view = cls(0.0, 1.0, samples, rate, max(1, pixels))
        return replace(view, per_pixel=view._farthest)._inside()

    @property
    def span(self) -> Span:
        """What can be seen."""
        start = max(0, int(self.first))
        stop = max(start, round(self.first + self.pixels * self.per_pixel))
        return Span(start, stop).within(self.samples)

    def x(self, sample: float) -> float:
        """Where a sample is, in pixels; may lie outside the picture."""
        return (sample - self.first) / self.per_pixel

    def sample(self, x: float) -> int:
        """What is at a pixel, inside the recording."""
        return min(max(0, round(self.first + x * self.per_pixel)), self.samples)

    def showing(self, span: Span) -> "Timeline":
        """The span with some room on both sides."""
        length = span.samples * (1.0 + 2.0 * ROOM)
        per_pixel = min(max(length / self.pixels, CLOSEST), self._farthest)
        first = span.start - span.samples * ROOM
        return replace(self, first=first, per_pixel=per_pixel)._inside()

    def zoomed(self, times: float, x: float) -> "Timeline":
        """``times`` closer, with what is at ``x`` staying there."""
        per_pixel = min(max(self.per_pixel / times, CLOSEST), self._farthest)
        first = self.first + x * (self.per_pixel - per_pixel)
        return replace(self, first=first, per_pixel=per_pixel)._inside()

    def scrolled(self, pixels: float) -> "Timeline":
        """So many pixels later."""
        return replace(self, first=self.first + pixels * self.per_pixel)._inside()

    def resized(self, pixels: int) -> "Timeline":
        """The same part in a picture of another width."""
        pixels = max(1, pixels)
        return replace(self, per_pixel=self.per_pixel * self.pixels / pixels, pixels=pixels)

    def ticks(self) -> list[tuple[float, str]]:
        """Where the ruler has its times, and the times."""
        seconds = TICK_PIXELS * self.per_pixel / self.rate
        step = next((s for s in (*_STEPS_S, *_LONG_STEPS_S) if s >= seconds), _LONG_STEPS_S[-1])
        found: list[tuple[float, str]] = []
        for number in count(max(0, int(self.first / self.rate / step))):
            at = number * step * self.rate
            if at > min(self.samples, self.first + self.pixels * self.per_pixel):
                return found
            if at >= self.first:
                found.append((self.x(at), clock(number * step, step)))
        return found

    @property
    def _farthest(self) -> float:
        """Samples a pixel when all of the recording is seen."""
        return max(CLOSEST, self.samples / max(1, self.pixels - 2 * MARGIN))

    def _inside(self) -> "Timeline":
        least = -MARGIN * self.per_pixel
        last = self.samples - (self.pixels - MARGIN) * self.per_pixel
        return replace(self, first=max(least, min(self.first, last)))


def clock(seconds: float, step: float = 0.01) -> str:
    """A time of a recording as exact as ``step`` seconds: 3.25, 1:03.2, 2:00:00."""
    digits = 0 if step >= 1 else 1 if step >= 0.1 else 2 if step >= 0.01 else 3
    units = round(seconds * 10**digits)  # whole numbers: 59.99 must not become 60
    whole, rest = divmod(units, 10**digits)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    ending = f".{rest:0{digits}d}" if digits else ""
    if hours:
        return f"{hours}:{minute:02d}:{second:02d}{ending}"
    return f"{minute}:{second:02d}{ending}"
