"""Where the shares of a job run: an interface with local processes or Ray actors behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from curator.jobs.job import Job
from curator.jobs.messages import Message


@dataclass(frozen=True, slots=True)
class Died:
    """A worker ended without Done. worker: number of its share. log: end of its stderr."""

    worker: int
    sentence: str
    log: str


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

    def share_count(self, workers: int) -> int:
        """Number of shares of a job. workers: upper bound of local processes."""
        ...

    def start(self, jobs: Sequence[Job]) -> Workers:
        """Start these shares of a job. Raises CuratorError if they cannot run at all."""
        ...
