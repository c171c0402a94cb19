"""Word errors of a transcript, also for excerpts of a known text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class WordErrors:
    """wrong: substitutions, deletions and insertions. said: reference words."""

    wrong: int = 0
    said: int = 0

    def __add__(self, other: "WordErrors") -> "WordErrors":
        return WordErrors(self.wrong + other.wrong, self.said + other.said)

    @property
    def rate(self) -> float:
        """Word error rate; 0 for two empty texts."""
        return self.wrong / max(1, self.said)


@cache
def normaliser() -> Callable[[str], str]:
    """Whisper's English normaliser of case, punctuation, spelling and numbers."""
    from whisper_normalizer.english import EnglishTextNormalizer

    return EnglishTextNormalizer()  # type: ignore[no-any-return]


def word_errors(
    said: Sequence[str], heard: Sequence[str], free_start: int = 0, free_stop: int = 0
) -> WordErrors:
    """Word-level edit distance from ``said`` to ``heard``.

    free_start, free_stop: number of words at either end of ``said`` that may be missing without an
    error, because the clip may begin or end within them; those words are not counted as said.
    """
    # cost[j], words[j]: best way to have used the said words so far for the first j heard ones.
    best = [(j, 0) for j in range(len(heard) + 1)]
    finish = best[-1] if free_stop >= len(said) else None
    for i, word in enumerate(said, start=1):
        row = [(0, 0) if i <= free_start else (best[0][0] + 1, best[0][1] + 1)]
        for j, other in enumerate(heard, start=1):
            changed, used = best[j - 1]
            left_out, without = best[j]
            invented, same = row[j - 1]
            row.append(
                min(
                    (changed + (word != other), used + 1),
                    (left_out + 1, without + 1),
                    (invented + 1, same),
                )
            )
        best = row
        if i >= len(said) - free_stop:
            finish = best[-1] if finish is None else min(finish, best[-1])
    wrong, used = finish if finish is not None else best[-1]
    return WordErrors(wrong, used)
