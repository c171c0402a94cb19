"""What was learned from a person's labels: how good it is, and which clips it points to.

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
"""The key of the project fact that holds the verdict."""

DOUBTFUL = 0.5
"""A suggestion less probable than this leaves open what the clip is."""


@dataclass(frozen=True, slots=True)
class SuggestionVerdict:
    """What can be said of the suggestions as a whole.

    learned_from: fingerprint of the labels. labels: how many. hits, chance: the share of labels
    that was found again by what was learned from the others, and that would be by dealing the same
    guesses out at random, 0..1. good: whether the one is surely more than the other; without, there
    are no suggestions. weak: categories that are not told from the others, by key. sentence: all
    this for people.
    """

    learned_from: str
    labels: int
    hits: float
    chance: float
    good: bool
    weak: tuple[str, ...]
    sentence: str

    def to_json(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | None) -> "SuggestionVerdict | None":
        """The stored verdict; None when nothing was learned yet."""
        if not text:
            return None
        values = json.loads(text)
        return cls(**{**values, "weak": tuple(values["weak"])})


def fingerprint(labels: Mapping[int, str]) -> str:
    """Of who has which category: another one asks for learning again."""
    listed = json.dumps(sorted(labels.items()))
    return hashlib.sha256(listed.encode()).hexdigest()[:16]


class Listed(Protocol):
    """What has to be known of a clip to list it."""

    @property
    def id(self) -> int:
        """Its number."""
        ...

    @property
    def text(self) -> str:
        """What is said in it."""
        ...

    @property
    def state(self) -> State:
        """Whether it goes into the set."""
        ...

    @property
    def emotion(self) -> str | None:
        """The category that people gave it."""
        ...


@dataclass(frozen=True, slots=True)
class Suggested:
    """A clip with what is suggested for it."""

    clip: Listed
    suggestion: Suggestion


def likely(
    clips: Iterable[Listed], suggestions: Mapping[int, Suggestion], emotion: str
) -> list[Suggested]:
    """The clips without a category that are probably of this one, the likeliest first."""
    suggested = [each for each in _open(clips, suggestions) if each.suggestion.emotion == emotion]
    return sorted(suggested, key=_by_probability)


def doubtful(clips: Iterable[Listed], suggestions: Mapping[int, Suggestion]) -> list[Suggested]:
    """Unlabelled clips with uncertain suggestions, most uncertain first."""
    suggested = [
        each for each in _open(clips, suggestions) if each.suggestion.probability < DOUBTFUL
    ]
    return sorted(suggested, key=_by_probability, reverse=True)


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
    """How many clips are likely ones of each category."""
    counted: dict[str, int] = {}
    for each in _open(clips, suggestions):
        if each.suggestion.probability >= DOUBTFUL:
            key = each.suggestion.emotion
            counted[key] = counted.get(key, 0) + 1
    return counted


def _open(clips: Iterable[Listed], suggestions: Mapping[int, Suggestion]) -> Sequence[Suggested]:
    """Clips that wait for a category, with what is suggested for them."""
    return [
        Suggested(clip, suggestions[clip.id])
        for clip in clips
        if clip.emotion is None and clip.state is not State.DROPPED and clip.id in suggestions
    ]


def _by_probability(each: Suggested) -> tuple[float, int]:
    return -each.suggestion.probability, each.clip.id
