"""State shared by all pages: open project, current clip, job queues, change signals."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from curator.domain.decision import Changes, Edit, Field
from curator.domain.errors import CuratorError, ProjectBusy, printable
from curator.domain.recording import USUAL, SoundChoice
from curator.domain.segment_lengths import SegmentLengths
from curator.store.project import Project
from curator.ui.arriving_facts import ArrivingFacts
from curator.ui.confirmations import confirmation, label_text
from curator.ui.job_queue import JobQueue
from curator.ui.judged_write import written
from curator.ui.messages import Messages
from curator.ui.settings import WindowSettings
from curator.ui.write_queue import WriteQueue

if TYPE_CHECKING:
    from curator.ui.sound.player import SoundDevicePlayer

LATER = Changes((), Field.STATE, "")
"""Stands for the changes of an edit that a thread is still writing."""

PROJECT = "project"
"""Topic of messages about the project as a whole."""

BESIDE = 1
"""Workers of the queues that only read (checks, exports)."""


class Session(QObject):
    """One open project.

    current: the clip shown by all pages. query: filter of the audit page. jobs: analysis queue.
    errands: queue of jobs that only read, independent of the analysis. readings: queue of what a
    page must read to show itself. writes: queue of large edits. exported_bundle: the bundle to
    train on next. stepping: whether ``changed`` reports an undo or redo. undoing: an undo.
    """

    changed = Signal(object)  # Changes: after every decision, undo and redo
    facts_changed = Signal(object)  # frozenset of clips; None for any, some may have come or gone
    writing = Signal(int)  # number of decisions a thread is writing; 0 when done
    chosen = Signal(int)  # the current clip
    query_asked = Signal(str)  # filter the audit page by this query
    page_asked = Signal(str)  # key of the page to show
    action_asked = Signal(str)  # key of an action of the window to run
    listed = Signal(object)  # a ListedJob, to follow in the list of jobs
    closing = Signal()  # emitted once, before anything is closed

    def __init__(self, project: Project, settings: WindowSettings, messages: Messages) -> None:
        super().__init__()
        self.project = project
        self.settings = settings
        self.messages = messages
        self.current: int | None = None
        self._is_closed = False
        self.query = ""
        self.exported_bundle: Path | None = None
        self.writes = WriteQueue(project, self)
        self.writes.began.connect(self.writing)
        self.writes.ended.connect(lambda: self.writing.emit(0))
        self.jobs = JobQueue(project, settings.workers, self, self.writes)
        self.errands = JobQueue(project, BESIDE, self, self.writes)
        self.readings = JobQueue(project, BESIDE, self, self.writes)
        self.stepping = self.undoing = False
        self._player: SoundDevicePlayer | None = None
        self._arriving = ArrivingFacts(self)
        self._arriving.arrived.connect(self.facts_changed)
        self.jobs.written.connect(self._arriving.gather)
        settings.changed.connect(self._follow_settings)

    @classmethod
    def open(cls, path: Path, settings: WindowSettings, messages: Messages) -> "Session":
        """Open for writing, or read-only with a message if another process is writing.

        Raises CuratorError, also for recordings or a cache that no page could show.
        """
        try:
            project = Project.open(path)
        except ProjectBusy as busy:
            project = Project.open(path, write=False)
            messages.warn(busy.sentence, messages.tr("Opened read-only."), topic=PROJECT)
        try:
            project.recordings.all()
            project.cache  # noqa: B018 - raises for a link
        except BaseException:
            project.close()
            raise
        for notice in project.notices:
            messages.warn(notice, topic=PROJECT)
        return cls(project, settings, messages)

    @property
    def read_only(self) -> bool:
        """Whether decisions are refused."""
        return not self.project.can_write

    @property
    def player(self) -> "SoundDevicePlayer":
        """Audio player shared by all pages."""
        if self._player is None:
            from curator.ui.sound.player import SoundDevicePlayer

            device = self.settings.text("output") or None
            self._player = SoundDevicePlayer(self.messages, device=device, parent=self)
        return self._player

    def apply(self, edit: Edit) -> Changes | None:
        """Apply an edit; None, with a message, if it is refused or changes nothing.

        An edit of very many clips, and edits made while it is being written, are queued: LATER is
        returned, and ``changed`` follows.
        """
        return self.apply_all(edit.label, [edit])

    def apply_all(self, label: str, edits: Sequence[Edit]) -> Changes | None:
        """Apply several edits as one undo step; see ``apply``."""
        clips = max(len(edit.after) + len(edit.come) for edit in edits)
        return self.act(lambda project: project.decisions.apply_all(label, edits), clips)

    def act(self, write: Callable[[Project], Changes | None], clips: int) -> Changes | None:
        """Run a write as one undo step of at most this many clips; see ``apply``."""
        return self._carry_out(write, lambda: clips, self._confirm)

    def attempt(self, write: Callable[[], object]) -> bool:
        """Write something that is not a decision; False, with a message, on failure."""
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
        """Write something that is not a decision. then: called once it is written."""
        if self._may_write():
            self._ask(write, lambda: clips, lambda _result: then())

    def undo(self) -> Changes | None:
        """Undo the last decision; see ``apply``."""
        nothing, done = self.tr("Nothing to undo."), self.tr("Undid: %1.")
        redo = "window.redo"
        return self._carry_out(
            lambda project: project.decisions.undo(),
            lambda: self.project.decisions.next_size(undo=True),
            lambda changes: self._say_step(changes, nothing, done, redo),
        )

    def redo(self) -> Changes | None:
        """Redo the last undone decision; see ``apply``."""
        nothing, done = self.tr("Nothing to redo."), self.tr("Redid: %1.")
        undo = "window.undo"
        return self._carry_out(
            lambda project: project.decisions.redo(),
            lambda: self.project.decisions.next_size(undo=False),
            lambda changes: self._say_step(changes, nothing, done, undo),
        )

    def choose(self, clip: int) -> None:
        """Make a clip the current one."""
        if clip != self.current:
            self.current = clip
            self.chosen.emit(clip)

    def show_clip(self, clip: int) -> None:
        """Make a clip the current one and show it on the audit page."""
        self.page_asked.emit("audit")
        self.choose(clip)

    def show_clips(self, query: str) -> None:
        """Show the clips of a query on the audit page."""
        self.query = query
        self.page_asked.emit("audit")
        self.query_asked.emit(query)

    def analyse(self, *only: str) -> None:
        """Queue an analysis of what is missing, with the options of the settings."""
        if not self._may_write():
            return
        self.jobs.workers = self.settings.workers
        self.jobs.cluster = self.settings.text("cluster").strip()
        self.jobs.analyse(self.settings.options, only)

    def resegment(self, lengths: SegmentLengths | None) -> None:
        """Queue a new segmentation with these lengths; None for those of the target."""
        if not self._may_write():
            return
        self.jobs.workers = self.settings.workers
        self.jobs.resegment(self.settings.options, lengths)

    def use_speaker_encoder(self, key: str) -> None:
        """Queue a change of the speaker encoder, and the analysis that it needs."""
        if not self._may_write():
            return
        self.jobs.workers = self.settings.workers
        self.jobs.use_encoder(self.settings.options, key)

    def import_paths(
        self,
        paths: list[Path],
        licence: str = "",
        consent: str = "",
        choice: SoundChoice = USUAL,
    ) -> None:
        """Queue an import of files and folders. choice: which sound of each file."""
        if not self._may_write():
            return
        self.jobs.workers = self.settings.workers
        self.jobs.import_paths(paths, licence, consent, choice)

    def close(self) -> None:
        """Stop all queues and release the project."""
        self._arriving.stop()
        if not self._is_closed:
            self.settings.changed.disconnect(self._follow_settings)
        self._is_closed = True
        self.closing.emit()
        self.readings.close()
        self.errands.close()
        self.jobs.close()
        self.writes.close()
        if self._player is not None:
            self._player.close()
        self.project.close()

    @Slot(str)
    def _follow_settings(self, key: str) -> None:
        if key == "output" and self._player is not None:
            self._player.choose_device(self.settings.text("output") or None)

    def _may_write(self) -> bool:
        if self.read_only:
            self.messages.warn(
                self.tr("This project is open read-only."),
                self.tr("Close it in the other window or process to edit it here."),
            )
        return not self.read_only

    def _carry_out(
        self,
        write: Callable[[Project], Changes | None],
        size: Callable[[], int],
        take: Callable[[Changes | None], Changes | None],
    ) -> Changes | None:
        """Write now or queued. take: handles the changes in the window's thread."""
        if not self._may_write():
            return None
        if not self.writes.takes(size):
            try:
                return take(written(self.project, write))
            except CuratorError as error:
                self.messages.fail(error)
                return None

        def then(changes: object) -> None:
            take(changes if isinstance(changes, Changes) else None)

        self._ask(lambda project: written(project, write), size, then)
        return LATER

    def _ask(
        self,
        write: Callable[[Project], object],
        size: Callable[[], int],
        then: Callable[[object], None],
    ) -> None:
        def finish(result: object, error: BaseException | None) -> None:
            if isinstance(error, CuratorError):
                self.messages.fail(error)
            elif error is not None:
                raise error
            else:
                then(result)

        self.writes.ask(write, size, finish)

    def _confirm(self, changes: Changes | None) -> Changes | None:
        """Say what a decision did before the pages follow it."""
        if changes is not None and changes.clips:
            text = confirmation(changes, self.category_name)
            self.messages.confirm(text, "window.undo")
        return self._take(changes)

    def label_text(self, label: str) -> str:
        """Label of a decision as it is shown, with the name of a category in place of its key."""
        return label_text(label, self.category_name)

    def category_name(self, key: str) -> str:
        """Name of a category of the project; the key of one that it lacks."""
        emotions = self.project.settings.emotions.emotions
        return next((each.name for each in emotions if each.key == key), printable(key))

    def _say_step(
        self, changes: Changes | None, nothing: str, done: str, action: str
    ) -> Changes | None:
        """Say what an undo or redo did. action: reverts it."""
        if changes is None:
            self.messages.inform(nothing)
        else:
            self.messages.inform(done.replace("%1", self.label_text(changes.label)), action=action)
        self.stepping, self.undoing = True, action == "window.redo"
        try:
            return self._take(changes)
        finally:
            self.stepping = self.undoing = False

    def _take(self, changes: Changes | None) -> Changes | None:
        if changes is None or not changes.clips:
            return None
        if self.current is not None and not self.project.clips.spans([self.current]):
            self.current = None  # it was removed
        self.changed.emit(changes)
        return changes
