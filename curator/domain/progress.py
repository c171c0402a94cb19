"""Progress-reporting protocol for long jobs."""

from typing import Protocol


class Watcher(Protocol):
    """Told in this order: started, any of progressed, failed and noted, finished."""

    def started(self, step: str, items: int, seconds: float) -> None:
        """A step begins: how many items it has, and how many seconds of sound they hold."""
        ...

    def progressed(self, items: int, seconds: float) -> None:
        """So many items, with so many seconds of sound, are done since the step began."""
        ...

    def failed(self, sentence: str) -> None:
        """An item could not be done; the step goes on."""
        ...

    def noted(self, sentence: str) -> None:
        """Something worth knowing, which is no failure."""
        ...

    def finished(self) -> None:
        """The step is over."""
        ...


class Nobody:
    """A watcher that does not look."""

    def started(self, step: str, items: int, seconds: float) -> None:
        """See Watcher."""

    def progressed(self, items: int, seconds: float) -> None:
        """See Watcher."""

    def failed(self, sentence: str) -> None:
        """See Watcher."""

    def noted(self, sentence: str) -> None:
        """See Watcher."""

    def finished(self) -> None:
        """See Watcher."""
