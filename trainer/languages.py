"""Language table and text folding, from ``resources/languages.toml``, shared with curator."""

import functools
import importlib.metadata
import unicodedata
from collections.abc import Iterable
from typing import Any

from trainer.errors import TrainerError
from trainer.foreign_files import read_toml
from trainer.resources import resources

GROWN = "grown"  # treatment of a language that is added to the vocabulary in training


def base_code(language: str) -> str:
    """Language code without region: "pt" for "pt-BR"."""
    return language.partition("-")[0].lower()


@functools.cache
def language_table() -> dict[str, dict[str, Any]]:
    """Entries by language code."""
    return dict(_data()["language"])


def english_name(language: str) -> str:
    """English name of a language; the code if it is not listed."""
    return str(language_table().get(base_code(language), {}).get("english", language))


def supported(target: str) -> dict[str, str]:
    """Treatment ("native" or "grown") by code, of the languages that a target can learn."""
    treatments = {code: entry.get(target, "no") for code, entry in language_table().items()}
    return {code: treatment for code, treatment in treatments.items() if treatment != "no"}


def grown_languages(languages: Iterable[str], target: str) -> list[str]:
    """Codes among ``languages`` that the target learns only in training, sorted."""
    treatments = supported(target)
    codes = {base_code(language) for language in languages}
    return sorted(code for code in codes if treatments.get(code) == GROWN)


def growth_sentence(languages: Iterable[str], target: str, name: str) -> str:
    """Sentence on the languages that training adds to a target's vocabulary; "" if none.

    name: of the target, for people.
    """
    names = " and ".join(map(english_name, grown_languages(languages, target)))
    return f"{names} will be added to {name}'s vocabulary in training." if names else ""


def packages(target: str) -> dict[str, list[str]]:
    """Distributions that the tokenizer of a target imports, by language code."""
    return dict(_data()["packages"].get(target, {}))


def missing_packages(target: str, language: str) -> list[str]:
    """Packages of ``packages`` that are not installed, for one language."""
    missing = []
    for name in packages(target).get(base_code(language), ()):
        try:
            importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    return missing


@functools.cache
def require_packages(target: str, language: str) -> None:
    """Raise TrainerError if packages for a language are missing; some tokenizers skip them."""
    if missing := missing_packages(target, language):
        raise TrainerError(
            f"The tokenizer needs {' and '.join(missing)} for {english_name(language)}.",
            "Install with: curator setup training",
        )


@functools.cache
def characters_of(code: str, symbols: frozenset[str]) -> frozenset[str]:
    """Characters of a language, both cases. symbols: punctuation and digits of all languages."""
    entry = language_table()[code]
    known = set(letters_of(code) | symbols)
    for script in entry["scripts"]:
        for first, last in _data()["scripts"].get(script, ()):
            known.update(
                sign
                for sign in map(chr, range(first, last + 1))
                if unicodedata.category(sign)[0] in ("L", "M", "N")
            )
    return frozenset(known)


def letters_of(code: str) -> frozenset[str]:
    """Listed letters in both cases, and the language's own punctuation."""
    entry = language_table()[code]
    letters = entry["letters"]
    upper = {up for letter in letters if len(up := letter.upper()) == 1}
    return frozenset(letters) | upper | frozenset(entry.get("punctuation", ""))


def folded(text: str) -> str:
    """NFC text with variants and invisible characters folded, and single spaces."""
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).translate(_fold()))
    return " ".join(text.split())


@functools.cache
def _data() -> dict[str, Any]:
    return read_toml(resources() / "languages.toml")


@functools.cache
def _fold() -> dict[int, str]:
    """Replacement by code point; removal wins, and compatible forms are folded further."""
    rules = _data()["fold"]
    replacements = {ord(sign): plain for sign, plain in rules["replaced"].items()}
    for first, last in rules["removed"]:
        replacements.update(dict.fromkeys(range(first, last + 1), ""))
    compatible: dict[int, str] = {}
    for first, last in rules["compatible"]:
        for code in range(first, last + 1):
            compatible[code] = unicodedata.normalize("NFKC", chr(code)).translate(replacements)
    return compatible | replacements
