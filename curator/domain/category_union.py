"""Union of category sets: the text of a set with appended categories."""

import json
import re
import unicodedata
from collections.abc import Collection, Iterable

from curator.domain.emotion import Emotion, EmotionSet

COLOURS = (
    *("#E69F00", "#56B4E9", "#009E73", "#F0E442"),
    *("#0072B2", "#D55E00", "#CC79A7", "#999999"),
)
"""Okabe-Ito palette, for categories without a colour."""

RESERVED = {"none": "category_none"}
"""``emotion:none`` means clips without a category."""


def united(text: str, more: Iterable[Emotion]) -> str:
    """TOML of a category set extended by the missing categories of ``more``, by key.

    A used digit is replaced by a free one, or by none if all ten are used.
    """
    known = EmotionSet.from_text(text)
    keys = set(known.keys)
    free = [digit for digit in "1234567890" if digit not in {each.digit for each in known.emotions}]
    for emotion in more:
        if emotion.key not in keys:
            keys.add(emotion.key)
            digit = emotion.digit if emotion.digit in free else next(iter(free), "")
            if digit:
                free.remove(digit)
            text = f"{text.rstrip()}\n\n{table(emotion, digit)}"
    return text


def unknown(name: str, text: str, key: str = "") -> Emotion:
    """Category from a name, with the targets of the set in ``text``."""
    known = EmotionSet.from_text(text)
    some = known.emotions[0] if known.emotions else None
    return Emotion(
        key=key or key_of(name),
        name=unicodedata.normalize("NFC", name).strip(),
        colour=COLOURS[sum(map(ord, name)) % len(COLOURS)],
        digit="",
        target_clips=some.target_clips if some else 15,
        target_minutes=some.target_minutes if some else 1.0,
    )


def key_of(name: str) -> str:
    """Category key from its name: lower-case letters, marks, digits, underscores, in NFC.

    Symbols such as emoji become their code point, so that a name of symbols has a key, too.
    """
    text = unicodedata.normalize("NFC", name).strip().lower()
    key = "".join(_in_key(letter) for letter in text)
    key = re.sub("_+", "_", key).strip("_") or "category"
    return RESERVED.get(key, key)


def free_key(name: str, taken: Collection[str]) -> str:
    """Key of a category from its name, numbered from 2 where the plain key is taken."""
    plain = key = key_of(name)
    number = 2
    while key in taken:
        key, number = f"{plain}_{number}", number + 1
    return key


def _in_key(letter: str) -> str:
    if letter.isalnum() or unicodedata.category(letter).startswith("M"):
        return letter
    return "_" if letter.isascii() or letter.isspace() else f"_u{ord(letter):x}_"


def keys_of(names: Iterable[str], text: str) -> dict[str, str]:
    """Keys of category names, by name: no two names share one.

    text: the project's category set. A name is a category of the set if it is its key or its name;
    names that differ in case or Unicode normalisation alone are one.
    """
    known = EmotionSet.from_text(text)
    by_name = {_folded(each.name): each.key for each in known.emotions}
    by_name |= {_folded(key): key for key in known.keys}
    taken = set(known.keys)
    keys: dict[str, str] = {}
    for name in names:
        folded = _folded(name)
        if folded not in by_name:
            by_name[folded] = free_key(name, taken)
            taken.add(by_name[folded])
        keys[name] = by_name[folded]
    return keys


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().lower()


def table(emotion: Emotion, digit: str) -> str:
    """TOML table of a category."""
    words = {"key": emotion.key, "name": emotion.name, "colour": emotion.colour, "digit": digit}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in words.items()]
    lines += [
        f"target_clips = {emotion.target_clips}",
        f"target_minutes = {emotion.target_minutes}",
    ]
    return "\n".join(["[[emotion]]", *lines, ""])
