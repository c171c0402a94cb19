"""Category suggestions learned from labels, and lists of clips to review.

A suggestion is a fact; only people decide.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from curator.domain.decision import State
from curator.domain.fact import Suggestion

FACT = "suggestions"
"""Key of the project fact with the verdict."""

CLASSIFIER = 2
"""Version of the classifier: features, method and what a verdict holds."""

DOUBTFUL = 0.5
"""Probability below which a suggestion is uncertain."""

MIN_CATEGORIES, MIN_LABELS = 2, 2
"""Least number of categories to learn from, and of labels in each."""


@dataclass(frozen=True, slots=True)
class SuggestionVerdict:
    """Quality of the suggestions.

    learned_from: fingerprint of the labels. labels: their number. hits: cross-validated accuracy,
    0..1. chance: expected accuracy of the same predictions in random order. good: whether hits are
    significantly above chance; otherwise there are no suggestions. weak: keys of categories that
    cannot be distinguished. sentence: summary. queue: ids of the clips to label next, the most
    useful first.
    """

    learned_from: str
    labels: int
    hits: float
    chance: float
    good: bool
    weak: tuple[str, ...]
    sentence: str
    queue: tuple[int, ...] = ()

    @property
    def was_measured(self) -> bool:
        """Whether there were enough labels for a cross-validation."""
        return self.chance > 0.0  # a predicted category has labels

    def to_json(self) -> str:
        """JSON text as stored."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | None) -> "SuggestionVerdict | None":
        """Verdict from JSON; None if nothing was learned yet."""
        if not text:
            return None
        values = json.loads(text)
        return cls(
            **{**values, "weak": tuple(values["weak"]), "queue": tuple(values.get("queue", ()))}
        )


def fingerprint(labels: Mapping[int, str]) -> str:
    """Hash of the labels and the classifier's version; a change requires training again."""
    listed = json.dumps([CLASSIFIER, sorted(labels.items())])
    return hashlib.sha256(listed.encode()).hexdigest()[:16]


class Listed(Protocol):
    """Properties of a listed clip."""

    @property
    def id(self) -> int:
        """Clip id."""
        ...

    @property
    def text(self) -> str:
        """Text of the clip."""
        ...

    @property
    def state(self) -> State:
        """Kept, dropped or undecided."""
        ...

    @property
    def emotion(self) -> str | None:
        """Decided category, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Suggested:
    """Clip with its suggestion."""

    clip: Listed
    suggestion: Suggestion


def likely(
    clips: Iterable[Listed], suggestions: Mapping[int, Suggestion], emotion: str
) -> list[Suggested]:
    """Unlabelled clips with this suggested category, most probable first."""
    suggested = [each for each in _open(clips, suggestions) if each.suggestion.emotion == emotion]
    return sorted(suggested, key=_by_probability)


def doubtful(
    clips: Iterable[Listed], suggestions: Mapping[int, Suggestion], queue: Sequence[int] = ()
) -> list[Suggested]:
    """Unlabelled clips to label next: those of the queue, then the most uncertain."""
    place = {clip: number for number, clip in enumerate(queue)}
    suggested = [
        each
        for each in _open(clips, suggestions)
        if each.suggestion.probability < DOUBTFUL or each.clip.id in place
    ]
    suggested.sort(key=_by_probability, reverse=True)
    return sorted(suggested, key=lambda each: place.get(each.clip.id, len(place)))


def next_to_label(clips: Iterable[Listed], queue: Sequence[int]) -> list[Listed]:
    """Unlabelled, undropped clips of the queue, in its order."""
    place = {clip: number for number, clip in enumerate(queue)}
    waiting = [
        clip
        for clip in clips
        if clip.id in place and clip.emotion is None and clip.state is not State.DROPPED
    ]
    return sorted(waiting, key=lambda clip: place[clip.id])


def suspects(clips: Iterable[Listed], suggestions: Mapping[int, Suggestion]) -> list[Suggested]:
    """Clips with suspect labels, most suspect first."""
    suggested = [
        Suggested(clip, suggestion)
        for clip in clips
        if clip.emotion is not None
        and clip.state is not State.DROPPED
        and (suggestion := suggestions.get(clip.id)) is not None
        and suggestion.emotion != clip.emotion
    ]
    return sorted(suggested, key=_by_probability)


def waiting(clips: Iterable[Listed], suggestions: Mapping[int, Suggestion]) -> dict[str, int]:
    """Number of confident suggestions by category."""
    counted: dict[str, int] = {}
    for each in _open(clips, suggestions):
        if each.suggestion.probability >= DOUBTFUL:
            key = each.suggestion.emotion
            counted[key] = counted.get(key, 0) + 1
    return counted


def _open(clips: Iterable[Listed], suggestions: Mapping[int, Suggestion]) -> Sequence[Suggested]:
    """Unlabelled, undropped clips with their suggestions."""
    return [
        Suggested(clip, suggestions[clip.id])
        for clip in clips
        if clip.emotion is None and clip.state is not State.DROPPED and clip.id in suggestions
    ]


def _by_probability(each: Suggested) -> tuple[float, int]:
    return -each.suggestion.probability, each.clip.id
