"""Which letters, and groups of letters with a sound of their own, the texts of a set hold."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from curator.domain.resources import resources

OFTEN_ENOUGH = 10
"""Times a letter should be heard; what is heard less often is learned badly or not at all."""


@cache
def letters_of(language: str) -> tuple[str, ...]:
    """The letters and groups of a language, by its two letters; () for one that is not known."""
    text = (resources() / "letters.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text).get(language.partition("-")[0].lower())
    return (*found["letters"], *found["groups"]) if found else ()


def counted(text: str, letters: Iterable[str]) -> list[int]:
    """How often each of the letters and groups is in a text."""
    folded = text.lower()
    return [folded.count(letter) for letter in letters]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often each letter of the language is heard in the kept clips.

    times: in the order of the language; empty when nobody knows what it needs.
    """

    times: tuple[tuple[str, int], ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Those that are never heard."""
        return tuple(letter for letter, times in self.times if not times)

    @property
    def seldom(self) -> tuple[tuple[str, int], ...]:
        """Those that are heard, but not often enough, with their times."""
        return tuple(each for each in self.times if 0 < each[1] < OFTEN_ENOUGH)

    def sentence(self) -> str:
        """What is lacking, for people; "" where the language is not known."""
        if not self.times:
            return ""
        parts = []
        if self.missing:
            parts.append(f"Never heard: {', '.join(self.missing)}.")
        if self.seldom:
            listed = ", ".join(f"{letter} ({times})" for letter, times in self.seldom)
            parts.append(f"Heard less than {OFTEN_ENOUGH} times: {listed}.")
        return " ".join(parts) or "Every letter of the language is heard often enough."
