"""Category sets put together: a set's text with more categories at its end."""

import json
import re
from collections.abc import Iterable

from curator.domain.emotion import Emotion, EmotionSet

COLOURS = (
    *("#E69F00", "#56B4E9", "#009E73", "#F0E442"),
    *("#0072B2", "#D55E00", "#CC79A7", "#999999"),
)
"""Okabe and Ito's, for categories that come without one."""


def united(text: str, more: Iterable[Emotion]) -> str:
    """A category set's TOML with those of ``more`` that it lacks, by key.

    A digit that is taken is replaced by a free one, or by none when all ten are taken.
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


def unknown(name: str, text: str) -> Emotion:
    """A category of which only the name is known, with the targets of the set in ``text``."""
    known = EmotionSet.from_text(text)
    some = known.emotions[0] if known.emotions else None
    return Emotion(
        key=key_of(name),
        name=name,
        colour=COLOURS[sum(map(ord, name)) % len(COLOURS)],
        digit="",
        target_clips=some.target_clips if some else 15,
        target_minutes=some.target_minutes if some else 1.0,
    )


def key_of(name: str) -> str:
    """A category's key from what others call it: lower-case letters, digits and underscores."""
    return re.sub(r"\W+", "_", name.strip().lower()).strip("_") or "category"


def table(emotion: Emotion, digit: str) -> str:
    """A category as it is written in a set's TOML."""
    words = {"key": emotion.key, "name": emotion.name, "colour": emotion.colour, "digit": digit}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in words.items()]
    lines += [
        f"target_clips = {emotion.target_clips}",
        f"target_minutes = {emotion.target_minutes}",
    ]
    return "\n".join(["[[emotion]]", *lines, ""])
