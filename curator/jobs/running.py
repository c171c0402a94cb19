"""Running one stage: working copies, copied words, and jobs shared among worker processes."""

from collections.abc import Collection, Sequence

import msgspec

from curator.audio.intake import cached16, rebuild_cache
from curator.domain.errors import CuratorError
from curator.domain.fact import ClipFact, RecordingCut, RecordingTranscript, Transcript
from curator.jobs.context import JobContext
from curator.jobs.job import Job, Options
from curator.jobs.messages import WorkerResult
from curator.jobs.recording_tracker import RecordingTracker
from curator.jobs.result_writer import write_facts
from curator.jobs.step_table import WORDS, Step, transcriber_producer
from curator.jobs.steps import todo
from curator.jobs.versions import versions
from curator.jobs.worker_pool import Turns, WorkerPool, item_of
from curator.stages.transcription.transcribe import words_of_clip
from curator.store.project import Project


def make_caches(work: JobContext) -> int:
    """Rebuild deleted working copies; returns the number of recordings that failed."""
    project, watcher = work.project, work.watcher
    missing = []
    for recording in project.recordings.all():
        try:
            cached16(project.cache, recording.cache_key)
        except FileNotFoundError:
            missing.append(recording)
    if not missing:
        return 0
    watcher.started("cache", len(missing), sum(recording.seconds for recording in missing))
    failures, seconds = 0, 0.0
    for done, recording in enumerate(missing, start=1):
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


def copy_words(
    work: JobContext, options: Options, recordings: Collection[int] | None = None
) -> None:
    """Give clips as segmentation cut them the words of their recording's transcript.

    Not those in another language than the recording: they are transcribed by themselves.
    recordings: whose clips; None for all.
    """
    project = work.project
    producer = transcriber_producer(project, options)
    cleaned = versions(project).of_clips.keys()  # these are transcribed from their cleaned sound
    missing = set(project.facts.missing(producer, Transcript)) - project.clips.moved() - cleaned
    stated = project.facts.stated_languages()
    transcripts: dict[int, Transcript | None] = {}
    facts = []
    for clip, recording, span in project.clips.spans(missing):
        if recordings is not None and recording not in recordings:
            continue
        if recording not in transcripts:
            transcripts[recording] = project.facts.recording_transcript(recording)
        whole = transcripts[recording]
        if whole is not None and stated.get(clip, whole.language) == whole.language:
            facts.append(ClipFact(clip, span, producer, words_of_clip(whole, span)))
    write_facts(work.write, facts)


def run_step(work: JobContext, step: Step, options: Options, skip: Collection[int] = ()) -> int:
    """Run one stage on all items that lack it; returns the number of items that failed.

    skip: items that have failed already.
    """
    if step.key == WORDS:
        copy_words(work, options)
    jobs = without(todo(work.project, step, options), skip)
    if step.replaces_clips and any(job.items for job in jobs):
        back_up(work, "before segmenting")
    return run_jobs(work, step, jobs)


def without(jobs: Sequence[Job], skip: Collection[int]) -> list[Job]:
    """The jobs without some items."""
    return [
        msgspec.structs.replace(job, items=tuple(item for item in job.items if item not in skip))
        for job in jobs
    ]


def run_jobs(work: JobContext, step: Step, jobs: Sequence[Job]) -> int:
    """Run jobs of one stage in worker processes; returns the number of items that failed."""
    run = StepRun(work, step, jobs)
    for _ in run.going():
        pass
    return len(run.failed)


class StepRun:
    """One stage on its way, in worker processes.

    dealt: see WorkerPool. failed: items that have failed so far.
    """

    def __init__(
        self, work: JobContext, step: Step, jobs: Sequence[Job], *, dealt: bool = False
    ) -> None:
        self._work, self._step, self._dealt = work, step, dealt
        self._jobs = [job for job in jobs if job.items]
        self.failed: list[int] = []

    def going(self) -> Turns:
        """Run the jobs, yielding several times a second; closing the iterator ends them."""
        self._work.look_up()
        if not self._jobs:
            return
        pool = self._started()
        self.failed = pool.failed
        for job in self._jobs:
            yield from pool.doing(job, job.items)
        self._work.watcher.finished()

    def _started(self) -> WorkerPool:
        work, step = self._work, self._step
        observe = work.observe if step.item != "set" else None  # all clips are one item
        lengths, recordings = _measured(work.project, step, by_recording=observe is not None)
        items = {item for job in self._jobs for item in job.items}
        seconds = sum(lengths[item] for item in items)
        work.watcher.started(step.key, len(items), seconds)
        return WorkerPool(
            work,
            store=_store,
            describe=lambda item: _described(work.project, step, item),
            seconds_of=lambda result: lengths[item_of(result)],
            most_workers=1 if step.item == "set" else None,
            in_order=step.replaces_clips,  # clips are numbered as they are stored
            dealt=self._dealt,
            item_cost_s=step.cost * seconds / len(items),
            follow=(
                RecordingTracker(observe, items, lengths, recordings).follow if observe else None
            ),
        )


def back_up(work: JobContext, reason: str) -> None:
    """Back the project up before clips are replaced."""
    work.write(lambda owner: _back_up(owner, reason))


def _back_up(project: Project, reason: str) -> None:
    project.backup(reason)


def _measured(
    project: Project, step: Step, *, by_recording: bool
) -> tuple[dict[int, float], dict[int, int]]:
    """Seconds of audio by item, and its recording if that is wanted."""
    recordings = {recording.id: recording for recording in project.recordings.all()}
    if step.item == "recording":
        lengths = {number: recording.seconds for number, recording in recordings.items()}
        return lengths, {number: number for number in lengths}
    spans = project.clips.spans()
    lengths = {clip: span.seconds(recordings[recording].rate) for clip, recording, span in spans}
    return lengths, {clip: number for clip, number, _ in spans} if by_recording else {}


def _described(project: Project, step: Step, item: int) -> str:
    if step.item == "recording":
        return project.recordings.get(item).name
    clip = project.clips.get(item)
    return f"clip {item} ({clip.recording} at {clip.span.start_s(clip.rate):.1f} s)"


def _store(project: Project, results: Sequence[WorkerResult]) -> None:
    project.facts.add(fact for fact in results if isinstance(fact, ClipFact))
    for fact in results:
        if isinstance(fact, RecordingTranscript):
            project.facts.add_transcript(fact)
        elif isinstance(fact, RecordingCut):
            project.clips.replace_cut(fact)
