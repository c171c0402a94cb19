"""The stages in the order they depend on each other: what each still has to do, and doing it.

``todo`` is asked by the parent, which needs no model for the answer; ``serve`` runs in the worker.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol, TypeGuard, TypeVar

from curator.audio.excerpts import Excerpts
from curator.audio.intake import cached16, take_in
from curator.domain.errors import CuratorError
from curator.domain.fact import (
    ClipFact,
    DeliveryPoint,
    DeliveryVector,
    Edges,
    Fact,
    MapPoint,
    Producer,
    SpeakerVector,
    Transcript,
)
from curator.domain.target import read_target
from curator.jobs.cleaning_worker import STAGES as CLEANING
from curator.jobs.cleaning_worker import serve_cleaning
from curator.jobs.job import Job, Options, path_of
from curator.jobs.learning import heard_of, learn
from curator.jobs.messages import Found, Message, Taken, TakenIn
from curator.jobs.queries import each
from curator.jobs.versions import marked, versions
from curator.jobs.versions import missing as lacking_in
from curator.stages import ClipSound, Failed, RecordingSound
from curator.stages.clip_map.layout import LayOut
from curator.stages.clip_map.place_new import MADE_BY
from curator.stages.delivery.stage import Deliver, LayOutDelivery
from curator.stages.scoring import score as scoring
from curator.stages.scoring.score import Score
from curator.stages.scoring.scorers import scorers
from curator.stages.segmentation.edges import FindEdges
from curator.stages.segmentation.segment import Segment
from curator.stages.speaker.embed import Embed
from curator.stages.transcription.transcribe import TranscribeClips, TranscribeRecordings
from curator.stages.transcription.transcribers import (
    Transcriber,
    open_transcriber,
    transcriber_name,
)
from curator.store.project import Project

STEPS = (
    "transcribe",
    "segment",
    "edges",
    "embed",
    "delivery",
    "score",
    "overlap",
    "lay_out",
    "lay_out_delivery",
)
"""What ``--only`` takes, in order. "words" (clips that a person re-cut) belongs to transcribe."""

SCORING = frozenset({"score", "overlap"})
"""Steps made of scorers, each of which says to which it belongs."""

Say = Callable[[Message], None]
Item = TypeVar("Item")


class Maker(Protocol):
    """What makes facts under a name: every stage."""

    key: str
    version: int
    options: str


def producer_of(maker: Maker) -> Producer:
    """Under which name its facts are stored."""
    return Producer(maker.key, maker.version, maker.options)


def transcriber_producer(options: Options) -> Producer:
    """Under which name transcripts are stored, known without loading the model."""
    return Producer(
        TranscribeRecordings.key, TranscribeRecordings.version, transcriber_name(options.whisper)
    )


def lay_out_producer(options: Options) -> Producer:
    """Under which name map points are stored."""
    return producer_of(LayOut(options.seed))


def _transcriber(options: Options) -> Transcriber:
    return open_transcriber(options.whisper, options.device, options.threads)


def cutter(project: Project) -> Segment:
    """Cuts for the project's target."""
    return Segment(read_target(project.settings.target))


def todo(project: Project, step: str, options: Options) -> list[Job]:
    """What a step has not done yet; jobs differ in what they do, not in when."""

    def job(items: Iterable[int], scorers: tuple[str, ...] = ()) -> Job:
        return Job(step, str(project.path), options, tuple(items), scorers=scorers)

    facts = project.facts

    def missing(producer: Producer, kind: type[Fact]) -> list[int]:
        return lacking_in(project, producer, kind)

    if step == "transcribe":
        return [job(facts.recordings_missing(transcriber_producer(options)))]
    if step == "words":
        return [job(missing(transcriber_producer(options), Transcript))]
    if step == "segment":
        return [job(facts.recordings_missing(producer_of(cutter(project))))]
    if step == "edges":
        return [job(missing(producer_of(FindEdges()), Edges))]
    if step == "embed":
        return [job(missing(producer_of(Embed()), SpeakerVector))]
    if step in SCORING:
        return [job(items, keys) for keys, items in _unscored(project, step, options).items()]
    if step == "lay_out":
        heard = {clip for clip, _ in facts.vectors()}  # without a voice there is no place
        lacking = facts.missing(lay_out_producer(options), MapPoint)
        return [job(clip for clip in lacking if clip in heard)]
    if step == "delivery":
        return [job(missing(producer_of(Deliver()), DeliveryVector))]
    if step == "lay_out_delivery":
        heard = {clip for clip, _ in facts.delivery_vectors()}
        lacking = facts.missing(producer_of(LayOutDelivery(options.seed)), DeliveryPoint)
        return [job(clip for clip in lacking if clip in heard)]
    raise CuratorError(f"There is no stage called {step!r}.", f"Choose from: {', '.join(STEPS)}.")


def _unscored(project: Project, step: str, options: Options) -> Mapping[tuple[str, ...], list[int]]:
    """Which scorers are missing -> the clips that lack just these, so that none runs twice."""
    lacking: dict[int, list[str]] = {}
    for info in scorers():
        if info.step != step:
            continue
        made_by = scoring.producer_of(info, exact=options.exact)
        for clip in lacking_in(project, made_by, scoring.FINDS):
            lacking.setdefault(clip, []).append(info.key)
    order = {clip: place for place, (clip, _, _) in enumerate(project.clips.spans(lacking))}
    groups: dict[tuple[str, ...], list[int]] = {}
    for clip in sorted(lacking, key=order.__getitem__):
        groups.setdefault(tuple(lacking[clip]), []).append(clip)
    return groups


