"""Errors over rows of a project that another program wrote: one sentence each."""

from pathlib import Path

from curator.domain.errors import CuratorError
from curator.store.diagnosis import damage_in
from curator.ui.messages import Messages


class ProjectFaults:
    """Tells errors of a damaged project from those of the program."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        self._last: Path | None = None
        self._damaged: tuple[Path, str] | None = None  # checked once, as such errors repeat

    def follow(self, project: Path) -> None:
        """Note which project was opened."""
        self._last = project

    def explain(self, error: BaseException, project: Path | None) -> bool:
        """Show the error in a sentence; False for one of the program.

        project: folder of the open one; None after it was closed, when its last reads arrive.
        """
        if isinstance(error, CuratorError):
            self._messages.fail(error)
            return True
        project = project or self._last
        if project is None or not isinstance(error, Exception):
            return False
        if self._damaged is None or self._damaged[0] != project:
            if not (sentence := damage_in(project)):
                return False
            self._damaged = (project, sentence)
        if self._messages.shown is None or self._messages.shown.sentence != self._damaged[1]:
            self._messages.fail(self._damaged[1])
        return True
