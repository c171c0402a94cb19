"""Pure analysis: items in, facts out, one by one; no progress, no SQL, no Qt.

The worker counts what comes out: that is progress. Killing the process is cancellation. What was
sent is stored: that is resuming. So stage code has none of the three.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from curator.audio.waveform import CACHE_RATE, Samples16, Waveform
from curator.domain.fact import Transcript, Word
from curator.domain.recording import Recording
from curator.domain.span import Span


@dataclass(frozen=True, slots=True)
class Failed:
    """An item (clip or recording id) that a stage could not do, and why; the job goes on."""

    item: int
    reason: str


@dataclass(frozen=True, slots=True)
class Version:
    """Version of a clip that a stage reads.

    recording: the file it is cut from, cleaned or not. span: what is kept, in samples of the
    recording that was imported. recipe: hash, or None for the clip as it was recorded.
    """

    recording: Recording
    span: Span
    recipe: str | None

    def span_in(self, imported: Recording) -> Span:
        """The same in samples of ``recording``, which may have a higher rate."""
        return self.span.at_rate(imported.rate, self.recording.rate).within(self.recording.samples)


@dataclass(frozen=True, slots=True, eq=False)
class RecordingSound:
    """A whole recording for segment and transcribe.

    samples16: the 16 kHz mono int16 cache, memory-mapped. language: two letters, or "" to detect.
    transcript: the recording's words if it has been transcribed, else None.
    """

    recording: Recording
    samples16: Samples16
    language: str
    transcript: Transcript | None


@dataclass(frozen=True, slots=True, eq=False)
class ClipSound:
    """One clip for the stages that look at clips.

    recording16: the whole recording's 16 kHz cache, so that a stage may look around the clip.
    span: samples at the recording's rate. text and words: the machine's, so
    that facts follow from facts alone, whenever a person corrects the text. version: what is
    heard instead of the recording, and ``recording16`` is its cache, when the clip is cleaned.
    """

    clip_id: int
    recording: Recording
    span: Span
    recording16: Samples16
    language: str
    text: str
    words: tuple[Word, ...]
    version: Version | None = None

    @property
    def span16(self) -> Span:
        """The clip in samples of the cache."""
        span = self.version.span if self.version else self.span
        return span.at_rate(self.recording.rate, CACHE_RATE).within(len(self.recording16))

    @property
    def wave(self) -> Waveform:
        """The clip at 16 kHz."""
        span = self.span16
        return Waveform.from_int16(self.recording16[span.start : span.stop], CACHE_RATE)


Item_contra = TypeVar("Item_contra", contravariant=True)
Found_co = TypeVar("Found_co", covariant=True)


class Stage(Protocol[Item_contra, Found_co]):
    """A step of the pipeline. ``options`` goes into the producer of its facts."""

    key: str
    version: int
    options: str

    def run(self, items: Iterable[Item_contra]) -> Iterator[Found_co | Failed]:
        """Find a fact for each item, in the order given; a bad item gives Failed."""
        ...
