"""What a long piece of work needs around it."""

import threading
from dataclasses import dataclass, field

from curator.domain.progress import Progress
from curator.jobs.result_writer import Write, straight_into
from curator.store.project import Project


class Cancelled(Exception):
    """The job was cancelled; results so far are stored."""


@dataclass(frozen=True)
class JobContext:
    """Context of a job: project, result writer, progress.

    project: read from, in this thread. write: see there. workers: processes at most. stop: set by
    whoever wants the work to end; it then does so with Cancelled within half a second.
    """

    project: Project
    write: Write
    watcher: Progress
    workers: int = 1
    stop: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def at_once(cls, project: Project, watcher: Progress, workers: int = 1) -> "JobContext":
        """For the command line: one thread reads and writes."""
        return cls(project, straight_into(project), watcher, workers)

    def look_up(self) -> None:
        """Raise if the job was cancelled."""
        if self.stop.is_set():
            raise Cancelled
