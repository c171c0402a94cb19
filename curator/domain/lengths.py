"""Length distribution of the kept clips against the target model."""

from dataclasses import dataclass
from math import ceil

from curator.domain.target import Target

BINS = 12
"""Number of bins of one second; the last includes all longer clips."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """Kept clips by length. bins: number of clips of 0 to 1 s, 1 to 2 s...

    short: below ``target.short_s``. outside: too short or too long for the target.
    """

    bins: tuple[int, ...]
    short: int
    outside: int
    target: Target

    @property
    def clips(self) -> int:
        """Number of clips."""
        return sum(self.bins)

    @property
    def lacking_short(self) -> int:
        """Number of additional short clips for the target's share."""
        share = self.target.short_share
        return max(0, ceil(round((share * self.clips - self.short) / (1.0 - share), 6)))

    def sentences(self) -> tuple[str, ...]:
        """Distribution as sentences."""
        if not self.clips:
            return ()
        share, wanted = self.short / self.clips, self.target.short_share
        words = f"{share:.0%} of the kept clips are shorter than {self.target.short_s:g} s"
        if self.lacking_short:
            more = "one more" if self.lacking_short == 1 else f"{self.lacking_short} more"
            words += (
                f"; {self.target.name} needs {wanted:.0%} to learn the endings of short sentences: "
                f"keep {more} of them"
            )
        sentences = [f"{words}."]
        if self.outside:
            is_are = "1 kept clip is" if self.outside == 1 else f"{self.outside} kept clips are"
            sentences.append(
                f"{is_are} outside {self.target.min_s:.1f} to {self.target.max_s:.1f} s "
                "and will be rejected."
            )
        return tuple(sentences)


def bin_of(seconds: float) -> int:
    """Bin index of a length."""
    return min(BINS - 1, int(seconds))
