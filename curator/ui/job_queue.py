"""Background jobs: a thread that runs worker processes and never touches widgets.

The thread reads through its own connection. Its results are written by the window's thread, which
owns the project, in portions between two events; large ones go through the write queue.
"""

import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from curator.domain.errors import CuratorError
from curator.domain.progress import RecordingProgress
from curator.domain.recording import USUAL, SoundChoice
from curator.domain.segment_lengths import SegmentLengths
from curator.jobs.context import Cancelled, JobContext
from curator.jobs.job import Options
from curator.jobs.result_writer import Action, Large, OnClips
from curator.store.diagnosis import damage_in
from curator.store.project import Project
from curator.ui.queue_progress import QueueProgress
from curator.ui.write_queue import WriteQueue

PROGRESS_S = 0.1
"""Minimum interval between progress signals."""

Task = Callable[[JobContext], object]
"""Job that runs in the thread; its return value is passed to ``produced``."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended. outcome: "finished", "failed" or "cancelled".

    sentence, hint: for the user, may be "". details: traceback of an unexpected error.
    """

    what: str
    outcome: str
    sentence: str = ""
    hint: str = ""
    details: str = ""


class _WriteRequest:
    """Write that the thread has requested, and its outcome."""

    def __init__(self, action: Action) -> None:
        self.action = action
        self.done = threading.Event()
        self.error: BaseException | None = None


class JobQueue(QObject):
    """Runs one job at a time; further ones wait.

    Exactly one ``ended`` follows each ``began``, after every process and the thread have ended.
    progress: of the running job.
    """

    asked = Signal()  # the waiting jobs changed
    began = Signal(str)  # what: "import", "analyse", "check", "export"
    started = Signal(str, int, float)  # step, items, seconds of sound
    progressed = Signal(int, float)  # items and seconds of sound done in this step
    recording_progressed = Signal(object)  # RecordingProgress of this step
    failed = Signal(str)  # one item failed: a sentence
    noted = Signal(str)  # a note: a sentence
    nodes_changed = Signal(object)  # UsedNodes of a cluster that the running job uses
    written = Signal(object)  # frozenset of the clips with new facts, or None for any
    produced = Signal(str, object)  # what, and its result; only when it finished, before ``ended``
    ended = Signal(object)  # an Ending
    _wanted = Signal(object)  # a _WriteRequest, from the thread
    _over = Signal(object, object)  # from the thread: an Ending and the result

    def __init__(
        self,
        project: Project,
        workers: int,
        parent: QObject | None = None,
        writes: WriteQueue | None = None,
    ) -> None:
        """writes: queue that must be empty before a job starts, as the job may read its results."""
        super().__init__(parent)
        self._project = project
        self._writes = writes or WriteQueue(project, self)
        self.workers = workers
        self.cluster = ""
        """Where analyses run, see ClusterChoice; "" for this machine."""
        self._waiting: list[tuple[str, Task]] = []
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._closing = False
        self.progress = QueueProgress()
        self.started.connect(self.progress.begin_step)
        self.progressed.connect(self.progress.move)
        self.nodes_changed.connect(self.progress.use_nodes)
        self._wanted.connect(self._write, Qt.ConnectionType.QueuedConnection)
        self._over.connect(self._end, Qt.ConnectionType.QueuedConnection)
        self._writes.ended.connect(self._begin)

    @property
    def running(self) -> bool:
        """Whether a job is running."""
        return self._thread is not None

    @property
    def waiting(self) -> tuple[str, ...]:
        """Keys of the waiting jobs, next first."""
        return tuple(what for what, _ in self._waiting)

    def import_paths(
        self,
        paths: Sequence[Path],
        licence: str = "",
        consent: str = "",
        choice: SoundChoice = USUAL,
    ) -> None:
        """Queue an import of files and folders. choice: which sound of each file."""
        files = tuple(paths)

        def task(work: JobContext) -> int:
            from curator.jobs.intake import import_paths

            return import_paths(work, files, licence=licence, consent=consent, choice=choice)

        self.ask("import", task)

    def analyse(self, options: Options, only: Sequence[str] = ()) -> None:
        """Queue an analysis of what is missing; a waiting one is replaced."""

        cluster = self.cluster

        def task(work: JobContext) -> int:
            from curator.jobs.cluster.choice import ClusterChoice
            from curator.jobs.cluster.connection import executor_of
            from curator.jobs.pipeline import analyse

            choice, follow = ClusterChoice(cluster), self.nodes_changed.emit
            with executor_of(choice, work.workers, work.watcher, follow) as executor:
                return analyse(replace(work, executor=executor), options, only)

        self._waiting = [each for each in self._waiting if each[0] != "analyse" or only]
        self.ask("analyse", task)

    def resegment(self, options: Options, lengths: SegmentLengths | None) -> None:
        """Queue a new segmentation with other clip lengths; None for those of the target."""

        def task(work: JobContext) -> int:
            from curator.jobs.resegment import resegment

            return resegment(work, options, lengths).failures

        self.ask("analyse", task)

    def use_encoder(self, options: Options, encoder: str) -> None:
        """Queue a change of the speaker encoder and the analysis that it needs."""

        def task(work: JobContext) -> int:
            from curator.jobs.encoder_change import change_encoder

            return change_encoder(work, options, encoder)

        self.ask("analyse", task)

    def ask(self, what: str, task: Task) -> None:
        """Queue a job."""
        if self._closing:
            return
        self._waiting.append((what, task))
        self._begin()
        self.asked.emit()

    def stop_running(self) -> None:
        """Cancel the running job only."""
        self._stop.set()

    def withdraw(self, what: str) -> None:
        """Cancel the waiting jobs of this name."""
        self._waiting = [each for each in self._waiting if each[0] != what]

    def cancel(self) -> None:
        """Cancel the running and the waiting jobs; results so far are kept."""
        self._waiting.clear()
        self._stop.set()

    def close(self) -> None:
        """Cancel, and wait for the thread and its processes to end."""
        self._closing = True
        self.cancel()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    @Slot()
    def _begin(self) -> None:
        if self.running or self._writes.busy or not self._waiting:
            return
        what, task = self._waiting.pop(0)
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(what, task, self._stop), name=what, daemon=True
        )
        self.progress.begin(what)
        self.began.emit(what)
        self._thread.start()

    def _run(self, what: str, task: Task, stop: threading.Event) -> None:
        """Run a job in the thread."""
        result: object = None
        try:
            with Project.open(self._project.path, write=False) as reader:
                progress = _ThrottledProgress(self, stop)
                work = JobContext(
                    reader, self._put, progress, self.workers, stop, observe=progress.observe
                )
                result = task(work)
        except Cancelled:
            ending = Ending(what, "cancelled")
        except CuratorError as error:
            ending = Ending(what, "failed", error.sentence, error.hint)
        except Exception as error:  # noqa: BLE001 - the window must learn of it, whatever it is
            damage, sentence = damage_in(self._project.path), f"{type(error).__name__}: {error}"
            details = "" if damage else traceback.format_exc()
            ending = Ending(what, "failed", damage or sentence, details=details)
        else:
            ending = Ending(what, "finished")
        self._over.emit(ending, result)

    def _put(self, action: Action) -> None:
        """Request a write from the thread and wait for it."""
        request = _WriteRequest(action)
        self._wanted.emit(request)
        while not request.done.wait(PROGRESS_S):
            if self._closing:
                raise Cancelled
        if request.error is not None:
            raise request.error

    @Slot(object)
    def _write(self, request: _WriteRequest) -> None:
        if self._closing:
            return
        large = request.action if isinstance(request.action, Large) else None

        def write(project: Project) -> None:
            if not self._closing:
                request.action(project)

        def then(_result: object, error: BaseException | None) -> None:
            request.error = error
            request.done.set()
            action = request.action
            self.written.emit(action.clips if isinstance(action, OnClips) else None)

        clips = large.clips if large else 0
        self._writes.ask(write, lambda: clips, then, large=large is not None)

    @Slot(object, object)
    def _end(self, ending: Ending, result: object) -> None:
        if self._thread is not None:
            self._thread.join()
        self._thread = None
        if self._closing:
            return
        if ending.outcome == "finished":
            self.produced.emit(ending.what, result)
        self.ended.emit(ending)
        self._begin()


