"""What machines find out about clips, each with the producer that made it."""

from dataclasses import dataclass

from curator.domain.span import Span


@dataclass(frozen=True, slots=True)
class Producer:
    """Which stage or scorer made a fact, and which version of it.

    options: what else decides the value (a model's name, "fast" or "exact"); "" if nothing does.
    A fact made under another version or other options counts as missing.
    """

    key: str
    version: int
    options: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as the transcriber heard it.

    start, stop: samples of the recording, at its own rate. probability: 0..1.
    """

    start: int
    stop: int
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is said in a clip, or in a whole recording.

    language: two letters. confidence: mean word probability 0..1. no_speech: the transcriber's
    probability that nobody speaks, 0..1. compression: length of the text over its zlib length;
    above 2.4 it repeats itself.
    """

    text: str
    words: tuple[Word, ...]
    language: str
    confidence: float
    no_speech: float
    compression: float


@dataclass(frozen=True, slots=True)
class Score:
    """One number from one scorer. Always finite."""

    key: str
    value: float


@dataclass(frozen=True, slots=True)
class SpeakerVector:
    """How the voice sounds, as a direction: 256 little-endian float32 of length 1."""

    values: bytes


@dataclass(frozen=True, slots=True)
class MapPoint:
    """Where a clip lies on the voice map, and its cluster (-1: none)."""

    x: float
    y: float
    cluster: int


@dataclass(frozen=True, slots=True)
class DeliveryVector:
    """How something is said, against the speaker's other clips: little-endian float32."""

    values: bytes


@dataclass(frozen=True, slots=True)
class DeliveryPoint:
    """Where a clip lies on the delivery map, and its cluster (-1: none)."""

    x: float
    y: float
    cluster: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The category a clip most likely belongs to, how likely (0..1), and why, in words."""

    emotion: str
    probability: float
    reason: str


@dataclass(frozen=True, slots=True)
class Edges:
    """Whether a clip's edges cut a word.

    starts_in_word, ends_in_word: 0 (surely quiet) to 1 (surely inside a word).
    start_pause, stop_pause: the sample of the recording where the nearest pause would let the clip
    start or stop, or None when there is none within reach.
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


@dataclass(frozen=True, slots=True)
class ClipFact:
    """A fact about one clip as it was cut: facts about another span are out of date."""

    clip_id: int
    span: Span
    made_by: Producer
    fact: Fact


@dataclass(frozen=True, slots=True)
class NewClip:
    """A clip that segmentation found. pause_group: see the glossary; counted per recording."""

    span: Span
    pause_group: int


@dataclass(frozen=True, slots=True)
class RecordingTranscript:
    """The words of a whole recording; clips take theirs from it by time."""

    recording_id: int
    made_by: Producer
    transcript: Transcript


@dataclass(frozen=True, slots=True)
class RecordingCut:
    """The clips that segmentation found in a whole recording, in order."""

    recording_id: int
    made_by: Producer
    clips: tuple[NewClip, ...]
