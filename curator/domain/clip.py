"""A clip as people see it: facts and decisions already merged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from curator.domain.decision import State
from curator.domain.fact import Edges, MapPoint, Transcript, Word
from curator.domain.span import Span


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a clip. severity: "error" (do not train on it) or "warning" (listen)."""

    key: str
    severity: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip with all that is known of it.

    rate: of its recording, Hz; span and words are in samples at that rate.
    text: the person's where there is one, else the machine's. transcript: the machine's, or None
    when the clip as it is now cut has not been transcribed. scores: by scorer key, among them
    "speaker_similarity" once a voice is chosen. text_decided: whether a person wrote the text.
    """

    id: int
    recording_id: int
    recording: str
    rate: int
    span: Span
    pause_group: int
    state: State
    text: str
    text_decided: bool
    emotion: str | None
    transcript: Transcript | None
    edges: Edges | None
    map: MapPoint | None
    scores: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.span.seconds(self.rate)

    @property
    def words(self) -> tuple[Word, ...]:
        """The machine's words with their times."""
        return self.transcript.words if self.transcript else ()

    @property
    def language(self) -> str:
        """Two-letter code, or "" before transcription."""
        return self.transcript.language if self.transcript else ""

    @property
    def machine_text(self) -> str:
        """What the transcriber heard, whatever a person made of it."""
        return self.transcript.text if self.transcript else ""

    @property
    def speaker_similarity(self) -> float | None:
        """Cosine to the chosen voice, or None when no voice is chosen."""
        return self.scores.get("speaker_similarity")
