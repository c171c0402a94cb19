"""Edits of a project's categories: add, rename, merge, recolour, change targets.

Each change is one act of several edits: the category set, the labels that go with it and the
weights. So no label is lost, and one undo brings all of it back.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from curator.domain.category_union import COLOURS, free_key, table
from curator.domain.decision import PROJECT, Edit, Field, Value
from curator.domain.emotion import Emotion, EmotionSet
from curator.domain.errors import CuratorError
from curator.domain.weights import Weights

DIGITS = "1234567890"
RESERVED = ("none", "temperature")
"""Reserved words of queries and weights."""

MAX_CLIPS, MAX_MINUTES = 100_000, 10_000.0
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_KEY = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class LabelledClips:
    """State that a change of categories updates.

    labels: clip id -> category. weights: as decided.
    """

    emotions: EmotionSet
    labels: Mapping[int, str]
    weights: Weights


@dataclass(frozen=True, slots=True)
class CategoryEdit:
    """Edits that are undone together, with their label."""

    label: str
    edits: Sequence[Edit]


def new_category(emotions: EmotionSet, name: str) -> Emotion:
    """New category with a free key, colour and digit, and the targets of the first one."""
    folded = _named(emotions, name)
    used = {each.colour.lower() for each in emotions.emotions}
    first = emotions.emotions[0] if emotions.emotions else None
    return Emotion(
        key=free_key(folded, emotions.keys),
        name=folded,
        colour=next((colour for colour in COLOURS if colour.lower() not in used), COLOURS[-1]),
        digit=next(iter(_free_digits(emotions)), ""),
        target_clips=first.target_clips if first else 15,
        target_minutes=first.target_minutes if first else 1.0,
    )


def add(now: LabelledClips, emotion: Emotion) -> CategoryEdit:
    """Add a category at the end."""
    if emotion.key in now.emotions.keys:
        raise CuratorError(f"There is already a category {emotion.key!r}.")
    return _act(f"Add category: {emotion.name}", now, (*now.emotions.emotions, emotion))


def change(now: LabelledClips, key: str, emotion: Emotion) -> CategoryEdit:
    """Change the name, key, colour, digit or targets of a category; its clips stay in it.

    If another category has the digit, the two swap digits.
    """
    old = category(now.emotions, key)
    others = [each.key for each in now.emotions.emotions if each.key != key]
    if emotion.key in others:
        raise CuratorError(
            f"There is already a category {emotion.key!r}.", "Merge the two, or choose another key."
        )
    after = []
    for each in now.emotions.emotions:
        if each.key == key:
            after.append(emotion)
        elif each.digit and each.digit == emotion.digit:
            after.append(replace(each, digit=old.digit))
        else:
            after.append(each)
    return _act(_what_changes(old, emotion), now, after, {key: emotion.key})


def merge(now: LabelledClips, key: str, into: str) -> CategoryEdit:
    """Merge a category into another with its clips."""
    old, other = category(now.emotions, key), category(now.emotions, into)
    if old is other:
        raise CuratorError("A category cannot be merged with itself.")
    left = [each for each in now.emotions.emotions if each is not old]
    return _act(f"Merge category: {old.name} into {other.name}", now, left, {key: into})


def remove(now: LabelledClips, key: str) -> CategoryEdit:
    """Remove a category; its clips then have none."""
    old = category(now.emotions, key)
    if len(now.emotions.emotions) == 1:
        raise CuratorError("The last category cannot be removed.", "Rename it instead.")
    left = [each for each in now.emotions.emotions if each is not old]
    return _act(f"Remove category: {old.name}", now, left, {key: None})


def replace_set(now: LabelledClips, other: EmotionSet) -> CategoryEdit:
    """Replace the category set; old categories that clips still use are appended."""
    used = set(now.labels.values())
    kept = [e for e in now.emotions.emotions if e.key in used and e.key not in other.keys]
    free = _free_digits(other)
    kept = [replace(each, digit=next(free, "")) for each in kept]
    after = replace(other, emotions=(*other.emotions, *kept))
    text = to_toml(after)
    return CategoryEdit(
        f"Use categories: {other.name}",
        [Edit("", Field.CATEGORIES, {PROJECT: text})],
    )


def category(emotions: EmotionSet, key: str) -> Emotion:
    """Category by key. Raises CuratorError listing the keys if there is none."""
    for each in emotions.emotions:
        if each.key == key:
            return each
    raise CuratorError(
        f"The project has no category {key!r}.", f"Choose one of: {', '.join(emotions.keys)}."
    )


def to_toml(emotions: EmotionSet) -> str:
    """TOML text of a category set."""
    first = emotions.emotions[0]
    lines = [
        f"key = {json.dumps(emotions.key, ensure_ascii=False)}",
        f"name = {json.dumps(emotions.name, ensure_ascii=False)}",
        f"target_clips = {first.target_clips}",
        f"target_minutes = {first.target_minutes}",
    ]
    tables = [table(each, each.digit) for each in emotions.emotions]
    return "\n".join([*lines, "", *tables])


def checked(emotion: Emotion) -> Emotion:
    """Return a valid category unchanged. Raises CuratorError for an invalid field."""
    if not _COLOUR.fullmatch(emotion.colour):
        raise CuratorError(f"{emotion.colour!r} is not a colour.", "Write it as #rrggbb.")
    if not _KEY.fullmatch(emotion.key) or emotion.key != emotion.key.lower():
        raise CuratorError(
            f"{emotion.key!r} is not a valid category key.", "Use lower-case letters, digits and _."
        )
    if emotion.key in RESERVED:
        raise CuratorError(f"The category key {emotion.key!r} is reserved.", "Choose another one.")
    if emotion.digit and (len(emotion.digit) != 1 or emotion.digit not in DIGITS):
        raise CuratorError(f"{emotion.digit!r} is not a digit from 0 to 9.")
    if not emotion.name.strip() or any(ord(letter) < ord(" ") for letter in emotion.name):
        raise CuratorError("A category needs a name on one line.")
    if not 0 <= emotion.target_clips <= MAX_CLIPS:
        raise CuratorError(
            f"A target of {emotion.target_clips} clips is out of range: 0 to {MAX_CLIPS}."
        )
    if not 0 <= emotion.target_minutes <= MAX_MINUTES:
        raise CuratorError(
            f"A target of {emotion.target_minutes} minutes is out of range: 0 to {MAX_MINUTES:g}."
        )
    return emotion


def _act(
    label: str,
    now: LabelledClips,
    after: Sequence[Emotion],
    moves: Mapping[str, str | None] | None = None,
) -> CategoryEdit:
    """Edits in order: the set first, so that labels can use its new categories."""
    for each in after:
        checked(each)
    names = [each.name.casefold() for each in after]
    if len(set(names)) < len(names):
        raise CuratorError("Two categories cannot have the same name.", "Merge them instead.")
    text = to_toml(replace(now.emotions, emotions=tuple(after)))
    edits = [Edit(label, Field.CATEGORIES, {PROJECT: text})]
    going = {old: new for old, new in (moves or {}).items() if old != new}
    labels: dict[int, Value] = {
        clip: going[key] for clip, key in now.labels.items() if key in going
    }
    if labels:
        edits.append(Edit(label, Field.EMOTION, labels))
    there = now.emotions.keys  # a category that others are merged into keeps its own weight
    weights = now.weights.moved(
        {old: new for old, new in going.items() if new not in there}
        | {old: None for old, new in going.items() if new in there}
    )
    if weights != now.weights:
        edits.append(Edit(label, Field.WEIGHTS, {PROJECT: weights.to_json()}))
    return CategoryEdit(label, edits)


def _what_changes(old: Emotion, new: Emotion) -> str:
    if old.name != new.name:
        return f"Rename category: {old.name} to {new.name}"
    if old.colour != new.colour:
        return f"Recolour category: {old.name}"
    if (old.target_clips, old.target_minutes) != (new.target_clips, new.target_minutes):
        return f"Change target: {old.name}"
    return f"Change category: {old.name}"


def _named(emotions: EmotionSet, name: str) -> str:
    folded = " ".join(name.split())
    if not folded:
        raise CuratorError("A category needs a name.")
    if folded.casefold() in {each.name.casefold() for each in emotions.emotions}:
        raise CuratorError(f"There is already a category {folded!r}.")
    return folded


def _free_digits(emotions: EmotionSet) -> Iterator[str]:
    used = {each.digit for each in emotions.emotions}
    return iter([digit for digit in DIGITS if digit not in used])
