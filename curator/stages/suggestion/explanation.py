"""Explanation of a suggestion: the features with the largest contribution."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from curator.domain.fact import Suggestion
from curator.stages.delivery.features import FEATURES
from curator.stages.suggestion.features import SIGNS
from curator.stages.suggestion.lda import Likeness, Numbers

REASONS = 3
TELLING = 0.4  # spreads from the usual, below which a number is no reason
VERY_TELLING = 1.0  # the same for what is hard to say in words

WORDS_MORE, WORDS_LESS = "a longer sentence", "a shorter sentence"


@dataclass(frozen=True, slots=True)
class Offer:
    """What is to be suggested for a clip.

    row: among the points. given: the number of the category people gave it, -1 without one.
    probability: of the category; that the given one is wrong, where another is offered.
    """

    clip: int
    row: int
    kind: int
    given: int
    probability: float


class Reasons:
    """Sentence on why a category is suggested."""

    def __init__(self, points: Numbers, learned: Likeness, names: Mapping[str, str]) -> None:
        self._points = points
        self._weights = learned.weights
        known = np.isfinite(learned.offsets)
        self._usual = learned.weights[:, known].mean(axis=1)
        self._keys = list(names)
        self._names = names

    def suggestion(self, offer: Offer) -> Suggestion:
        """The fact itself."""
        key = self._keys[offer.kind]
        return Suggestion(key, offer.probability, self._sentence(offer))

    def _sentence(self, offer: Offer) -> str:
        because = self._because(offer.row, offer.kind) or "as a whole"
        name = self._names[self._keys[offer.kind]]
        like = f"like clips of {name}"
        if offer.given >= 0 and offer.given != offer.kind:
            like = f"more like {name} than {self._names[self._keys[offer.given]]}"
        return f"{because[0].upper()}{because[1:]}: {like}."

    def _because(self, row: int, kind: int) -> str:
        """What of the clip speaks most for this category and against the others."""
        point = self._points[row]
        speaks = point * (self._weights[:, kind] - self._usual)
        words: list[str] = []
        for place in np.argsort(-speaks)[: 3 * REASONS]:
            if speaks[place] <= 0 or len(words) == REASONS:
                break
            word = _word(int(place), float(point[place]), point.size)
            if word and word not in words:
                words.append(word)
        return ", ".join(words)


def _word(place: int, value: float, size: int) -> str:
    """Description of a feature's deviation; "" for one near the speaker's mean.

    The first are those of the delivery, the last the signs, and the length of the text.
    """
    if place < len(FEATURES):
        feature = FEATURES[place]
        return "" if abs(value) < TELLING else feature.more if value > 0 else feature.less
    sign = place - (size - len(SIGNS) - 1)
    if 0 <= sign < len(SIGNS):
        return SIGNS[sign][1] if value > TELLING else ""
    if abs(value) < VERY_TELLING:
        return ""
    if sign < 0:
        return "the sound of the voice"
    return WORDS_MORE if value > 0 else WORDS_LESS
