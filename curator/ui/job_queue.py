"""Long work beside the window: a thread that directs worker processes and never touches the window.

The thread reads through a connection of its own. What it wants to write is written by the window's
thread between two events, a portion at a time, because that thread owns the project.
"""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from curator.domain.errors import CuratorError
from curator.jobs.job import Options
from curator.jobs.work import Cancelled, Work
from curator.jobs.writing import Action
from curator.store.project import Project

TELL_S = 0.1
"""Progress is told ten times a second at most; more is unreadable and costs the window time."""


class _Request:
    """Something to write, and whether it is written."""

    def __init__(self, action: Action) -> None:
        self.action = action
        self.done = threading.Event()
        self.error: BaseException | None = None


class JobQueue(QObject):
    """One long piece of work at a time; further ones wait in line.

    Exactly one ``ended`` follows each ``began``, after every process and the thread have ended.
    """

    began = Signal(str)  # what: "import" or "analyse"
    started = Signal(str, int, float)  # step, items, seconds of sound
    progressed = Signal(int, float)  # items and seconds of sound done in this step
    failed = Signal(str)  # one item could not be done: a sentence
    noted = Signal(str)  # worth knowing: a sentence
    written = Signal()  # facts have reached the project
    ended = Signal(str, str)  # outcome: "finished", "failed" or "cancelled"; a sentence or ""
    _wanted = Signal(object)  # a _Request, from the thread
    _over = Signal(str, str)  # the thread's last word

    def __init__(self, project: Project, workers: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._workers = workers
        self._waiting: list[tuple[str, Callable[[Work], int]]] = []
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._closing = False
        self._wanted.connect(self._write, Qt.ConnectionType.QueuedConnection)
        self._over.connect(self._end, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> bool:
        """Whether something is being done."""
        return self._thread is not None

    def import_paths(self, paths: Sequence[Path], licence: str = "", consent: str = "") -> None:
        """Take in files and folders, then wait in line no more."""
        from curator.jobs.intake import import_paths

        files = tuple(paths)
        self._ask("import", lambda work: import_paths(work, files, licence=licence, consent=consent))

    def analyse(self, options: Options, only: Sequence[str] = ()) -> None:
        """Find out what is not known yet."""
        from curator.jobs.pipeline import analyse

        self._ask("analyse", lambda work: analyse(work, options, only))

    def cancel(self) -> None:
        """End what runs and forget what waits; what was found is kept."""
        self._waiting.clear()
        self._stop.set()

    def close(self) -> None:
        """Cancel, and wait until the thread and its processes have ended."""
        self._closing = True
        self.cancel()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _ask(self, what: str, task: Callable[[Work], int]) -> None:
        self._waiting.append((what, task))
        if not self.running:
            self._begin()

    def _begin(self) -> None:
        what, task = self._waiting.pop(0)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(task,), name=what, daemon=True)
        self.began.emit(what)
        self._thread.start()

    def _run(self, task: Callable[[Work], int]) -> None:
        """In the thread: everything but writing."""
        try:
            with Project.open(self._project.path, write=False) as reader:
                failures = task(Work(reader, self._put, _Told(self), self._workers, self._stop))
        except Cancelled:
            self._over.emit("cancelled", "")
        except CuratorError as error:
            self._over.emit("failed", str(error))
        except Exception as error:  # noqa: BLE001 - the window must learn of it, whatever it is
            self._over.emit("failed", f"{type(error).__name__}: {error}")
        else:
            self._over.emit("finished", f"{failures} could not be done." if failures else "")

    def _put(self, action: Action) -> None:
        """In the thread: have something written, and wait for it."""
        request = _Request(action)
        self._wanted.emit(request)
        while not request.done.wait(TELL_S):
            if self._closing:
                raise Cancelled
        if request.error is not None:
            raise request.error

    @Slot(object)
    def _write(self, request: _Request) -> None:
        if self._closing:
            return
        try:
            request.action(self._project)
        except BaseException as error:  # noqa: BLE001 - raised again where it was asked for
            request.error = error
        finally:
            request.done.set()
        self.written.emit()

    @Slot(str, str)
    def _end(self, outcome: str, sentence: str) -> None:
        if self._thread is not None:
            self._thread.join()
        self._thread = None
        self.ended.emit(outcome, sentence)
        if self._waiting and not self.running:
            self._begin()


class _Told:
    """The watcher in the thread: tells the window, not too often."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._items = 0
        self._told = 0.0

    def started(self, step: str, items: int, seconds: float) -> None:
        """See Watcher."""
        self._items = items
        self._queue.started.emit(step, items, seconds)

    def progressed(self, items: int, seconds: float) -> None:
        """See Watcher."""
        now = time.monotonic()
        if items == self._items or now - self._told >= TELL_S:
            self._told = now
            self._queue.progressed.emit(items, seconds)

    def failed(self, sentence: str) -> None:
        """See Watcher."""
        self._queue.failed.emit(sentence)

    def noted(self, sentence: str) -> None:
        """See Watcher."""
        self._queue.noted.emit(sentence)

    def finished(self) -> None:
        """See Watcher."""
