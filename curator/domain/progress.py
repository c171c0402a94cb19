"""Progress-reporting protocol for long jobs."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RecordingProgress:
    """Seconds of audio of one recording that the running step has done, of those to do."""

    recording: int
    done_s: float
    seconds: float


class Progress(Protocol):
    """Receives started, any of progressed, failed and noted, then finished."""

    def started(self, step: str, items: int, seconds: float) -> None:
        """Start a step with this number of items and their total seconds of audio."""
        ...

    def progressed(self, items: int, seconds: float) -> None:
        """Report the items and seconds of audio done since the step started."""
        ...

    def failed(self, sentence: str) -> None:
        """Report the failure of an item; the step continues."""
        ...

    def noted(self, sentence: str) -> None:
        """Report a note that is not a failure."""
        ...

    def finished(self) -> None:
        """End the step."""
        ...


class NoProgress:
    """Progress that is not reported."""

    def started(self, step: str, items: int, seconds: float) -> None:
        """See Progress."""

    def progressed(self, items: int, seconds: float) -> None:
        """See Progress."""

    def failed(self, sentence: str) -> None:
        """See Progress."""

    def noted(self, sentence: str) -> None:
        """See Progress."""

    def finished(self) -> None:
        """See Progress."""
