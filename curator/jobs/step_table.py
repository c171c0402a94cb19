"""Stages of an analysis: one record each, in the order they depend on each other.

The command line's help, the plan, progress texts, the parent process and the worker read this
table; adding a stage is adding a record. Stages are imported when a function of their record is
called, so that the table itself loads fast.
"""

import functools
import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from curator.domain.errors import CuratorError
from curator.domain.fact import (
    ClipFact,
    DeliveryPoint,
    DeliveryVector,
    Edges,
    Fact,
    MapPoint,
    Producer,
    RecordingCut,
    RecordingTranscript,
    SpeakerVector,
    Transcript,
)
from curator.domain.marking import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from curator.jobs.job import Options
    from curator.jobs.stage_inputs import StageInputs
    from curator.stages import ClipSound, Failed
    from curator.stages.segmentation.segment import Segment
    from curator.stages.transcription.transcribers import Transcriber
    from curator.store.project import Project

Missing = Mapping[tuple[str, ...], Iterable[int]]
"""Items without their facts, by the scorers to run; () for stages without scorers."""

Results = Iterator["ClipFact | RecordingTranscript | RecordingCut | Failed"]

TRANSCRIBE, WORDS = "transcribe", "words"


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of an analysis.

    key: its name in ``--only``, jobs and progress events.
    item: "recording" or "clip" for stages that process items one by one; "set" for stages that one
    process runs over all clips together.
    producer: name and version its facts are stored under; None if each scorer has its own.
    missing: items without these facts. Runs in the parent and loads no model.
    run: computes facts of a job's items. Runs in a worker process.
    title: what the stage does, for progress texts and help.
    cost: seconds of one process per second of sound, measured with tiny.en on one slow core.
    exact_factor: how many times longer exact scores take.
    runs_after: runs whenever one of these stages has run, and is no choice of ``--only``.
    replaces_clips: whether it creates and removes clips.
    has_vectors: whether its facts give new clips a position on an existing map.
    on_request: runs only when ``--only`` names it.
    """

    key: str
    item: Literal["recording", "clip", "set"]
    producer: Callable[["Project", "Options"], Producer] | None
    missing: Callable[["Project", "Options"], Missing]
    run: Callable[["StageInputs"], Results]
    title: str
    cost: float
    exact_factor: float = 1.0
    runs_after: tuple[str, ...] = ()
    replaces_clips: bool = False
    has_vectors: bool = False
    on_request: bool = False


class FactMaker(Protocol):
    """A stage: facts are stored under its key, version and options."""

    key: str
    version: int
    options: str


class ClipStage(FactMaker, Protocol):
    """A stage that processes clips one by one."""

    def run(self, items: "Iterable[ClipSound]") -> "Iterator[ClipFact | Failed]":
        """Facts of the clips, in order."""
        ...


def producer_of(stage: FactMaker) -> Producer:
    """Producer that the facts of a stage are stored under."""
    return Producer(stage.key, stage.version, stage.options)


def transcriber_producer(project: "Project", options: "Options") -> Producer:
    """Producer of transcripts, known without loading the model."""
    from curator.stages.transcription.transcribe import TranscribeRecordings
    from curator.stages.transcription.transcribers import transcriber_name

    name = transcriber_name(transcriber_choice(project, options))
    return Producer(TranscribeRecordings.key, TranscribeRecordings.version, name)


def transcriber_choice(project: "Project", options: "Options") -> str:
    """Transcriber and model of the options, "auto" resolved by the project's language."""
    from curator.stages.transcription.transcribers import choice_for

    return choice_for(options.whisper, project.settings.language)


def lay_out_producer(options: "Options") -> Producer:
    """Producer of the points of the speaker map."""
    from curator.stages.clip_map.layout import LayOut

    return producer_of(LayOut(options.seed))


def segmenter(project: "Project") -> "Segment":
    """Segmentation stage with the clip lengths of the project."""
    from curator.domain.target import read_target
    from curator.stages.segmentation.segment import Segment

    settings = project.settings
    return Segment(read_target(settings.target), lengths=settings.lengths)


def load_transcriber(project: "Project", options: "Options") -> "Transcriber":
    """The transcriber, loaded once for jobs that follow each other.

    Raises MissingModel, also if it does not know the language.
    """
    from curator.stages.transcription.transcribers import require_language

    choice = transcriber_choice(project, options)
    require_language(choice, project.settings.language)
    return _last_transcriber(choice, options.device, options.threads)


