"""A blind comparison of two voices: who is who is decided by lot, and counted only at the end."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import comb

from curator.ui.training.evaluated import Sample

SAME = 2
FEWEST = 6
"""Decided pairs below which not even agreement of all shows anything at 1 in 20."""
SHOWN = 0.05


@dataclass(frozen=True, slots=True)
class Pair:
    """The same sentence by both voices. first: which of the two is heard first."""

    voices: tuple[Sample, Sample]
    first: int

    def heard(self, side: int) -> Sample:
        """What is heard first (0) or second (1)."""
        return self.voices[self.first ^ side]


@dataclass(slots=True)
class BlindTest:
    """Pairs in a seeded order. choices: by place in it 0 or 1, the voice, or SAME."""

    pairs: Sequence[Pair]
    choices: dict[int, int] = field(default_factory=dict)
    ended: bool = False

    @classmethod
    def of(cls, pairs: Sequence[tuple[Sample, Sample]], seed: int) -> "BlindTest":
        """Shuffle pairs and sides."""
        draw = random.Random(seed)
        shuffled = list(pairs)
        draw.shuffle(shuffled)
        return cls([Pair(pair, draw.randrange(2)) for pair in shuffled])

    @property
    def over(self) -> bool:
        """Whether everything is judged, or the person had enough."""
        return self.ended or len(self.choices) >= len(self.pairs)

    @property
    def place(self) -> int:
        """The first that is not judged yet; how many there are where all are."""
        return next(
            (at for at in range(len(self.pairs)) if at not in self.choices), len(self.pairs)
        )

    @property
    def pair(self) -> Pair:
        """The one to judge now."""
        return self.pairs[self.place]

    def voice(self, side: int) -> int:
        """Who was heard first (0) or second (1); SAME stays."""
        return SAME if side == SAME else self.pair.first ^ side

    def counts(self) -> tuple[int, int, int]:
        """Times the first voice, the second, and neither was preferred."""
        chosen = list(self.choices.values())
        return (chosen.count(0), chosen.count(1), chosen.count(SAME))


def chance(won: int, of: int) -> float:
    """How often a fair coin would be at least as one-sided, 0..1."""
    if not of:
        return 1.0
    most = max(won, of - won)
    return min(1.0, 2 * sum(comb(of, at) for at in range(most, of + 1)) / float(2**of))
