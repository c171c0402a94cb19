"""Facts about clips: results of the stages and scorers, each with its producer.

A fact kind is one dataclass in the union `Fact`. Its table and columns
(`curator.store.fact_tables`) and its message kind (`curator.jobs.messages`) derive from it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, get_args

from curator.domain.span import Span


@dataclass(frozen=True, slots=True)
class Producer:
    """Stage or scorer that computed a fact, with its version.

    options: other inputs that decide the value (a model's name, "fast" or "exact"); "" if none.
    A fact by another version or with other options counts as missing.
    """

    key: str
    version: int
    options: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """Annotation of a fact's field that is not stored by the default rule.

    column: name of the column, the field's name by default. is_key: one row per value of this
    field. is_searched: also stored case-folded, in the column NAME_key. is_fraction: the database
    checks 0 <= value <= 1.
    """

    column: str = ""
    is_key: bool = False
    is_searched: bool = False
    is_fraction: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """Transcribed word with its time.

    start, stop: samples of the recording, at its own rate. probability: 0..1.
    """

    start: int
    stop: int
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """Transcript of a clip or of a whole recording.

    language: two letters. confidence: mean word probability, 0..1. no_speech: the transcriber's
    probability of no speech, 0..1. compression: length of the text over its zlib length; above
    2.4 the text is repetitive.
    """

    text: Annotated[str, Stored(is_searched=True)]
    words: tuple[Word, ...]
    language: str
    confidence: float
    no_speech: float
    compression: float


@dataclass(frozen=True, slots=True)
class Score:
    """Value of one scorer; finite."""

    key: Annotated[str, Stored(is_key=True)]
    value: float


@dataclass(frozen=True, slots=True)
class SpeakerVector:
    """Speaker embedding: 256 little-endian float32 of unit length."""

    values: Annotated[bytes, Stored("vector")]


@dataclass(frozen=True, slots=True)
class MapPoint:
    """Position on the speaker map and cluster (-1: none)."""

    x: float
    y: float
    cluster: int


@dataclass(frozen=True, slots=True)
class DeliveryVector:
    """Delivery features relative to the speaker's other clips: little-endian float32."""

    values: Annotated[bytes, Stored("vector")]


@dataclass(frozen=True, slots=True)
class DeliveryPoint:
    """Position on the delivery map and cluster (-1: none)."""

    x: float
    y: float
    cluster: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Most probable category of a clip, its probability (0..1) and the reason as a sentence."""

    emotion: str
    probability: Annotated[float, Stored(is_fraction=True)]
    reason: str


@dataclass(frozen=True, slots=True)
class Edges:
    """Whether a clip's edges cut a word.

    starts_in_word, ends_in_word: 0 (certainly a pause) to 1 (certainly inside a word).
    start_pause, stop_pause: the sample of the recording with the nearest pause for the edge, or
    None when there is none within reach.
    """

    starts_in_word: float
    ends_in_word: float
    start_pause: int | None
    stop_pause: int | None


Fact = (
    Transcript
    | Score
    | SpeakerVector
    | MapPoint
    | DeliveryVector
    | DeliveryPoint
    | Suggestion
    | Edges
)

FACT_KINDS: Mapping[str, type[Fact]] = {
    re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(): kind for kind in get_args(Fact)
}
"""Fact classes by name in snake case, which is also the name of the table and message kind."""

FACT_NAMES: Mapping[type[Fact], str] = {kind: name for name, kind in FACT_KINDS.items()}

SET_FACTS: frozenset[type[Fact]] = frozenset({MapPoint, DeliveryPoint, Suggestion})
"""Facts relative to all clips of the project: an older row is meaningless beside a new one."""


@dataclass(frozen=True, slots=True)
class ClipFact:
    """Fact about one clip at a span; facts about another span of the clip are out of date."""

    clip_id: int
    span: Span
    made_by: Producer
    fact: Fact


@dataclass(frozen=True, slots=True)
class NewClip:
    """Clip from segmentation. pause_group: see the glossary; counted per recording."""

    span: Span
    pause_group: int


@dataclass(frozen=True, slots=True)
class RecordingTranscript:
    """Transcript of a whole recording; clips take their words from it by time."""

    recording_id: int
    made_by: Producer
    transcript: Transcript


@dataclass(frozen=True, slots=True)
class RecordingCut:
    """Clips of a whole recording from segmentation, in order."""

    recording_id: int
    made_by: Producer
    clips: tuple[NewClip, ...]
