"""How long the kept clips are, against what the target model wants."""

from dataclasses import dataclass
from math import ceil

from curator.domain.target import Target

BINS = 12
"""Of one second each; the last holds everything longer."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """The kept clips by length. bins: clips of 0 to 1 s, 1 to 2 s...

    short: below ``target.short_s``. outside: too short or too long for the target.
    """

    bins: tuple[int, ...]
    short: int
    outside: int
    target: Target

    @property
    def clips(self) -> int:
        """How many there are."""
        return sum(self.bins)

    @property
    def lacking_short(self) -> int:
        """How many more short clips it takes to reach the share that the target wants."""
        share = self.target.short_share
        return max(0, ceil(round((share * self.clips - self.short) / (1.0 - share), 6)))

    def sentences(self) -> tuple[str, ...]:
        """What is to be said of them, for people."""
        if not self.clips:
            return ()
        share, wanted = self.short / self.clips, self.target.short_share
        words = f"{share:.0%} of the kept clips are shorter than {self.target.short_s:g} s"
        if self.lacking_short:
            more = "one more" if self.lacking_short == 1 else f"{self.lacking_short} more"
            words += (
                f"; {self.target.name} wants {wanted:.0%}, to learn how short sentences end: "
                f"keep {more} of them"
            )
        sentences = [f"{words}."]
        if self.outside:
            is_are = "1 kept clip is" if self.outside == 1 else f"{self.outside} kept clips are"
            sentences.append(
                f"{is_are} outside {self.target.min_s:.1f} to {self.target.max_s:.1f} s "
                "and will be refused."
            )
        return tuple(sentences)


def bin_of(seconds: float) -> int:
    """The bin a clip belongs to."""
    return min(BINS - 1, int(seconds))
