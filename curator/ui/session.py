"""Everything the pages share: the open project, what changed, and what runs beside it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from curator.domain.decision import Changes, Edit, Field
from curator.domain.errors import CuratorError, ProjectBusy
from curator.store.project import Project
from curator.ui.job_queue import JobQueue
from curator.ui.messages import Messages
from curator.ui.settings import WindowSettings
from curator.ui.write_queue import WriteQueue

if TYPE_CHECKING:
    from curator.ui.sound.player import SoundDevicePlayer

LATER = Changes((), Field.STATE, "")
"""In place of what an act has changed while it is still being written."""

JUDGED_BY = frozenset({Field.TEXT, Field.SPAN, Field.PRESENCE})
"""Decisions after which a clip's findings are drawn anew."""

GATHER_MS = 200
"""Facts that arrive within so long are told in one go; the eye does not see the difference."""

BESIDE = 1
"""Workers of the queue for what only reads: checking and exporting."""


class Session(QObject):
    """One open project and its people.

    current: the clip all pages look at. query: what the audit page shows. jobs: what finds
    things out. errands: what only reads, so that it need not wait for the former. readings: what
    a page must read before it can show it, so that it waits for neither. acts: what is written that
    is large. stepping: whether ``changed`` tells of something undone or done again.
    """

    changed = Signal(object)  # Changes: after every decision, undo and redo
    facts_changed = Signal(object)  # frozenset of clips; None for any, some may have come or gone
    writing = Signal(int)  # so many decisions are being written by a thread; 0: that is over
    chosen = Signal(int)  # the clip all pages look at
    query_asked = Signal(str)  # the audit page is to show these clips
    page_asked = Signal(str)  # another page is to come to the front
    action_asked = Signal(str)  # key of an action of the window to run
    closing = Signal()  # emitted once, before anything is closed

    def __init__(self, project: Project, settings: WindowSettings, messages: Messages) -> None:
        super().__init__()
        self.project = project
        self.settings = settings
        self.messages = messages
        self.current: int | None = None
        self.query = ""
        self.writes = WriteQueue(project, self)
        self.writes.began.connect(self.writing)
        self.writes.ended.connect(lambda: self.writing.emit(0))
        self.jobs = JobQueue(project, settings.workers, self, self.writes)
        self.errands = JobQueue(project, BESIDE, self, self.writes)
        self.readings = JobQueue(project, BESIDE, self, self.writes)
        self.stepping = False
        self._player: SoundDevicePlayer | None = None
        self._touched: frozenset[int] | None = frozenset()
        self._gathering = QTimer(self)
        self._gathering.setSingleShot(True)
        self._gathering.setInterval(GATHER_MS)
        self._gathering.timeout.connect(self._tell_touched)
        self.jobs.written.connect(self._gather)

    @classmethod
    def open(cls, path: Path, settings: WindowSettings, messages: Messages) -> "Session":
        """Open for writing, or read-only with a message when somebody else writes."""
        try:
            project = Project.open(path)
        except ProjectBusy as busy:
            project = Project.open(path, write=False)
            messages.warn(busy.sentence, messages.tr("Here it is open for looking only."))
        for notice in project.notices:
            messages.warn(notice)
        return cls(project, settings, messages)

    @property
    def read_only(self) -> bool:
        """Whether decisions are refused."""
        return not self.project.can_write

    @property
    def player(self) -> "SoundDevicePlayer":
        """What all pages play on, one at a time."""
        if self._player is None:
            from curator.ui.sound.player import SoundDevicePlayer

            self._player = SoundDevicePlayer(self.messages, parent=self)
        return self._player

    def apply(self, edit: Edit) -> Changes | None:
        """Carry out a decision; None, with a message, when it is refused or changes nothing.

        One about very many clips, and what is decided while that is being written, is carried out
        soon, in this order: LATER is returned, and ``changed`` tells of it.
        """
        return self.apply_all(edit.label, [edit])

    def apply_all(self, label: str, edits: Sequence[Edit]) -> Changes | None:
        """Carry out several decisions as one act; as ``apply``."""
        clips = max(len(edit.after) + len(edit.come) for edit in edits)
        return self.act(lambda project: project.decisions.apply_all(label, edits), clips)

    def act(self, write: Callable[[Project], Changes | None], clips: int) -> Changes | None:
        """Carry out what is one act about up to so many clips; as ``apply``."""
        return self._carry_out(write, lambda: clips, self._take)

    def attempt(self, write: Callable[[], object]) -> bool:
        """Write what is no decision; False, with a message, when it is refused."""
        if not self._may_write():
            return False
        try:
            write()
        except CuratorError as error:
            self.messages.fail(error)
            return False
        return True

    def write(
        self, write: Callable[[Project], object], clips: int, then: Callable[[], None]
    ) -> None:
        """Write what is no decision, about so many clips. then: called once it is written."""
        if self._may_write():
            self._ask(write, lambda: clips, lambda _found: then())

    def undo(self) -> Changes | None:
        """Take the last decision back; as ``apply``."""
        nothing, done = self.tr("There is nothing to undo."), self.tr("Undone: %1.")
        return self._carry_out(
            lambda project: project.decisions.undo(),
            lambda: self.project.decisions.next_size(undo=True),
            lambda changes: self._say_step(changes, nothing, done),
        )

    def redo(self) -> Changes | None:
        """Do again what was undone; as ``apply``."""
        nothing, done = self.tr("There is nothing to do again."), self.tr("Done again: %1.")
        return self._carry_out(
            lambda project: project.decisions.redo(),
            lambda: self.project.decisions.next_size(undo=False),
            lambda changes: self._say_step(changes, nothing, done),
        )

    def choose(self, clip: int) -> None:
        """Make a clip the one all pages look at."""
        if clip != self.current:
            self.current = clip
            self.chosen.emit(clip)

    def show_clip(self, clip: int) -> None:
        """Make a clip the one all pages look at, and bring it to the front."""
        self.page_asked.emit("audit")
        self.choose(clip)

    def show_clips(self, query: str) -> None:
        """Bring the clips of a query to the front."""
        self.query = query
        self.page_asked.emit("audit")
        self.query_asked.emit(query)

    def analyse(self, *only: str) -> None:
        """Find out what is not known yet, as the person's settings say."""
        if not self._may_write():
            return
        self.jobs.workers = self.settings.workers
        self.jobs.analyse(self.settings.options, only)

    def import_paths(self, paths: list[Path], licence: str = "", consent: str = "") -> None:
        """Take in files and folders."""
        if not self._may_write():
            return
        self.jobs.workers = self.settings.workers
        self.jobs.import_paths(paths, licence, consent)

    def close(self) -> None:
        """End what runs, and let others write."""
        self._gathering.stop()
        self.closing.emit()
        self.readings.close()
        self.errands.close()
        self.jobs.close()
        self.writes.close()
        if self._player is not None:
            self._player.close()
        self.project.close()

    def _may_write(self) -> bool:
        if self.read_only:
            self.messages.warn(
                self.tr("This project is open for looking only."),
                self.tr("Close it where it is being written to."),
            )
        return not self.read_only

    def _carry_out(
        self,
        write: Callable[[Project], Changes | None],
        size: Callable[[], int],
        take: Callable[[Changes | None], Changes | None],
    ) -> Changes | None:
        """take: what is done with the changes in the window's thread."""
        if not self._may_write():
            return None
        if not self.writes.takes(size):
            try:
                return take(_written(self.project, write))
            except CuratorError as error:
                self.messages.fail(error)
                return None

        def told(found: object) -> None:
            take(found if isinstance(found, Changes) else None)

        self._ask(lambda project: _written(project, write), size, told)
        return LATER

    def _ask(
        self,
        write: Callable[[Project], object],
        size: Callable[[], int],
        told: Callable[[object], None],
    ) -> None:
        def then(found: object, error: BaseException | None) -> None:
            if isinstance(error, CuratorError):
                self.messages.fail(error)
            elif error is not None:
                raise error
            else:
                told(found)

        self.writes.ask(write, size, then)

    def _say_step(self, changes: Changes | None, nothing: str, done: str) -> Changes | None:
        said = nothing if changes is None else done.replace("%1", changes.label)
        self.messages.inform(said)
        self.stepping = True
        try:
            return self._take(changes)
        finally:
            self.stepping = False

    def _take(self, changes: Changes | None) -> Changes | None:
        if changes is None or not changes.clips:
            return None
        self.changed.emit(changes)
        return changes

    @Slot(object)
    def _gather(self, clips: frozenset[int] | None) -> None:
        gathered = self._touched
        self._touched = None if clips is None or gathered is None else gathered | clips
        if not self._gathering.isActive():
            self._gathering.start()

    @Slot()
    def _tell_touched(self) -> None:
        touched, self._touched = self._touched, frozenset()
        if touched is None or touched:
            self.facts_changed.emit(touched)


def _written(project: Project, write: Callable[[Project], Changes | None]) -> Changes | None:
    """Carry out an act, and draw the conclusions of what it has changed."""
    changes = write(project)
    judged = [clip for field in JUDGED_BY for clip in changes.of(field)] if changes else []
    if judged:
        from curator.jobs.derived_facts import judge_again

        judge_again(project, tuple(dict.fromkeys(judged)))
    return changes
