"""The terms of a query, each with what it means for a clip and how it is typed."""

import operator
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from curator.domain.clip import Clip

MEASURES = ("duration", "start", "confidence")
"""Numbers every clip has without a scorer."""

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}

POSSESSIONS: Mapping[str, Callable[[Clip], bool]] = {
    "text": lambda clip: clip.text != "",
    "transcript": lambda clip: clip.transcript is not None,
    "words": lambda clip: bool(clip.words),
    "edges": lambda clip: clip.edges is not None,
    "map": lambda clip: clip.map is not None,
    "voice": lambda clip: clip.speaker_similarity is not None,
    "emotion": lambda clip: clip.emotion is not None,
    "correction": lambda clip: clip.text_decided,
}
"""What ``has:`` asks for. voice: how near it is to the chosen voice is known."""

FIELDS = ("state", "emotion", "finding", "recording", "language", "cluster", "id", "has")


BARE = re.compile(r'[^\s":<>=!\\-][^\s":<>=!\\]*')
"""What needs no quotation marks."""


def fold(text: str) -> str:
    """The text as search sees it: no case, no accents, compatible letters made equal."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


@dataclass(frozen=True, slots=True)
class Words:
    """The text holds these words, as a part of it."""

    text: str

    def matches(self, clip: Clip) -> bool:
        """Whether the clip's text holds them."""
        return fold(self.text) in fold(clip.text)

    def __str__(self) -> str:
        return quoted_if_needed(self.text)


@dataclass(frozen=True, slots=True)
class OneOf:
    """A word of the clip is one of ``values``. field: state, emotion, finding, language or has."""

    field: str
    values: tuple[str, ...]

    def matches(self, clip: Clip) -> bool:
        """Whether one of the values is the clip's."""
        return any(self._has(clip, value) for value in self.values)

    def _has(self, clip: Clip, value: str) -> bool:
        if self.field == "state":
            return clip.state == value
        if self.field == "emotion":
            return clip.emotion == (None if value == "none" else value)
        if self.field == "language":
            return clip.language == value
        if self.field == "has":
            return POSSESSIONS[value](clip)
        if value in ("any", "none"):
            return bool(clip.findings) == (value == "any")
        return any(finding.key == value for finding in clip.findings)

    def __str__(self) -> str:
        return f"{self.field}:{','.join(self.values)}"


@dataclass(frozen=True, slots=True)
class InRecording:
    """The recording's name holds this part."""

    part: str

    def matches(self, clip: Clip) -> bool:
        """Whether the clip's recording is so called."""
        return fold(self.part) in fold(clip.recording)

    def __str__(self) -> str:
        return f"recording:{quoted_if_needed(self.part)}"


@dataclass(frozen=True, slots=True)
class Numbered:
    """A whole number of the clip is one of ``numbers``. field: id or cluster."""

    field: str
    numbers: tuple[int, ...]

    def matches(self, clip: Clip) -> bool:
        """Whether one of the numbers is the clip's."""
        if self.field == "id":
            return clip.id in self.numbers
        return clip.map is not None and clip.map.cluster in self.numbers

    def __str__(self) -> str:
        return f"{self.field}:{','.join(map(str, self.numbers))}"


@dataclass(frozen=True, slots=True)
class Compared:
    """A number of the clip compared with ``number``; a clip without that number does not match."""

    name: str
    comparison: str
    number: float

    def matches(self, clip: Clip) -> bool:
        """Whether the clip has the number and the comparison holds."""
        value = self._value(clip)
        return value is not None and COMPARISONS[self.comparison](value, self.number)

    def _value(self, clip: Clip) -> float | None:
        if self.name == "duration":
            return clip.seconds
        if self.name == "start":
            return clip.span.start_s(clip.rate)
        if self.name == "confidence":
            return clip.transcript.confidence if clip.transcript else None
        return clip.scores.get(self.name)

    def __str__(self) -> str:
        whole = self.number.is_integer() and abs(self.number) < 1e15
        return f"{self.name}{self.comparison}{int(self.number) if whole else repr(self.number)}"


Plain = Words | OneOf | InRecording | Numbered | Compared


@dataclass(frozen=True, slots=True)
class Not:
    """The term does not hold."""

    term: Plain

    def matches(self, clip: Clip) -> bool:
        """Whether it does not."""
        return not self.term.matches(clip)

    def __str__(self) -> str:
        return f"-{self.term}"


Term = Plain | Not


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that must all hold; none of them: every clip."""

    terms: tuple[Term, ...] = ()

    def matches(self, clip: Clip) -> bool:
        """Whether every term holds for the clip."""
        return all(term.matches(clip) for term in self.terms)

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))


def quoted_if_needed(text: str) -> str:
    """As it must be typed to be taken for these very words."""
    if BARE.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
