"""Languages and text folding, from ``resources/languages.toml``."""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from curator.domain.resources import resources

NATIVE, GROWN = "native", "grown"
"""Treatments of a language by a target: spoken as released, or added in training."""

UNDETERMINED = frozenset({"und", "mul", "mis", "zxx", "unk", "all", "any"})
"""Codes of no single language, in ISO 639 and in lists."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language. treatments: by key of a target, NATIVE, GROWN or "no"."""

    code: str
    english: str
    own: str
    scripts: tuple[str, ...]
    letters: str
    punctuation: str
    treatments: Mapping[str, str]


def base_code(language: str) -> str:
    """Code without region, lower case.

    >>> base_code("pt-BR")
    'pt'
    """
    return language.split("-")[0].lower()


def language_code(text: str) -> str:
    """Code of a language given by code, name or alias, without region; "" if it is not one.

    Codes that are not listed are accepted if they look like one.

    >>> [language_code(text) for text in ("HU", "Hungarian", "magyar", "jp", "pt_BR", "none")]
    ['hu', 'hu', 'hu', 'ja', 'pt', '']
    """
    name = unicodedata.normalize("NFC", text).strip().casefold()
    code = re.split("[-_]", name)[0]
    for written in (name, code):
        if known := _names().get(written):
            return known
    return code if re.fullmatch("[a-z]{2,3}", code) and code not in UNDETERMINED else ""


def language_names() -> list[tuple[str, str, str]]:
    """(code, English name, own name) of all listed languages, by English name."""
    named = [(code, entry.english, entry.own) for code, entry in languages().items()]
    return sorted(named, key=lambda entry: entry[1])


@cache
def _names() -> Mapping[str, str]:
    """Codes by code, alias, English name and own name, case-folded."""
    names = {code: code for code in languages()}
    names |= _table()["aliases"]
    for code, english, own in language_names():
        names |= {english.casefold(): code, own.casefold(): code}
    return names


@cache
def languages() -> Mapping[str, Language]:
    """All listed languages by code."""
    return {
        code: Language(
            code,
            entry["english"],
            entry["own"],
            tuple(entry["scripts"]),
            entry["letters"],
            entry.get("punctuation", ""),
            {key: value for key, value in entry.items() if value in (NATIVE, GROWN, "no")},
        )
        for code, entry in _table()["language"].items()
    }


def folded(text: str) -> str:
    """Text as in manifests: NFC, variants and invisible characters folded, single spaces."""
    replaced = unicodedata.normalize("NFC", text).translate(_fold())
    return " ".join(unicodedata.normalize("NFC", replaced).split())


def folds(texts: Iterable[str]) -> str:
    """Note on the characters that ``folded`` removes or replaces; "" if there are none."""
    fold = _fold()
    counts: Counter[str] = Counter()
    changed = 0
    for text in texts:
        variants = [c for c in unicodedata.normalize("NFC", text) if ord(c) in fold]
        counts.update(variants)
        changed += bool(variants)
    if not changed:
        return ""
    names = ", ".join(f"U+{ord(c):04X}" for c, _ in counts.most_common(8))
    more = f" and {len(counts) - 8} more" if len(counts) > 8 else ""
    where = "1 text" if changed == 1 else f"{changed} texts"
    return f"Invisible characters and typographic variants are folded in {where}: {names}{more}."


@cache
def alphabet(code: str, shared: frozenset[str]) -> frozenset[str]:
    """Letters in both cases, punctuation and characters of scripts without alphabet.

    Letters whose upper case is several characters ("ß") have none here.
    """
    language = languages()[code]
    upper = (letter.upper() for letter in language.letters)
    known = {*language.letters, *language.punctuation, *(u for u in upper if len(u) == 1)}
    return shared.union(known, *map(_script, language.scripts))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((resources() / "languages.toml").read_text(encoding="utf-8"))


@cache
def _script(name: str) -> frozenset[str]:
    """Letters, marks and numbers of a script without alphabet; none for other scripts."""
    return frozenset(
        chr(code)
        for first, last in _table()["scripts"].get(name, ())
        for code in range(first, last + 1)
        if unicodedata.category(chr(code))[0] in "LMN"
    )


@cache
def _fold() -> Mapping[int, str]:
    """Replacements by code point; none of them contains a character that is replaced itself."""
    fold = _table()["fold"]
    table = {ord(variant): plain for variant, plain in fold["replaced"].items()}
    for first, last in fold["removed"]:
        table |= dict.fromkeys(range(first, last + 1), "")
    compatible = {
        code: unicodedata.normalize("NFKC", chr(code)).translate(table)
        for first, last in fold["compatible"]
        for code in range(first, last + 1)
        if code not in table
    }
    return table | {code: plain for code, plain in compatible.items() if plain != chr(code)}
