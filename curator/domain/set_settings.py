"""Decisions about the whole set: categories and their sampling weights."""

from collections.abc import Iterator
from dataclasses import dataclass

from curator.domain.emotion import Emotion, EmotionSet
from curator.domain.weights import Weights


@dataclass(frozen=True, slots=True)
class SetSettings:
    """Decisions about no single clip."""

    emotions: EmotionSet
    weights: Weights


def differences(before: SetSettings, after: SetSettings) -> tuple[str, ...]:
    """What differs, in sentences; none where both are the same."""
    return (*_of_categories(before.emotions, after.emotions), *_of_weights(before, after))


def _of_categories(before: EmotionSet, after: EmotionSet) -> Iterator[str]:
    if before.name != after.name:
        yield f"The categories are those of {after.name} instead of {before.name}."
    was = {emotion.key: emotion for emotion in before.emotions}
    now = {emotion.key: emotion for emotion in after.emotions}
    new = [emotion.name for key, emotion in now.items() if key not in was]
    gone = [emotion.name for key, emotion in was.items() if key not in now]
    if new:
        yield f"New among the categories: {', '.join(new)}."
    if gone:
        yield f"No longer among the categories: {', '.join(gone)}."
    shared = [key for key in was if key in now]
    for key in shared:
        if changes := list(_of_category(was[key], now[key])):
            yield f"The category {now[key].name}: {', '.join(changes)}."
    in_order = [key for key in now if key in was] == shared
    if not in_order or any(_looks(was[key]) != _looks(now[key]) for key in shared):
        yield "The colours, keys or order of categories differ."


def _of_category(was: Emotion, now: Emotion) -> Iterator[str]:
    if was.name != now.name:
        yield f"called {was.name} before"
    if was.target_clips != now.target_clips:
        yield f"{now.target_clips} clips wanted instead of {was.target_clips}"
    if was.target_minutes != now.target_minutes:
        yield f"{now.target_minutes:g} minutes wanted instead of {was.target_minutes:g}"


def _looks(emotion: Emotion) -> tuple[str, str]:
    return emotion.colour.lower(), emotion.digit


def _of_weights(before: SetSettings, after: SetSettings) -> Iterator[str]:
    was, now = before.weights, after.weights
    if was.temperature != now.temperature:
        yield (
            f"Categories are heard by a temperature of {now.temperature:g} instead of "
            f"{was.temperature:g}."
        )
    for key in sorted({*was.by_category, *now.by_category}):
        old, new = was.by_category.get(key, 1.0), now.by_category.get(key, 1.0)
        if old != new:
            yield f"{key} is heard {new:g} times as often as usual instead of {old:g} times."
