"""What is found out anew about a few clips, once a person has cut them otherwise or asks."""

from collections.abc import Collection, Sequence

import msgspec

from curator.domain.errors import CuratorError
from curator.jobs.context import Work
from curator.jobs.derived_facts import compare_voices, judge
from curator.jobs.job import Job, Options
from curator.jobs.map_placement import place_new
from curator.jobs.pipeline import give_words, make_caches, run_jobs
from curator.jobs.queries import by_id
from curator.jobs.steps import todo

DEPENDENT = ("words", "edges", "embed", "delivery", "score", "overlap")
"""The steps whose facts are about a clip's very samples, in order."""


def follow_cut(work: Work, options: Options, clips: Collection[int]) -> int:
    """Find out about these clips what is missing since they were cut; returns what failed.

    A step that cannot run at all, for want of its model, does not keep the others from running.
    """
    failures = make_caches(work)
    give_words(work, options)
    for step in DEPENDENT:
        jobs = [_among(job, clips) for job in todo(work.project, step, options)]
        try:
            failures += run_jobs(work, step, jobs)
        except CuratorError as error:
            work.watcher.failed(str(error))
            failures += 1
    place_new(work)
    _conclude(work, clips)
    return failures


def transcribe_again(work: Work, options: Options, clips: Sequence[int]) -> int:
    """Listen to these clips once more, each by itself, in place of what was heard before."""
    failures = make_caches(work)
    job = Job("words", str(work.project.path), options, tuple(clips))
    failures += run_jobs(work, "words", [job])
    _conclude(work, clips)
    return failures


def _among(job: Job, clips: Collection[int]) -> Job:
    items = tuple(clip for clip in job.items if clip in clips)
    return msgspec.structs.replace(job, items=items)


def _conclude(work: Work, clips: Collection[int]) -> None:
    compare_voices(work.project, work.write)
    judge(work.project, work.project.clips.find(by_id(tuple(clips))), work.write)
