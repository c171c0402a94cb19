"""What was planted in a demo recording, to the sample."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from curator.demo.script import HOST
from curator.domain.span import Span

CLIPPED = "clipped"
CUT = "cut"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. span: from its first to its last audible sample of the recording.

    stretches: speech without a pause, measured on the voice alone before room and noise were added
    (see ``acoustics.stretches``): they hold whole words, and between two of them is a real pause.
    """

    text: str
    span: Span
    stretches: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn of a speaker.

    category: as in the script, None for contestants. fault: "clipped" (driven into full scale),
    "cut" (the recording breaks off inside a word, the rest of the text was never recorded) or "".
    """

    speaker: str
    category: str | None
    sentences: tuple[Sentence, ...]
    fault: str

    @property
    def text(self) -> str:
        """All that the script makes the speaker say."""
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def span(self) -> Span:
        """From the first to the last audible sample."""
        return self.sentences[0].span.join(self.sentences[-1].span)

    @property
    def stretches(self) -> tuple[Span, ...]:
        """Speech without a pause, over all its sentences."""
        return tuple(stretch for sentence in self.sentences for stretch in sentence.stretches)


@dataclass(frozen=True, slots=True)
class NoisyPassage:
    """Where there is more noise than elsewhere. snr_db: of the host's speech against it."""

    span: Span
    snr_db: float


@dataclass(frozen=True, slots=True)
class Truth:
    """All that is known of a demo recording. Spans are samples at ``rate`` Hz.

    snr_db: of the host's speech against the background outside the noisy passage.
    cut_at: the sample at which the recording breaks off inside a word.
    clipped_fraction: samples of the clipped utterance that stand at full scale.
    voices: speaker -> the program and voice that spoke.
    """

    seed: int
    rate: int
    samples: int
    snr_db: float
    noisy: NoisyPassage
    cut_at: int
    clipped_fraction: float
    voices: dict[str, str]
    utterances: tuple[Utterance, ...]

    @property
    def host(self) -> tuple[Utterance, ...]:
        """The host's turns."""
        return tuple(u for u in self.utterances if u.speaker == HOST)

    @property
    def contestants(self) -> tuple[Utterance, ...]:
        """Everybody else's turns."""
        return tuple(u for u in self.utterances if u.speaker != HOST)

    def with_fault(self, fault: str) -> Utterance:
        """The utterance in which ``fault`` was planted."""
        return next(u for u in self.utterances if u.fault == fault)

    def save(self, path: Path) -> None:
        """Write as JSON that a person can read."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1))

    @classmethod
    def load(cls, path: Path) -> "Truth":
        """Read what ``save`` wrote."""
        return msgspec.json.decode(path.read_bytes(), type=cls)