@functools.lru_cache(maxsize=1)
def _last_transcriber(choice: str, device: str, threads: int) -> "Transcriber":
    from curator.stages.transcription.transcribers import open_transcriber

    return open_transcriber(choice, device, threads)


def release_transcriber() -> None:
    """Free the memory of the transcriber that was loaded last."""
    if _last_transcriber.cache_info().currsize:
        _last_transcriber.cache_clear()
        gc.collect()  # faster-whisper's objects refer to each other


def _transcribe(inputs: "StageInputs") -> Results:
    from curator.jobs.messages import Partly
    from curator.stages.transcription.encodings import write_blocks
    from curator.stages.transcription.transcribe import TranscribeRecordings

    transcriber = load_transcriber(inputs.project, inputs.job.options)
    cache, model = inputs.project.cache, transcriber.name
    stage = TranscribeRecordings(
        transcriber,
        lambda recording, blocks: write_blocks(cache, recording.content_hash, model, blocks),
        lambda recording, seconds: inputs.say(Partly(recording.id, seconds)),
    )
    return stage.run(inputs.recordings)


def _transcribe_clips(inputs: "StageInputs") -> Results:
    from curator.stages.transcription.transcribe import TranscribeClips

    transcriber = load_transcriber(inputs.project, inputs.job.options)
    return TranscribeClips(transcriber).run(inputs.clips)


def _find_edges(_project: "Project", _options: "Options") -> ClipStage:
    from curator.stages.segmentation.edges import FindEdges

    return FindEdges()


def _embed(project: "Project", options: "Options") -> ClipStage:
    from curator.stages.speaker.embed import Embed

    return Embed(options.threads, project.settings.speaker_encoder)


def _deliver(_project: "Project", _options: "Options") -> ClipStage:
    from curator.stages.delivery.stage import Deliver

    return Deliver()


def _score(inputs: "StageInputs") -> Results:
    from curator.audio.excerpts import Excerpts
    from curator.stages.scoring.score import ScoreClips

    with Excerpts() as excerpts:
        stage = ScoreClips(inputs.job.scorers, exact=inputs.job.options.exact, excerpts=excerpts)
        yield from stage.run(inputs.clips)


def _lay_out(inputs: "StageInputs") -> Results:
    from curator.stages.clip_map.layout import LayOut
    from curator.stages.clip_map.place_new import MADE_BY

    facts, stage = inputs.project.facts, LayOut(inputs.job.options.seed)
    points = stage.run(facts.vectors(), facts.map_points(without=MADE_BY.key))
    return inputs.map_facts(producer_of(stage), points)


def _delivery_map_producer(_project: "Project", options: "Options") -> Producer:
    from curator.stages.delivery.stage import LayOutDelivery

    return producer_of(LayOutDelivery(options.seed))


def _lay_out_delivery(inputs: "StageInputs") -> Results:
    from curator.jobs.learning import delivery_inputs
    from curator.stages.clip_map.place_new import MADE_BY
    from curator.stages.delivery.stage import LayOutDelivery

    stage = LayOutDelivery(inputs.job.options.seed)
    before = inputs.project.facts.delivery_points(without=MADE_BY.key)
    return inputs.map_facts(producer_of(stage), stage.run(delivery_inputs(inputs.project), before))


def _missing_facts(project: "Project", producer: Producer, fact: type[Fact]) -> Missing:
    from curator.jobs.versions import missing

    return {(): missing(project, producer, fact)}


def _missing_scores(step: str) -> Callable[["Project", "Options"], Missing]:
    """Clips by the scorers of a stage that they lack, so that no scorer runs twice on a clip."""

    def missing(project: "Project", options: "Options") -> Missing:
        from curator.jobs.versions import missing as clips_without
        from curator.stages.scoring import score
        from curator.stages.scoring.scorers import scorers

        lacking: dict[int, list[str]] = {}
        for info in scorers():
            if info.step == step:
                producer = score.producer_of(info, exact=options.exact)
                for clip in clips_without(project, producer, score.FINDS):
                    lacking.setdefault(clip, []).append(info.key)
        groups: dict[tuple[str, ...], list[int]] = {}
        for clip, _, _ in project.clips.spans(lacking):
            groups.setdefault(tuple(lacking[clip]), []).append(clip)
        return groups

    return missing


def _missing_points(project: "Project", options: "Options") -> Missing:
    with_vector = {clip for clip, _ in project.facts.vectors()}  # too short clips have none
    missing = project.facts.missing(lay_out_producer(options), MapPoint)
    return {(): [clip for clip in missing if clip in with_vector]}


