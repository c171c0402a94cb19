"""Transcription on GPUs while the processors analyse what is transcribed already."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from curator.domain.fact import Transcript
from curator.domain.progress import NoProgress, Progress
from curator.jobs.context import JobContext
from curator.jobs.job import Job, Options
from curator.jobs.running import StepRun, back_up, copy_words, without
from curator.jobs.step_table import TRANSCRIBE, WORDS, Step, step_of, transcriber_producer
from curator.jobs.steps import todo
from curator.jobs.versions import missing
from curator.jobs.worker_pool import Turns

PORTIONS = 16
"""Of the sound that is to be cut; each costs a round of workers for every stage."""


def can_overlap(work: JobContext, steps: Sequence[Step], options: Options) -> bool:
    """Whether transcription leaves the processors free and other stages could use them."""
    keys = {step.key for step in steps}
    if not {TRANSCRIBE, "segment"} <= keys:
        return False
    jobs = todo(work.project, step_of(TRANSCRIBE), options)
    if sum(len(job.items) for job in jobs) < 2:
        return False
    job = Job(TRANSCRIBE, str(work.project.path), options)
    return work.executor.leaves_processors_free(job)


def transcribe_and_analyse(
    work: JobContext, steps: Sequence[Step], options: Options
) -> Mapping[str, Collection[int]]:
    """Transcribe, and run the other stages on recordings that are done; returns failed items.

    What is not done when transcription ends is left to the stages as they follow. Clips get the
    numbers that they would get one stage after the other: recordings are cut in their order.
    """
    transcription = StepRun(
        work, step_of(TRANSCRIBE), todo(work.project, step_of(TRANSCRIBE), options), dealt=True
    )
    beside = _Beside(work, steps, options, transcription)
    turns, others = transcription.going(), beside.going()
    try:
        for _ in turns:
            next(others)
        beside.is_over = True
        for _ in others:  # the round on its way
            pass
    finally:
        turns.close()
        others.close()
    return beside.failed | {TRANSCRIBE: transcription.failed}


class _Beside:
    """The stages that need no transcriber, run on portions of the recordings.

    is_over: set when transcription has ended; no further round is started then. failed: items by
    stage.
    """

    def __init__(
        self, work: JobContext, steps: Sequence[Step], options: Options, transcription: StepRun
    ) -> None:
        self._work = replace(work, watcher=_Unmeasured(work.watcher), observe=None)
        self._options, self._transcription = options, transcription
        self._cut = step_of("segment")
        self._by_clip = [step for step in steps if step.item == "clip" and step.key != WORDS]
        self._is_backed_up = False
        self.is_over = False
        self.failed: dict[str, list[int]] = defaultdict(list)

    def going(self) -> Turns:
        """Run portions as their transcripts come, yielding several times a second."""
        seconds = {each.id: each.seconds for each in self._work.project.recordings.all()}
        to_cut = todo(self._work.project, self._cut, self._options)
        least_s = sum(seconds[item] for job in to_cut for item in job.items) / PORTIONS
        while not self.is_over:
            yield
            portion = self._transcribed()
            if sum(seconds[recording] for recording in portion) >= least_s:
                yield from self._analysed(portion)

    def _transcribed(self) -> list[int]:
        """Recordings to cut that have their transcript or failed, none before them being left."""
        project, options = self._work.project, self._options
        waiting = set(project.facts.recordings_missing(transcriber_producer(project, options)))
        waiting.difference_update(self._transcription.failed)
        portion: list[int] = []
        for job in without(todo(project, self._cut, options), self.failed[self._cut.key]):
            for recording in job.items:
                if recording in waiting:
                    return portion
                portion.append(recording)
        return portion

    def _analysed(self, portion: Sequence[int]) -> Turns:
        project, options = self._work.project, self._options
        if not self._is_backed_up:
            back_up(self._work, "before segmenting")
            self._is_backed_up = True
        recordings = set(portion)
        yield from self._ran(self._cut, recordings)
        copy_words(self._work, options, recordings)
        unheard = set(missing(project, transcriber_producer(project, options), Transcript))
        clips = {
            clip
            for clip, recording, _ in project.clips.spans()
            if recording in recordings and clip not in unheard
        }
        for step in self._by_clip:
            yield from self._ran(step, clips)

    def _ran(self, step: Step, items: Collection[int]) -> Turns:
        if self.is_over:
            return
        jobs = todo(self._work.project, step, self._options)
        skip = {item for job in jobs for item in job.items if item not in items}
        run = StepRun(self._work, step, without(jobs, skip.union(self.failed[step.key])))
        try:
            yield from run.going()
        finally:
            self.failed[step.key] += run.failed


class _Unmeasured(NoProgress):
    """Progress of stages beside the one that is shown: failures and notes only."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown

    def failed(self, sentence: str) -> None:
        """See Progress."""
        self._shown.failed(sentence)

    def noted(self, sentence: str) -> None:
        """See Progress."""
        self._shown.noted(sentence)
