"""Fingerprints of recordings for matching, made by workers and kept in the cache."""

from collections.abc import Mapping
from pathlib import Path

from curator.audio.cache import cached16
from curator.audio.fingerprint import kept_fingerprint
from curator.jobs.context import JobContext
from curator.jobs.job import Job
from curator.jobs.messages import Fingerprinted, Taken
from curator.jobs.stage_inputs import Say
from curator.jobs.worker_pool import WorkerPool
from curator.stages import Failed
from curator.store.project import Project

STAGE = "fingerprint"


def fingerprint_path(cache: Path, cache_key: str) -> Path:
    """Where the fingerprint of a recording is kept."""
    return cache / f"{cache_key}.prints"


def make_fingerprints(work: JobContext, seconds: Mapping[str, float]) -> None:
    """Make those that are not kept yet. seconds: lengths of recordings by cache key."""
    cache = work.project.cache
    keys = [key for key in seconds if not fingerprint_path(cache, key).is_file()]
    if not keys:
        return
    work.watcher.started(STAGE, len(keys), sum(seconds[key] for key in keys))
    pool = WorkerPool(
        work,
        store=lambda _project, _results: None,
        describe=lambda item: f"fingerprint of recording {keys[item][:12]}",
        seconds_of=lambda result: (
            seconds[keys[result.item]] if isinstance(result, Fingerprinted) else 0.0
        ),
    )
    paths = tuple(key.encode() for key in keys)
    pool.do(Job(STAGE, str(work.project.path), paths=paths), range(len(keys)))
    work.watcher.finished()


def serve_fingerprints(project: Project, job: Job, say: Say) -> None:
    """Make the fingerprints of a job in a worker. job.paths: cache keys."""
    for item in job.items:
        say(Taken(item))
        key = job.paths[item].decode()
        try:
            kept_fingerprint(fingerprint_path(project.cache, key), cached16(project.cache, key))
        except OSError as error:
            say(Failed(item, f"The fingerprint of {key[:12]} was not made: {error}."))
        else:
            say(Fingerprinted(item))
