"""Import of recordings into a project."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from curator.audio.intake import files_below, sweep
from curator.domain.errors import CuratorError, printable
from curator.domain.progress import Progress
from curator.domain.recording import Recording
from curator.jobs.context import JobContext
from curator.jobs.job import Job, path_bytes
from curator.jobs.messages import TakenIn, WorkerResult
from curator.jobs.worker_pool import WorkerPool
from curator.stages import Failed
from curator.store.project import Project


def import_paths(
    work: JobContext, paths: Iterable[Path], *, licence: str = "", consent: str = ""
) -> int:
    """Import files and folders; returns the number of files that failed.

    A file whose content is in the project already is not imported again; if the old file is gone,
    the recording is relocated to the new path.
    """
    watcher = work.watcher
    sweep(work.project.cache)  # left over by a killed import
    files, missing = _files(paths, watcher)
    watcher.started("import", len(files), 0.0)

    def store(project: Project, results: Sequence[WorkerResult]) -> None:
        for taken in results:
            if isinstance(taken, TakenIn):
                _add(project, taken, licence, consent, watcher)

    pool = WorkerPool(
        work,
        store,
        describe=lambda item: printable(files[item].name),
        seconds_of=_seconds,
    )
    job = Job("import", str(work.project.path), paths=tuple(path_bytes(file) for file in files))
    pool.do(job, range(len(files)))
    watcher.finished()
    return missing + pool.failures


def _seconds(result: WorkerResult | Failed) -> float:
    if not isinstance(result, TakenIn):
        return 0.0
    return result.intake.samples / result.intake.rate


def _files(paths: Iterable[Path], watcher: Progress) -> tuple[list[Path], int]:
    files: list[Path] = []
    missing = 0
    for path in paths:
        try:
            files += files_below([path])
        except CuratorError as error:
            watcher.failed(str(error))
            missing += 1
    return files, missing


def _add(project: Project, taken: TakenIn, licence: str, consent: str, watcher: Progress) -> None:
    intake = taken.intake
    name = printable(intake.path.name)
    known = project.recordings.by_hash(intake.content_hash)
    if known is None:
        project.recordings.add(
            Recording(
                id=0,
                path=intake.path,
                content_hash=intake.content_hash,
                size=intake.size,
                mtime_ns=intake.mtime_ns,
                rate=intake.rate,
                channels=intake.channels,
                samples=intake.samples,
                container=intake.container,
                licence=licence,
                consent=consent,
            )
        )
    elif not known.path.exists():
        project.recordings.relocate(known.id, intake.path)
        watcher.noted(f"{name}: {printable(known.name)} relocated to this path.")
    elif known.path != intake.path:
        watcher.noted(f"{name}: same audio as {printable(known.name)}; not imported again.")
    for note in intake.notes:
        watcher.noted(f"{name}: {note}")
