"""Lengths of clips that segmentation aims at in one project."""

from dataclasses import dataclass

from curator.domain.errors import CuratorError
from curator.domain.target import Target


@dataclass(frozen=True, slots=True)
class SegmentLengths:
    """Shortest, longest and preferred length of a clip, seconds."""

    shortest_s: float
    longest_s: float
    preferred_s: float

    @classmethod
    def usual(cls, target: Target) -> "SegmentLengths":
        """What the target takes, and the middle of what it prefers."""
        middle = (target.body_min_s + target.body_max_s) / 2
        return cls(target.min_s, target.max_s, middle)

    @classmethod
    def chosen(
        cls,
        target: Target,
        shortest_s: float | None,
        longest_s: float | None,
        preferred_s: float | None,
    ) -> "SegmentLengths":
        """The given lengths, and the usual ones for those that are None.

        Raises CuratorError where they contradict each other or the target.
        """
        usual = cls.usual(target)
        shortest = usual.shortest_s if shortest_s is None else shortest_s
        longest = usual.longest_s if longest_s is None else longest_s
        if not usual.shortest_s <= shortest < longest <= usual.longest_s:
            raise CuratorError(
                f"Clips of {shortest:g} to {longest:g} s are not possible for {target.name}.",
                f"Choose a shorter and a longer length within {usual.shortest_s:g} to "
                f"{usual.longest_s:.1f} s.",
            )
        middle = min(usual.preferred_s, (shortest + longest) / 2)
        preferred = middle if preferred_s is None else preferred_s
        if not shortest <= preferred <= longest:
            raise CuratorError(
                f"The preferred length of {preferred:g} s is not within {shortest:g} to "
                f"{longest:g} s."
            )
        return cls(shortest, longest, preferred)

    @property
    def sentence(self) -> str:
        """For people: "0.5 to 6 s, about 3 s"."""
        return f"{self.shortest_s:g} to {self.longest_s:.3g} s, about {self.preferred_s:.3g} s"
