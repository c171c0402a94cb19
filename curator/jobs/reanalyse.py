"""Analysis of selected clips after their span or cleaning changed, or on request."""

from collections.abc import Collection, Sequence

import msgspec

from curator.domain.errors import CuratorError
from curator.jobs.context import JobContext
from curator.jobs.derived_facts import compare_voices, judge
from curator.jobs.job import Job, Options
from curator.jobs.map_placement import place_new
from curator.jobs.queries import by_id
from curator.jobs.running import copy_words, make_caches, run_jobs
from curator.jobs.step_table import STEPS, WORDS, step_of
from curator.jobs.steps import todo

CLIP_STEPS = tuple(step for step in STEPS if step.item == "clip" and not step.on_request)
"""Stages whose facts depend on the samples of a clip, in order."""


def follow_cut(work: JobContext, options: Options, clips: Collection[int]) -> int:
    """Run the stages these clips lack; returns the number of failures.

    A stage that cannot run, for example without its model, does not stop the others.
    """
    failures = make_caches(work)
    copy_words(work, options)
    for step in CLIP_STEPS:
        jobs = [_among(job, clips) for job in todo(work.project, step, options)]
        try:
            failures += run_jobs(work, step, jobs)
        except CuratorError as error:
            work.watcher.failed(str(error))
            failures += 1
    place_new(work)
    _conclude(work, clips)
    return failures


def transcribe_again(work: JobContext, options: Options, clips: Sequence[int]) -> int:
    """Transcribe these clips one by one, replacing their present transcripts."""
    failures = make_caches(work)
    job = Job(WORDS, str(work.project.path), options, tuple(clips))
    failures += run_jobs(work, step_of(WORDS), [job])
    _conclude(work, clips)
    return failures


def _among(job: Job, clips: Collection[int]) -> Job:
    items = tuple(clip for clip in job.items if clip in clips)
    return msgspec.structs.replace(job, items=items)


def _conclude(work: JobContext, clips: Collection[int]) -> None:
    compare_voices(work.project, work.write)
    judge(work.project, work.project.clips.find(by_id(tuple(clips))), work.write)
