"""What is decided about a set as a whole: its categories, and how often each is heard."""

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
    yield from (f"The category {now[key].name} is new." for key in now if key not in was)
    yield from (f"The category {was[key].name} is gone." for key in was if key not in now)
    for key in was:
        if key in now and was[key] != now[key]:
            yield f"The category {now[key].name}: {', '.join(_of_category(was[key], now[key]))}."
    shared = [[key for key in keys if key in was and key in now] for keys in (was, now)]
    if shared[0] != shared[1]:
        yield "The categories are in another order."


def _of_category(was: Emotion, now: Emotion) -> Iterator[str]:
    if was.name != now.name:
        yield f"called {was.name} before"
    if was.target_clips != now.target_clips:
        yield f"{now.target_clips} clips wanted instead of {was.target_clips}"
    if was.target_minutes != now.target_minutes:
        yield f"{now.target_minutes:g} minutes wanted instead of {was.target_minutes:g}"
    if was.colour != now.colour:
        yield "another colour"
    if was.digit != now.digit:
        yield "another key on the keyboard"


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
