"""Coverage of a language's letters, letter groups and tones by the texts of a set."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from unicodedata import normalize

from curator.domain.resources import resources

OFTEN_ENOUGH = 10
"""Recommended minimum occurrences of a letter."""

OR = "/"
"""Separator of spellings of one sound."""

_WORD = re.compile(r"[^\W\d_]+")
_BLOT = "\0"


class Letters:
    """Letters, letter groups and tones of a language.

    names: of all counted items, in the order of the language; spellings of one are joined by OR.
    """

    def __init__(self, needs: Mapping[str, Any]) -> None:
        letters, own, groups = (needs.get(what, ()) for what in ("letters", "own", "groups"))
        self._tones: Mapping[str, str] = needs.get("tones", {})
        self.names = (*letters, *own, *groups, *(f"tone {name}" for name in self._tones))
        self._letters = tuple(letters)
        self._own = [name.split(OR) for name in own]
        self._groups = [name.split(OR) for name in groups]
        self._find_own = _any_of(spelling for name in self._own for spelling in name)

    def counted(self, text: str) -> list[int]:
        """Occurrences of each item in a text."""
        text = normalize("NFC", text).lower()
        tones: list[int] = []
        if self._tones:
            text, tones = self._told_apart(text)
        own = Counter(self._find_own.findall(text)) if self._own else Counter[str]()
        rest = self._find_own.sub(_BLOT, text) if own else text
        return [
            *map(rest.count, self._letters),
            *(sum(own[spelling] for spelling in name) for name in self._own),
            *(sum(map(rest.count, name)) for name in self._groups),
            *tones,
        ]

    def _told_apart(self, text: str) -> tuple[str, list[int]]:
        """Text without tone marks, and the occurrences of each tone."""
        apart = normalize("NFD", text)
        tones = {sign: apart.count(sign) for sign in self._tones.values() if sign}
        tones[""] = max(0, len(_WORD.findall(text)) - sum(tones.values()))  # a syllable has one
        for sign in self._tones.values():
            apart = apart.replace(sign, "") if sign else apart
        return normalize("NFC", apart), [tones[sign] for sign in self._tones.values()]


def _any_of(spellings: Iterable[str]) -> re.Pattern[str]:
    """Pattern of the longest spelling; matches nothing without spellings."""
    longest_first = sorted(spellings, key=lambda each: (-len(each), each))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


@cache
def letters_of(language: str) -> Letters:
    """Letters of a language by its code; empty for an unknown one."""
    text = (resources() / "letters.toml").read_text(encoding="utf-8")
    return Letters(tomllib.loads(text).get(language.partition("-")[0].lower(), {}))


@dataclass(frozen=True, slots=True)
class Coverage:
    """Count of each letter of the language in the kept clips.

    times: in the order of the language; empty for an unknown language.
    """

    times: tuple[tuple[str, int], ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Letters that do not occur."""
        return tuple(letter for letter, times in self.times if not times)

    @property
    def seldom(self) -> tuple[tuple[str, int], ...]:
        """Letters that occur too rarely, with their counts."""
        return tuple(each for each in self.times if 0 < each[1] < OFTEN_ENOUGH)

    def sentence(self) -> str:
        """Missing letters as a sentence; "" for an unknown language."""
        if not self.times:
            return ""
        parts = []
        if self.missing:
            parts.append(f"Not covered: {', '.join(self.missing)}.")
        if self.seldom:
            listed = ", ".join(f"{letter} ({times})" for letter, times in self.seldom)
            parts.append(f"Fewer than {OFTEN_ENOUGH} times: {listed}.")
        return " ".join(parts) or f"All letters occur at least {OFTEN_ENOUGH} times."
