"""Linear rules over audio measures, with weights fitted on mixtures.

``resources/overlap.json`` has them; ``python -m tests.helpers.learn_overlap`` learns them anew. A
sum of more than 0 is yes, and the rules were set so that few clean clips of one voice reach it.
"""

import functools
import json
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curator.domain.resources import resources

FILE = "overlap.json"
STEEPEST = 30.0  # beyond it a share of 1 is not told from 1


@dataclass(frozen=True, slots=True, eq=False)
class LearnedRule:
    """What each measure adds to the sum, and where the sum begins."""

    weights: NDArray[np.float64]  # (measures,)
    bias: float

    def sums(self, measures: NDArray[np.floating]) -> NDArray[np.float64]:
        """measures: (things, measures). Returns (things,), above 0 for yes."""
        logits: NDArray[np.float64] = measures.astype(np.float64) @ self.weights + self.bias
        return logits


@functools.cache
def rule(name: str) -> LearnedRule:
    """A rule of the file: "two_people" or "music"."""
    entry = json.loads((resources() / FILE).read_text(encoding="utf-8"))[name]
    return LearnedRule(np.array(entry["weights"], np.float64), float(entry["bias"]))


def as_share(total: float) -> float:
    """A sum as a number from 0 (no) to 1 (yes), 0.5 for a sum of 0."""
    return 1.0 / (1.0 + math.exp(-min(max(total, -STEEPEST), STEEPEST)))
