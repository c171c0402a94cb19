"""Writes of very many clips in a thread, so that the window stays responsive.

There is one writer at any time: while the thread writes, the window's connection only reads, and
further writes of the window and of background jobs wait. A write is one transaction.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from curator.domain.errors import CuratorError
from curator.store.project import Project

LARGE = 2_000
"""Number of clips from which a write goes to the thread; fewer take up to 20 ms."""

Outcome = Callable[[object, BaseException | None], None]
"""Called in the window's thread with the result of a write, or its error."""


@dataclass(frozen=True, slots=True)
class _QueuedWrite:
    """Waiting write. size: number of clips, evaluated late. large: use the thread anyway."""

    write: Callable[[Project], object]
    size: Callable[[], int]
    then: Outcome
    large: bool


class WriteQueue(QObject):
    """Runs writes one after another, in order."""

    began = Signal(int)  # number of clips of the write that others wait for
    ended = Signal()  # everything is written
    _over = Signal(object, object)  # from the thread: result and error

    def __init__(self, project: Project, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._waiting: deque[_QueuedWrite] = deque()  # the first is the one in the thread
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        self._announced = False  # whether ``ended`` must follow
        self._over.connect(self._end, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether a write is running; others wait."""
        return bool(self._waiting)

    def takes(self, size: Callable[[], int]) -> bool:
        """Whether a write of this size must be queued instead of run directly."""
        return self.busy or size() >= LARGE

    def ask(
        self,
        write: Callable[[Project], object],
        size: Callable[[], int],
        then: Outcome,
        *,
        large: bool = False,
    ) -> None:
        """Queue a write."""
        was_busy = self.busy
        self._waiting.append(_QueuedWrite(write, size, then, large))
        if not was_busy:
            self._go_on()

    def close(self) -> None:
        """Wait until everything is written, so that no decision is lost; report errors only."""
        if self._thread is None:
            return
        self._thread.join()
        self._thread = None
        self._project.take_back()
        errors = [(self._waiting.popleft(), self._error)]
        for waiting in self._waiting:
            errors.append((waiting, _carry_out(waiting.write, self._project)[1]))
        self._waiting.clear()
        for waiting, error in errors:
            if error is not None:
                waiting.then(None, error)

    @Slot()
    def _go_on(self) -> None:
        """Run small writes until a large one goes to the thread."""
        try:
            while self._waiting and self._thread is None:
                waiting = self._waiting[0]
                try:
                    size = waiting.size()
                except CuratorError as error:
                    self._waiting.popleft()
                    waiting.then(None, error)
                    continue
                if waiting.large or size >= LARGE:
                    self._begin(size)
                else:
                    self._waiting.popleft()
                    waiting.then(*_carry_out(waiting.write, self._project))
        finally:
            if self._waiting and self._thread is None:
                QTimer.singleShot(0, self._go_on)  # an error must not block the rest
            elif self._announced and not self.busy:
                self._announced = False
                self.ended.emit()

    def _begin(self, size: int) -> None:
        self._project.lend()
        write = self._waiting[0].write
        self._thread = threading.Thread(
            target=self._write, args=(write,), name="large write", daemon=True
        )
        self._announced = True
        self.began.emit(size)
        self._thread.start()

    def _write(self, write: Callable[[Project], object]) -> None:
        """Run a write in the thread."""

        def borrow(lent: Project) -> object:
            with lent.borrowed() as project:
                return write(project)

        result, self._error = _carry_out(borrow, self._project)
        self._over.emit(result, self._error)

    @Slot(object, object)
    def _end(self, result: object, error: BaseException | None) -> None:
        if self._thread is None:
            return  # closed meanwhile
        self._thread.join()
        self._thread = None
        self._project.take_back()
        try:
            self._waiting.popleft().then(result, error)
        finally:
            self._go_on()


def _carry_out(
    write: Callable[[Project], object], project: Project
) -> tuple[object, BaseException | None]:
    try:
        return write(project), None
    except BaseException as error:  # noqa: BLE001 - told where the waiting was asked for
        return None, error
