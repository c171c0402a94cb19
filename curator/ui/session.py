"""Everything the pages share: the open project, what changed, and what runs beside it."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from curator.domain.decision import Changes, Edit, Field
from curator.domain.errors import CuratorError, ProjectBusy
from curator.store.project import Project
from curator.ui.job_queue import JobQueue
from curator.ui.messages import Messages
from curator.ui.settings import Settings

JUDGED_BY = frozenset({Field.TEXT, Field.SPAN})
"""Decisions after which a clip's findings are drawn anew."""


class Session(QObject):
    """One open project and its people.

    read_only: another process writes; decisions are refused with its name.
    """

    changed = Signal(object)  # Changes: after every decision, undo and redo
    facts_changed = Signal()  # machines found something; clips may have come or gone
    chosen = Signal(int)  # the clip all pages look at

    def __init__(self, project: Project, settings: Settings, messages: Messages) -> None:
        super().__init__()
        self.project = project
        self.settings = settings
        self.messages = messages
        self.current: int | None = None
        self.jobs = JobQueue(project, settings.workers, self)
        self.jobs.written.connect(self.facts_changed)

    @classmethod
    def open(cls, path: Path, settings: Settings, messages: Messages) -> "Session":
        """Open for writing, or read-only with a message when somebody else writes."""
        try:
            project = Project.open(path)
        except ProjectBusy as busy:
            project = Project.open(path, write=False)
            messages.warn(f"{busy} It is open for looking only.")
        for notice in project.notices:
            messages.warn(notice)
        return cls(project, settings, messages)

    @property
    def read_only(self) -> bool:
        """Whether decisions are refused."""
        return not self.project.can_write

    def apply(self, edit: Edit) -> Changes | None:
        """Carry out a decision; None, with a message, when it is refused or changes nothing."""
        try:
            changes = self.project.decisions.apply(edit)
        except CuratorError as error:
            self.messages.warn(str(error))
            return None
        return self._follow(changes) if changes.clips else None

    def undo(self) -> Changes | None:
        """Take the last decision back."""
        return self._step(self.project.decisions.undo(), "There is nothing to undo.")

    def redo(self) -> Changes | None:
        """Do again what was undone."""
        return self._step(self.project.decisions.redo(), "There is nothing to do again.")

    def choose(self, clip: int) -> None:
        """Make a clip the one all pages look at."""
        if clip != self.current:
            self.current = clip
            self.chosen.emit(clip)

    def close(self) -> None:
        """End what runs, and let others write."""
        self.jobs.close()
        self.project.close()

    def _step(self, changes: Changes | None, nothing: str) -> Changes | None:
        if changes is None:
            self.messages.inform(nothing)
            return None
        return self._follow(changes)

    def _follow(self, changes: Changes) -> Changes:
        from curator.jobs.conclusions import judge_again

        if changes.field in JUDGED_BY:
            judge_again(self.project, changes.clips)
        self.changed.emit(changes)
        return changes
