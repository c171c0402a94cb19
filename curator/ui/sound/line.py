"""What a loader's thread has to do, in the order of wishes."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from curator.domain.recording import Recording
from curator.ui.sound.playable import PlayableClip


@dataclass(slots=True, eq=False)
class Job:
    """A clip to fill. begun: nobody else may fill it any more. steps: the filling."""

    clip: PlayableClip
    recording: Recording
    begun: bool = False
    steps: Iterator[bool] | None = None
    told: bool = False


@dataclass(slots=True)
class Line:
    """What one thread has to do, the first first."""

    jobs: list[Job] = field(default_factory=list)
    wake: threading.Condition = field(default_factory=threading.Condition)
    closed: bool = False

    def first(self) -> Job | None:
        """The next job, waiting for one; None at the end."""
        with self.wake:
            while not self.jobs and not self.closed:
                self.wake.wait()
            if self.closed:
                return None
            self.jobs[0].begun = True
            return self.jobs[0]

    def done(self, job: Job) -> None:
        """Take it out."""
        with self.wake:
            if job in self.jobs:
                self.jobs.remove(job)

    def close(self) -> None:
        """Let the thread end."""
        with self.wake:
            self.closed = True
            self.wake.notify_all()
