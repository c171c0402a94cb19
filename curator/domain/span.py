"""Half-open range of samples, with all time arithmetic."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Samples ``[start, stop)`` of a recording, ``0 <= start <= stop``.

    >>> Span(66_150, 132_300).seconds(22_050)
    3.0
    """

    start: int
    stop: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.stop:
            raise ValueError(f"a span needs 0 <= start <= stop, not [{self.start}, {self.stop})")

    @classmethod
    def from_seconds(cls, start_s: float, stop_s: float, rate: int) -> "Span":
        """Span from seconds, rounded to samples at ``rate`` Hz."""
        return cls(round(start_s * rate), round(stop_s * rate))

    @property
    def samples(self) -> int:
        """Number of samples."""
        return self.stop - self.start

    def seconds(self, rate: int) -> float:
        """Length in seconds at ``rate`` Hz."""
        return self.samples / rate

    def start_s(self, rate: int) -> float:
        """Start in seconds."""
        return self.start / rate

    def stop_s(self, rate: int) -> float:
        """Stop in seconds."""
        return self.stop / rate

    def overlap(self, other: "Span") -> int:
        """Number of shared samples."""
        return max(0, min(self.stop, other.stop) - max(self.start, other.start))

    def shifted(self, samples: int) -> "Span":
        """Span shifted by ``samples``."""
        return Span(self.start + samples, self.stop + samples)

    def within(self, samples: int) -> "Span":
        """Span clipped to a recording of ``samples`` samples."""
        return Span(min(self.start, samples), min(self.stop, samples))

    def split(self, at: int) -> tuple["Span", "Span"]:
        """Two spans that meet at ``at``, a sample inside this one."""
        return Span(self.start, at), Span(at, self.stop)

    def join(self, later: "Span") -> "Span":
        """Span from this start to a later span's stop."""
        return Span(self.start, later.stop)

    def at_rate(self, rate: int, new_rate: int) -> "Span":
        """The same time at another sample rate, to the nearest sample, inside the recording.

        >>> Span(44_100, 88_200).at_rate(44_100, 16_000)
        Span(start=16000, stop=32000)
        """
        if rate == new_rate:
            return self
        return Span(
            (self.start * new_rate + rate // 2) // rate, (self.stop * new_rate + rate // 2) // rate
        )
