"""Progress of the job that a queue is running: share, rate and remaining time of its step."""

import time
from dataclasses import dataclass

from curator.jobs.cluster.used_nodes import UsedNodes

GUESS_AFTER_S = 2.0
"""Time before rate and remaining time are estimated; earlier they would be unstable."""


@dataclass(frozen=True, slots=True)
class StepRate:
    """Rate of a step that has ended. speed: seconds of audio done per second."""

    step: str
    speed: float


class QueueProgress:
    """State of a running job. what: its name. step: the running step, the name before the first.

    items, seconds: of the step, 0 if unknown. done, done_seconds: so far. since: when the job
    began, of the monotonic clock. nodes: of a cluster, None for a job of this machine. ended: steps
    of the job that have ended.
    """

    def __init__(self) -> None:
        self.what = self.step = ""
        self.items = self.done = 0
        self.seconds = self.done_seconds = 0.0
        self.since = self._step_since = 0.0
        self.nodes: UsedNodes | None = None
        self.ended: tuple[StepRate, ...] = ()

    def begin(self, what: str) -> None:
        """Follow a new job."""
        self.what, self.since = what, time.monotonic()
        self.done_seconds, self.nodes = 0.0, None
        self.begin_step(what, 0, 0.0)
        self.ended = ()

    def begin_step(self, step: str, items: int, seconds: float) -> None:
        """Follow a new step of the job."""
        if self.done_seconds:
            self.ended += (StepRate(self.step, self.done_seconds / max(self.gone_s, 1e-3)),)
        self.step, self.items, self.seconds = step, items, seconds
        self.done, self.done_seconds, self._step_since = 0, 0.0, time.monotonic()

    def move(self, items: int, seconds: float) -> None:
        """Follow the progress of the step."""
        self.done, self.done_seconds = items, seconds

    def use_nodes(self, nodes: UsedNodes) -> None:
        """Follow which part of a cluster the job uses."""
        self.nodes = nodes

    @property
    def share(self) -> float | None:
        """Completed share of the step, 0..1; None if unknown."""
        if self.seconds and self.done_seconds:
            return min(1.0, self.done_seconds / self.seconds)
        return self.done / self.items if self.items else None

    @property
    def left_s(self) -> float | None:
        """Estimated remaining seconds of the step; None if it is too early to tell."""
        share = self.share
        if not share or self.gone_s < GUESS_AFTER_S:
            return None
        return self.gone_s * (1 - share) / share

    @property
    def gone_s(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self._step_since

    @property
    def speed(self) -> float | None:
        """Seconds of audio done per second; None if it is too early to tell, or without audio."""
        if self.gone_s < GUESS_AFTER_S or not self.done_seconds:
            return None
        return self.done_seconds / self.gone_s

    @property
    def per_minute(self) -> float | None:
        """Items done per minute; None if it is too early to tell."""
        if self.gone_s < GUESS_AFTER_S or not self.done:
            return None
        return 60 * self.done / self.gone_s
