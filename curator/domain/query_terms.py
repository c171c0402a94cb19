"""Terms of a query: meaning for a clip and textual form."""

import operator
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from curator.domain.clip import Clip

MEASURES = ("duration", "start", "confidence")
"""Numbers of clips other than scores."""

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
"""Values of ``has:``. voice: similarity to the target speaker is computed."""

FIELDS = ("state", "emotion", "finding", "recording", "language", "cluster", "id", "has")


BARE = re.compile(r'[^\s":<>=!\\-][^\s":<>=!\\]*')
"""Text that needs no quotation marks."""


def fold(text: str) -> str:
    """Text folded for search: NFKD, without case and accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


@dataclass(frozen=True, slots=True)
class Words:
    """Substring of the text."""

    text: str

    def matches(self, clip: Clip) -> bool:
        """Whether the clip's text contains the words."""
        return fold(self.text) in fold(clip.text)

    def __str__(self) -> str:
        return quoted_if_needed(self.text)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any of ``values``. field: state, emotion, finding, language or has."""

    field: str
    values: tuple[str, ...]

    def matches(self, clip: Clip) -> bool:
        """Whether the clip has one of the values."""
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
    """Substring of the recording's name."""

    part: str

    def matches(self, clip: Clip) -> bool:
        """Whether the name of the clip's recording contains the part."""
        return fold(self.part) in fold(clip.recording)

    def __str__(self) -> str:
        return f"recording:{quoted_if_needed(self.part)}"


@dataclass(frozen=True, slots=True)
class Numbered:
    """Any of ``numbers``. field: id or cluster."""

    field: str
    numbers: tuple[int, ...]

    def matches(self, clip: Clip) -> bool:
        """Whether the clip has one of the numbers."""
        if self.field == "id":
            return clip.id in self.numbers
        return clip.map is not None and clip.map.cluster in self.numbers

    def __str__(self) -> str:
        return f"{self.field}:{','.join(map(str, self.numbers))}"


@dataclass(frozen=True, slots=True)
class Compared:
    """Comparison of a score or measure; a clip without a value does not match."""

    name: str
    comparison: str
    number: float

    def matches(self, clip: Clip) -> bool:
        """Whether the clip has a value and the comparison is true."""
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
    """Negation of a term."""

    term: Plain

    def matches(self, clip: Clip) -> bool:
        """Whether the term does not match."""
        return not self.term.matches(clip)

    def __str__(self) -> str:
        return f"-{self.term}"


Term = Plain | Not


@dataclass(frozen=True, slots=True)
class Query:
    """Conjunction of terms; without terms, every clip matches."""

    terms: tuple[Term, ...] = ()

    def matches(self, clip: Clip) -> bool:
        """Whether every term matches the clip."""
        return all(term.matches(clip) for term in self.terms)

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))


def quoted_if_needed(text: str) -> str:
    """Text with quotation marks where the parser needs them."""
    if BARE.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
