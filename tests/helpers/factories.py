"""Projects, recordings and clips for tests, with usual values for all that a test doesn't say."""

import atexit
import shutil
import struct
import tempfile
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from curator.domain.clip import Clip, Finding
from curator.domain.decision import State
from curator.domain.fact import (
    ClipFact,
    Edges,
    Fact,
    MapPoint,
    NewClip,
    Producer,
    RecordingCut,
    Score,
    SpeakerVector,
    Transcript,
    Word,
)
from curator.domain.recording import Recording
from curator.domain.resources import resources
from curator.domain.span import Span
from curator.store.project import Project

RATE = 22_050
A_SECOND = Span(0, RATE)
SEGMENT = Producer("segment", 1)
TRANSCRIBE = Producer("transcribe", 1, "tiny.en")
SCORE = Producer("score", 1)
EMBED = Producer("embed", 1)
EDGES = Producer("edges", 1)
LAY_OUT = Producer("lay_out", 2)


@cache
def _template() -> Path:
    """An empty project, made once and copied for every test."""
    top = Path(tempfile.mkdtemp(prefix="curator-template-"))
    atexit.register(shutil.rmtree, top, ignore_errors=True)
    folder = top / "template.curator"
    categories = (resources() / "categories" / "quiz_show.toml").read_text(encoding="utf-8")
    Project.create(folder, language="en", target="xtts_v2", categories=categories).close()
    return folder


def an_empty_project(tmp_path: Path, name: str = "show.curator") -> Project:
    """A project with nothing in it, open for writing."""
    shutil.copytree(_template(), tmp_path / name)
    return Project.open(tmp_path / name)


def a_project(tmp_path: Path, clips: int = 6, name: str = "show.curator") -> Project:
    """A project with one recording of that many undecided clips, open for writing."""
    project = an_empty_project(tmp_path, name)
    some_clips(project, a_recording(project), clips)
    return project


def a_recording(
    project: Project,
    path: Path | str = "/speech/show.wav",
    *,
    content_hash: str = "",
    rate: int = RATE,
    seconds: float = 3600.0,
    channels: int = 1,
    licence: str = "",
    consent: str = "",
) -> Recording:
    """A recording in the project; its file need not exist."""
    number = len(project.recordings.all()) + 1
    return project.recordings.add(
        Recording(
            id=0,
            path=Path(path),
            content_hash=content_hash or f"{number:064x}",
            size=1000,
            mtime_ns=1_700_000_000_000_000_000,
            rate=rate,
            channels=channels,
            samples=round(seconds * rate),
            container="WAV",
            licence=licence,
            consent=consent,
        )
    )


def a_cut(
    recording: Recording,
    spans: Iterable[Span | tuple[float, float]],
    made_by: Producer = SEGMENT,
    pause_group: int = 0,
) -> RecordingCut:
    """What segmentation found; spans in samples as Span, or in seconds as pairs."""
    found = [
        span if isinstance(span, Span) else Span.from_seconds(*span, recording.rate)
        for span in spans
    ]
    return RecordingCut(recording.id, made_by, tuple(NewClip(s, pause_group) for s in found))


def some_clips(
    project: Project, recording: Recording, count: int = 6, seconds: float = 4.0
) -> list[int]:
    """That many clips, a second apart, in one pause group; returns their ids in order of time."""
    step = seconds + 1.0
    spans = [(i * step, i * step + seconds) for i in range(count)]
    before = set(project.clips.ids())
    project.clips.replace_cut(a_cut(recording, spans))
    return [clip for clip in project.clips.ids() if clip not in before]


def a_transcript(
    text: str,
    span: Span = A_SECOND,
    *,
    language: str = "en",
    confidence: float = 0.9,
    no_speech: float = 0.01,
    compression: float = 1.1,
) -> Transcript:
    """The words of the text, spread evenly over the span."""
    said = text.split()
    step = span.samples // max(1, len(said))
    words = tuple(
        Word(span.start + i * step, span.start + (i + 1) * step, word, confidence)
        for i, word in enumerate(said)
    )
    return Transcript(text, words, language, confidence, no_speech, compression)


def a_vector(direction: int = 0) -> SpeakerVector:
    """A voice: the unit vector along one of the 256 axes."""
    values = [0.0] * 256
    values[direction % 256] = 1.0
    return SpeakerVector(struct.pack("<256f", *values))


def found(project: Project, clip_id: int, fact: Fact, made_by: Producer | None = None) -> ClipFact:
    """A fact about a clip as it is cut now."""
    ((_, _, span),) = project.clips.spans([clip_id])
    usual = {
        Transcript: TRANSCRIBE,
        Score: SCORE,
        SpeakerVector: EMBED,
        Edges: EDGES,
        MapPoint: LAY_OUT,
    }
    return ClipFact(clip_id, span, made_by or usual[type(fact)], fact)


def say(project: Project, clip_id: int, text: str, **about: float | str) -> None:
    """Store what the transcriber heard in a clip."""
    ((_, _, span),) = project.clips.spans([clip_id])
    transcript = a_transcript(text, span, **about)  # type: ignore[arg-type]
    project.facts.add([found(project, clip_id, transcript)])


def score(project: Project, clip_id: int, **scores: float) -> None:
    """Store scores of a clip, by key."""
    project.facts.add([found(project, clip_id, Score(k, v)) for k, v in scores.items()])


def a_finding(key: str = "clipped", severity: str = "error", sentence: str = "") -> Finding:
    """Something wrong with a clip."""
    return Finding(key, severity, sentence or f"It is {key}.")


def a_clip(
    number: int = 1,
    *,
    seconds: float = 4.0,
    start_s: float = 0.0,
    rate: int = RATE,
    text: str = "Welcome to the show",
    state: State = State.UNDECIDED,
    emotion: str | None = None,
    recording_id: int = 1,
    recording: str = "show.wav",
    pause_group: int = 0,
    scores: dict[str, float] | None = None,
    findings: Sequence[Finding] = (),
    transcript: Transcript | None = None,
    edges: Edges | None = None,
    map: MapPoint | None = None,  # noqa: A002  # the field's name
) -> Clip:
    """A clip as a value, without a project. text: the person's unless it is the transcript's."""
    span = Span.from_seconds(start_s, start_s + seconds, rate)
    heard = transcript or a_transcript(text, span)
    return Clip(
        id=number,
        recording_id=recording_id,
        recording=recording,
        rate=rate,
        span=span,
        pause_group=pause_group,
        state=state,
        text=text,
        text_decided=text != heard.text,
        emotion=emotion,
        transcript=heard,
        edges=edges,
        map=map,
        scores=dict(scores or {}),
        findings=tuple(findings),
    )
