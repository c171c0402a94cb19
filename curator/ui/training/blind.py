"""Blind A/B comparison of two checkpoints, in random order."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import comb

from curator.ui.training.evaluated import Sample

SAME = 2
MIN_PAIRS = 6
"""Minimum number of decided pairs for significance at p < 0.05."""
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Pair:
    """The same sentence by both voices. first: index of the voice that plays first."""

    voices: tuple[Sample, Sample]
    first: int

    def sample(self, side: int) -> Sample:
        """Return the sample that plays first (0) or second (1)."""
        return self.voices[self.first ^ side]


@dataclass(slots=True)
class BlindTest:
    """Pairs in a seeded order. choices: preferred voice (0, 1 or SAME) by index."""

    pairs: Sequence[Pair]
    choices: dict[int, int] = field(default_factory=dict)
    ended: bool = False

    @classmethod
    def of(cls, pairs: Sequence[tuple[Sample, Sample]], seed: int) -> "BlindTest":
        """Shuffle the pairs and their sides."""
        draw = random.Random(seed)
        shuffled = list(pairs)
        draw.shuffle(shuffled)
        return cls([Pair(pair, draw.randrange(2)) for pair in shuffled])

    @property
    def over(self) -> bool:
        """Whether all pairs are rated or the comparison was ended."""
        return self.ended or len(self.choices) >= len(self.pairs)

    @property
    def index(self) -> int:
        """Index of the first pair without a choice; the number of pairs if there is none."""
        return next(
            (at for at in range(len(self.pairs)) if at not in self.choices), len(self.pairs)
        )

    @property
    def pair(self) -> Pair:
        """Current pair."""
        return self.pairs[self.index]

    def voice(self, side: int) -> int:
        """Map a side, first (0) or second (1), to its voice; SAME stays."""
        return SAME if side == SAME else self.pair.first ^ side

    def counts(self) -> tuple[int, int, int]:
        """Return how often voice 0, voice 1 and neither were preferred."""
        chosen = list(self.choices.values())
        return (chosen.count(0), chosen.count(1), chosen.count(SAME))


def binomial_p(won: int, of: int) -> float:
    """Two-sided p-value of a binomial test against p = 0.5."""
    if not of:
        return 1.0
    most = max(won, of - won)
    return min(1.0, 2 * sum(comb(of, at) for at in range(most, of + 1)) / float(2**of))
