"""Context of a job."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from curator.domain.progress import Progress, RecordingProgress
from curator.jobs.executor import Executor
from curator.jobs.processes import LocalProcesses
from curator.jobs.result_writer import Write, straight_into
from curator.store.project import Project


class Cancelled(Exception):
    """The job was cancelled; results so far are stored."""


@dataclass(frozen=True)
class JobContext:
    """Context of a job: project, result writer, progress.

    project: read in this thread. write: result writer. workers: upper bound of processes. stop:
    set to cancel the job, which then raises Cancelled within half a second. executor: where the
    shares of a job run. observe: called with the progress of each recording of an analysis,
    None if nothing follows it.
    """

    project: Project
    write: Write
    watcher: Progress
    workers: int = 1
    stop: threading.Event = field(default_factory=threading.Event)
    executor: Executor = field(default_factory=LocalProcesses)
    observe: Callable[[RecordingProgress], None] | None = None

    @classmethod
    def at_once(
        cls,
        project: Project,
        watcher: Progress,
        workers: int = 1,
        executor: Executor | None = None,
    ) -> "JobContext":
        """Context that reads and writes in the calling thread, for the command line."""
        return cls(
            project,
            straight_into(project),
            watcher,
            workers,
            executor=executor or LocalProcesses(),
        )

    def look_up(self) -> None:
        """Raise if the job was cancelled."""
        if self.stop.is_set():
            raise Cancelled