def _missing_delivery_points(project: "Project", options: "Options") -> Missing:
    with_vector = {clip for clip, _ in project.facts.delivery_vectors()}
    missing = project.facts.missing(_delivery_map_producer(project, options), DeliveryPoint)
    return {(): [clip for clip in missing if clip in with_vector]}


def _clip_step(
    key: str,
    fact: type[Fact],
    stage: Callable[["Project", "Options"], ClipStage],
    title: str,
    cost: float,
    has_vectors: bool = False,
) -> Step:
    """Record of a stage that computes one fact per clip."""

    def producer(project: "Project", options: "Options") -> Producer:
        return producer_of(stage(project, options))

    return Step(
        key,
        "clip",
        producer,
        lambda project, options: _missing_facts(project, producer(project, options), fact),
        lambda inputs: stage(inputs.project, inputs.job.options).run(inputs.clips),
        title,
        cost,
        has_vectors=has_vectors,
    )


STEPS = (
    Step(
        TRANSCRIBE,
        "recording",
        transcriber_producer,
        lambda project, options: {
            (): project.facts.recordings_missing(transcriber_producer(project, options))
        },
        _transcribe,
        QT_TRANSLATE_NOOP("Steps", "transcribing"),
        0.25,
    ),
    Step(
        "segment",
        "recording",
        lambda project, _options: producer_of(segmenter(project)),
        lambda project, _options: {
            (): project.facts.recordings_missing(producer_of(segmenter(project)))
        },
        lambda inputs: segmenter(inputs.project).run(inputs.recordings),
        QT_TRANSLATE_NOOP("Steps", "cutting into clips"),
        0.02,
        replaces_clips=True,
    ),
    Step(
        WORDS,
        "clip",
        transcriber_producer,
        lambda project, options: _missing_facts(
            project, transcriber_producer(project, options), Transcript
        ),
        _transcribe_clips,
        QT_TRANSLATE_NOOP("Steps", "transcribing clips"),
        0.25,
        runs_after=(TRANSCRIBE, "segment"),
    ),
    _clip_step(
        "edges", Edges, _find_edges, QT_TRANSLATE_NOOP("Steps", "checking clip edges"), 0.01
    ),
    _clip_step(
        "embed",
        SpeakerVector,
        _embed,
        QT_TRANSLATE_NOOP("Steps", "computing speaker embeddings"),
        0.08,
        has_vectors=True,
    ),
    _clip_step(
        "delivery",
        DeliveryVector,
        _deliver,
        QT_TRANSLATE_NOOP("Steps", "computing delivery features"),
        0.005,
        has_vectors=True,
    ),
    Step(
        "score",
        "clip",
        None,
        _missing_scores("score"),
        _score,
        QT_TRANSLATE_NOOP("Steps", "measuring quality"),
        0.05,
        exact_factor=9,
    ),
    Step(
        "overlap",
        "clip",
        None,
        _missing_scores("overlap"),
        _score,
        QT_TRANSLATE_NOOP("Steps", "detecting other voices and music"),
        0.03,
    ),
    Step(
        "quality",
        "clip",
        None,
        _missing_scores("quality"),
        _score,
        QT_TRANSLATE_NOOP("Steps", "predicting quality by DistillMOS (only when named)"),
        0.4,
        on_request=True,
    ),
    Step(
        "lay_out",
        "set",
        lambda _project, options: lay_out_producer(options),
        _missing_points,
        _lay_out,
        QT_TRANSLATE_NOOP("Steps", "computing the speaker map"),
        0.02,
    ),
    Step(
        "lay_out_delivery",
        "set",
        _delivery_map_producer,
        _missing_delivery_points,
        _lay_out_delivery,
        QT_TRANSLATE_NOOP("Steps", "computing the delivery map"),
        0.02,
    ),
)

CHOICES = tuple(step.key for step in STEPS if not step.runs_after)
"""Stages that ``--only`` takes, in order."""


def step_of(key: str) -> Step:
    """The stage with this key. Raises CuratorError, naming the choices, if there is none."""
    for step in STEPS:
        if step.key == key:
            return step
    raise _unknown(key)


def _unknown(key: str) -> CuratorError:
    return CuratorError(f"There is no stage called {key!r}.", f"Choose from: {', '.join(CHOICES)}.")


def chosen_steps(only: Collection[str]) -> list[Step]:
    """Stages to run for the keys of ``--only``, in order; all but those on request if empty."""
    keys = set(only)
    for key in only:
        if key not in CHOICES:
            raise _unknown(key)
    if not keys:
        return [step for step in STEPS if not step.on_request]
    return [s for s in STEPS if s.key in keys or keys.intersection(s.runs_after)]
