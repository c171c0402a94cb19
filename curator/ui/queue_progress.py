"""Progress of the job that a queue is running: share, rate and remaining time of its step."""

import time

GUESS_AFTER_S = 2.0
"""Time before rate and remaining time are estimated; earlier they would be unstable."""


class QueueProgress:
    """State of a running job. what: its name. step: the running step, the name before the first.

    items, seconds: of the step, 0 if unknown. done, done_seconds: so far. since: when the job
    began, of the monotonic clock.
    """

    def __init__(self) -> None:
        self.what = self.step = ""
        self.items = self.done = 0
        self.seconds = self.done_seconds = 0.0
        self.since = self._step_since = 0.0

    def begin(self, what: str) -> None:
        """Follow a new job."""
        self.what, self.since = what, time.monotonic()
        self.begin_step(what, 0, 0.0)

    def begin_step(self, step: str, items: int, seconds: float) -> None:
        """Follow a new step of the job."""
        self.step, self.items, self.seconds = step, items, seconds
        self.done, self.done_seconds, self._step_since = 0, 0.0, time.monotonic()

    def move(self, items: int, seconds: float) -> None:
        """Follow the progress of the step."""
        self.done, self.done_seconds = items, seconds

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
