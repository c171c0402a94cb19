"""Where the shares of a job run: an interface with local processes or Ray actors behind it."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from queue import Empty, Queue
from threading import Thread
from typing import Any, Protocol

from curator.jobs.job import Job
from curator.jobs.messages import Message


@dataclass(frozen=True, slots=True)
class Died:
    """A worker ended without Done. worker: number of its share. log: end of its stderr."""

    worker: int
    sentence: str
    log: str


def even_sizes(items: int, count: int) -> list[int]:
    """Sizes of at most ``count`` shares that differ by one item."""
    count = max(1, min(count, items))
    bounds = [round(part * items / count) for part in range(count + 1)]
    return [stop - start for start, stop in pairwise(bounds)]


def join_draining(threads: Sequence[Thread], messages: "Queue[Any]") -> None:
    """Wait for threads that may themselves wait for room in a queue; what is in it is dropped."""
    while any(thread.is_alive() for thread in threads):
        with suppress(Empty):
            messages.get(timeout=0.05)


class Workers(Protocol):
    """Running workers of one round: one share each, or one share after the other."""

    def listen(self) -> Iterator[tuple[int, Message | Died] | None]:
        """Iterate over (share, message) until all shares have ended; None when nothing came."""
        ...

    def stop(self) -> None:
        """End every worker; messages that were sent can still be read."""
        ...

    def close(self) -> None:
        """Stop and release what the workers held."""
        ...


class Executor(Protocol):
    """Starts workers."""

    runs_all_at_once: bool
    """Whether all shares of a round run at the same time."""

    def share_sizes(self, items: int, workers: int, work_s: float) -> list[int]:
        """Sizes of the shares of so many items.

        workers: upper bound of local processes. work_s: estimated CPU seconds of all items, 0 if
        unknown.
        """
        ...

    def leaves_processors_free(self, job: Job) -> bool:
        """Whether a job runs on GPUs, so that a job without them can run beside it."""
        ...

    def start(self, jobs: Sequence[Job]) -> Workers:
        """Start these shares of a job. Raises CuratorError if they cannot run at all."""
        ...
