"""Acts about very many clips, written by a thread so that the window goes on.

There is one writer at any time: while the thread writes, the window's own connection only reads,
what the window is asked to write waits in line, and so does what the work beside it has found. An
act is in the project as a whole or not at all, whatever happens to the program meanwhile.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from curator.domain.errors import CuratorError
from curator.store.project import Project

LARGE = 2_000
"""An act about fewer clips is written while the window waits: up to 20 ms."""

Outcome = Callable[[object, BaseException | None], None]
"""Is told in the window's thread what an act returned, or why it could not be."""


@dataclass(frozen=True, slots=True)
class _QueuedWrite:
    """size: of how many clips, asked when its turn has come. large: it is so with few, too."""

    write: Callable[[Project], object]
    size: Callable[[], int]
    then: Outcome
    large: bool


class WriteQueue(QObject):
    """Writes one act after another, in the order in which they were asked for."""

    began = Signal(int)  # from here on acts wait; how many clips the first is about
    ended = Signal()  # everything is written, and the window writes by itself again
    _over = Signal(object, object)  # the thread's last word: what the act returned, and its error

    def __init__(self, project: Project, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._waiting: deque[_QueuedWrite] = deque()  # the first is the one the thread writes
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        self._told = False  # whether an end is owed for a beginning
        self._over.connect(self._end, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether something is being written; what else is asked for waits."""
        return bool(self._waiting)

    def takes(self, size: Callable[[], int]) -> bool:
        """Whether an act about so many clips has to be asked for, and not just written."""
        return self.busy or size() >= LARGE

    def ask(
        self,
        write: Callable[[Project], object],
        size: Callable[[], int],
        then: Outcome,
        *,
        large: bool = False,
    ) -> None:
        """Have an act written when those before it are."""
        was_busy = self.busy
        self._waiting.append(_QueuedWrite(write, size, then, large))
        if not was_busy:
            self._go_on()

    def close(self) -> None:
        """Wait until everything is written: what a person has decided is never lost.

        Only what could not be is told, since nobody looks any more.
        """
        if self._thread is None:
            return
        self._thread.join()
        self._thread = None
        self._project.take_back()
        errors = [(self._waiting.popleft(), self._error)]
        for act in self._waiting:
            errors.append((act, _carry_out(act.write, self._project)[1]))
        self._waiting.clear()
        for act, error in errors:
            if error is not None:
                act.then(None, error)

    @Slot()
    def _go_on(self) -> None:
        """Write what is small, until something large is the thread's."""
        try:
            while self._waiting and self._thread is None:
                act = self._waiting[0]
                try:
                    size = act.size()
                except CuratorError as error:
                    self._waiting.popleft()
                    act.then(None, error)
                    continue
                if act.large or size >= LARGE:
                    self._begin(size)
                else:
                    self._waiting.popleft()
                    act.then(*_carry_out(act.write, self._project))
        finally:
            if self._waiting and self._thread is None:
                QTimer.singleShot(0, self._go_on)  # one that failed leaves no other waiting
            elif self._told and not self.busy:
                self._told = False
                self.ended.emit()

    def _begin(self, size: int) -> None:
        self._project.lend()
        write = self._waiting[0].write
        self._thread = threading.Thread(
            target=self._write, args=(write,), name="large act", daemon=True
        )
        self._told = True
        self.began.emit(size)
        self._thread.start()

    def _write(self, write: Callable[[Project], object]) -> None:
        """In the thread."""

        def borrow(lent: Project) -> object:
            with lent.borrowed() as project:
                return write(project)

        found, self._error = _carry_out(borrow, self._project)
        self._over.emit(found, self._error)

    @Slot(object, object)
    def _end(self, found: object, error: BaseException | None) -> None:
        if self._thread is None:
            return  # closed meanwhile
        self._thread.join()
        self._thread = None
        self._project.take_back()
        try:
            self._waiting.popleft().then(found, error)
        finally:
            self._go_on()


def _carry_out(
    write: Callable[[Project], object], project: Project
) -> tuple[object, BaseException | None]:
    try:
        return write(project), None
    except BaseException as error:  # noqa: BLE001 - told where the act was asked for
        return None, error