class _ThrottledProgress:
    """Progress protocol in the thread: throttled signals to the window; raises when cancelled."""

    def __init__(self, queue: JobQueue, stop: threading.Event) -> None:
        self._queue = queue
        self._stop = stop
        self._items = 0
        self._reported_at = 0.0
        self._observed_at: dict[int, float] = {}

    def observe(self, progress: RecordingProgress) -> None:
        """Signal how far a recording is, throttled recording by recording."""
        now, before = time.monotonic(), self._observed_at.get(progress.recording)
        if before is None or progress.done_s >= progress.seconds or now - before >= PROGRESS_S:
            self._observed_at[progress.recording] = now
            self._queue.recording_progressed.emit(progress)

    def started(self, step: str, items: int, seconds: float) -> None:
        """See Progress."""
        self._items = items
        self._observed_at.clear()
        self._queue.started.emit(step, items, seconds)

    def progressed(self, items: int, seconds: float) -> None:
        """See Progress."""
        if self._stop.is_set():
            raise Cancelled
        now = time.monotonic()
        if items == self._items or now - self._reported_at >= PROGRESS_S:
            self._reported_at = now
            self._queue.progressed.emit(items, seconds)

    def failed(self, sentence: str) -> None:
        """See Progress."""
        self._queue.failed.emit(sentence)

    def noted(self, sentence: str) -> None:
        """See Progress."""
        self._queue.noted.emit(sentence)

    def finished(self) -> None:
        """See Progress."""