def serve(job: Job, say: Say) -> None:
    """Do a job, saying what is found as it is found."""
    if job.stage == "import":
        _take_in(job, say)
        return
    with Project.open(Path(job.project), write=False) as project:
        if job.stage == "suggest":
            learn(project, say)
            return
        if job.stage in CLEANING:
            serve_cleaning(project, job, say)
            return
        of_clips = versions(project).of_clips
        for found in _answers(project, job, say):
            say(marked(found, of_clips) if _is_about_version(found, job) else found)


def _is_about_version(found: Found | Failed, job: Job) -> TypeGuard[ClipFact]:
    """Whether a fact is about how a clip sounds, cleaned or not; places on maps are not."""
    return isinstance(found, ClipFact) and not job.stage.startswith("lay_out")


def _answers(project: Project, job: Job, say: Say) -> Iterator[Found | Failed]:
    options = job.options
    recordings = _announced(recording_sounds(project, job.items, say), say, _recording_id)
    clips = _announced(clip_sounds(project, job.items, say), say, _clip_id)
    if job.stage == "transcribe":
        yield from TranscribeRecordings(_transcriber(options)).run(recordings)
    elif job.stage == "segment":
        yield from cutter(project).run(recordings)
    elif job.stage == "words":
        yield from TranscribeClips(_transcriber(options)).run(clips)
    elif job.stage == "edges":
        yield from FindEdges().run(clips)
    elif job.stage == "embed":
        yield from Embed(options.threads).run(clips)
    elif job.stage in SCORING:
        with Excerpts() as excerpts:
            yield from Score(job.scorers, exact=options.exact, excerpts=excerpts).run(clips)
    elif job.stage == "delivery":
        yield from Deliver().run(clips)
    elif job.stage == "lay_out":
        stage = LayOut(options.seed)
        points = stage.run(project.facts.vectors(), project.facts.map_points(without=MADE_BY.key))
        yield from _map(project, job, producer_of(stage), points)
    elif job.stage == "lay_out_delivery":
        by_delivery = LayOutDelivery(options.seed)
        places = by_delivery.run(
            heard_of(project), project.facts.delivery_points(without=MADE_BY.key)
        )
        yield from _map(project, job, producer_of(by_delivery), places)


def _map(
    project: Project,
    job: Job,
    made_by: Producer,
    points: Mapping[int, MapPoint] | Mapping[int, DeliveryPoint],
) -> Iterator[ClipFact]:
    """All points; those of clips that have none yet come last.

    So a map that was only half stored still lacks them, and is laid out again.
    """
    spans = {clip: span for clip, _, span in project.clips.spans(points)}
    lacking = set(job.items)
    for clip in sorted(spans, key=lambda clip: clip in lacking):
        yield ClipFact(clip, spans[clip], made_by, points[clip])


def _take_in(job: Job, say: Say) -> None:
    for place in job.items:
        path = path_of(job.paths[place])
        say(Taken(place))
        try:
            intake = take_in(path, Path(job.project) / "cache")
        except CuratorError as error:
            say(Failed(place, str(error)))
        else:
            say(TakenIn(place, intake))


def _recording_id(sound: RecordingSound) -> int:
    return sound.recording.id


def _clip_id(sound: ClipSound) -> int:
    return sound.clip_id


def _announced(items: Iterable[Item], say: Say, number: Callable[[Item], int]) -> Iterator[Item]:
    for item in items:
        say(Taken(number(item)))
        yield item


def recording_sounds(
    project: Project, recordings: Iterable[int], say: Say
) -> Iterator[RecordingSound]:
    """The recordings with their sound and words; one without a cache is said to have failed."""
    for number in recordings:
        recording = project.recordings.get(number)
        try:
            samples16 = cached16(project.cache, recording.content_hash)
        except FileNotFoundError:
            say(Failed(number, f"{recording.name}: its working copy is missing."))
            continue
        transcript = project.facts.recording_transcript(number)
        yield RecordingSound(recording, samples16, project.settings.language, transcript)


def clip_sounds(project: Project, clips: Iterable[int], say: Say) -> Iterator[ClipSound]:
    """The clips with their sound and words, reading a recording once for neighbours."""
    sounds: dict[int, RecordingSound | None] = {}
    cleaned = versions(project)
    for clip in each(project, clips):
        number = clip.recording_id
        if number not in sounds:
            sounds.clear()  # clips come by recording: one memory map is enough
            sounds[number] = next(recording_sounds(project, [number], lambda _: None), None)
        sound = sounds[number]
        if sound is None:
            say(Failed(clip.id, f"{clip.recording}: its working copy is missing."))
            continue
        samples16, version = sound.samples16, None
        if clip.id in cleaned.of_clips:
            try:
                version = cleaned.of(clip.id, clip.span, sound.recording)
                samples16 = cached16(project.cache, version.recording.content_hash)
            except (CuratorError, FileNotFoundError) as error:
                say(Failed(clip.id, f"clip {clip.id}: {error}"))
                continue
        yield ClipSound(
            clip.id,
            sound.recording,
            clip.span,
            samples16,
            clip.language or project.settings.language,
            clip.machine_text,
            clip.words,
            version,
        )
