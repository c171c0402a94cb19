"""Queue of clips to decode for one thread of the loader, most wanted first."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from curator.domain.recording import Recording
from curator.ui.sound.playable import PlayableClip


@dataclass(slots=True, eq=False)
class LoadJob:
    """Clip to decode. started: a thread decodes it. steps: its parts. loaded: signal emitted."""

    clip: PlayableClip
    recording: Recording
    started: bool = False
    steps: Iterator[bool] | None = None
    loaded: bool = False


@dataclass(slots=True)
class LoadQueue:
    """Jobs of one thread, first in, first out."""

    jobs: list[LoadJob] = field(default_factory=list)
    wake: threading.Condition = field(default_factory=threading.Condition)
    closed: bool = False

    def first(self) -> LoadJob | None:
        """Wait for the next job and return it, None after `close`."""
        with self.wake:
            while not self.jobs and not self.closed:
                self.wake.wait()
            if self.closed:
                return None
            self.jobs[0].started = True
            return self.jobs[0]

    def done(self, job: LoadJob) -> None:
        """Remove a finished job."""
        with self.wake:
            if job in self.jobs:
                self.jobs.remove(job)

    def close(self) -> None:
        """Wake the thread and let it end."""
        with self.wake:
            self.closed = True
            self.wake.notify_all()
