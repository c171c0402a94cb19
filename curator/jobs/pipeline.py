"""Everything a machine finds out about a project, in order; what is stored is not done again."""

from collections.abc import Collection, Sequence

from curator.audio.intake import cached16, rebuild_cache
from curator.domain.errors import CuratorError
from curator.domain.fact import (
    ClipFact,
    RecordingCut,
    RecordingTranscript,
    Transcript,
)
from curator.jobs.context import Work
from curator.jobs.derived_facts import conclude
from curator.jobs.job import Job, Options
from curator.jobs.map_placement import place_new
from curator.jobs.messages import Found
from curator.jobs.result_writer import write_facts
from curator.jobs.steps import STEPS, todo, transcriber_producer
from curator.jobs.versions import versions
from curator.jobs.worker_pool import Crew, item_of
from curator.stages.transcription.transcribe import words_of_clip
from curator.store.project import Project

RECORDING_STEPS = frozenset({"transcribe", "segment"})
"""Their items are recordings; the others' are clips."""

HEARING = frozenset({"embed", "delivery"})
"""After these a new clip can be put on the map, long before the next layout."""

ALONE = frozenset({"lay_out", "lay_out_delivery"})
"""Whole-set steps: one worker does them in one piece."""


def analyse(work: Work, options: Options, only: Collection[str] = ()) -> int:
    """Run the stages that are not done yet; returns how many items could not be done.

    only: keys of STEPS; empty for all. Decisions stay as they are whatever runs.
    """
    wrong = [step for step in only if step not in STEPS]
    if wrong:
        raise CuratorError(
            f"There is no stage called {wrong[0]!r}.", f"Choose from: {', '.join(STEPS)}."
        )
    wanted = [step for step in STEPS if not only or step in only]
    failures = make_caches(work) + _make_cleaned(work, options)
    for step in wanted:
        failures += run_step(work, step, options)
        if step == "segment" or (step == "transcribe" and "segment" not in wanted):
            give_words(work, options)
            failures += run_step(work, "words", options)
        if step in HEARING:
            place_new(work)
    conclude(work.project, work.write)
    return failures


def _make_cleaned(work: Work, options: Options) -> int:
    """Cleaned sound that somebody deleted, made again; returns how many recordings failed."""
    from curator.jobs.cleaning import make_all_cleaned  # which itself runs steps of this pipeline

    return make_all_cleaned(work, options)


def make_caches(work: Work) -> int:
    """Working copies that somebody deleted, made again; returns how many could not be."""
    project, watcher = work.project, work.watcher
    lacking = []
    for recording in project.recordings.all():
        try:
            cached16(project.cache, recording.content_hash)
        except FileNotFoundError:
            lacking.append(recording)
    if not lacking:
        return 0
    watcher.started("cache", len(lacking), sum(recording.seconds for recording in lacking))
    failures, seconds = 0, 0.0
    for done, recording in enumerate(lacking, start=1):
        work.look_up()
        try:
            rebuild_cache(recording, project.cache)
        except CuratorError as error:
            watcher.failed(str(error))
            failures += 1
        seconds += recording.seconds
        watcher.progressed(done, seconds)
    watcher.finished()
    return failures


def give_words(work: Work, options: Options) -> None:
    """Clips that segmentation cut take their words from the recording; nothing is heard twice."""
    project = work.project
    producer = transcriber_producer(options)
    cleaned = versions(project).of_clips.keys()  # what they say is heard anew
    lacking = set(project.facts.missing(producer, Transcript)) - project.clips.moved() - cleaned
    transcripts: dict[int, Transcript | None] = {}
    facts = []
    for clip, recording, span in project.clips.spans(lacking):
        if recording not in transcripts:
            transcripts[recording] = project.facts.recording_transcript(recording)
        whole = transcripts[recording]
        if whole is not None:
            facts.append(ClipFact(clip, span, producer, words_of_clip(whole, span)))
    write_facts(work.write, facts)


def run_step(work: Work, step: str, options: Options) -> int:
    """One step with worker processes; returns how many items could not be done."""
    jobs = todo(work.project, step, options)
    if step == "segment" and any(job.items for job in jobs):
        work.write(lambda owner: _backup(owner, "before segmenting"))
    return run_jobs(work, step, jobs)


def run_jobs(work: Work, step: str, jobs: Sequence[Job]) -> int:
    """The jobs of one step with worker processes; returns how many items could not be done."""
    work.look_up()
    project, watcher = work.project, work.watcher
    jobs = [job for job in jobs if job.items]
    if not jobs:
        return 0
    lengths = _seconds(project, step)
    items = {item for job in jobs for item in job.items}
    watcher.started(step, len(items), sum(lengths[item] for item in items))
    crew = Crew(
        work,
        store=_store,
        describe=lambda item: _described(project, step, item),
        seconds_of=lambda found: lengths[item_of(found)],
        most_workers=1 if step in ALONE else None,
    )
    for job in jobs:
        crew.do(job, job.items)
    watcher.finished()
    return crew.failures


def _backup(project: Project, reason: str) -> None:
    project.backup(reason)


def _seconds(project: Project, step: str) -> dict[int, float]:
    recordings = {recording.id: recording for recording in project.recordings.all()}
    if step in RECORDING_STEPS:
        return {number: recording.seconds for number, recording in recordings.items()}
    return {
        clip: span.seconds(recordings[recording].rate)
        for clip, recording, span in project.clips.spans()
    }


def _described(project: Project, step: str, item: int) -> str:
    if step in RECORDING_STEPS:
        return project.recordings.get(item).name
    clip = project.clips.get(item)
    return f"clip {item} ({clip.recording} at {clip.span.start_s(clip.rate):.1f} s)"


def _store(project: Project, found: Sequence[Found]) -> None:
    project.facts.add(fact for fact in found if isinstance(fact, ClipFact))
    for fact in found:
        if isinstance(fact, RecordingTranscript):
            project.facts.add_transcript(fact)
        elif isinstance(fact, RecordingCut):
            project.clips.replace_cut(fact)
