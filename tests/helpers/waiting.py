"""Letting a window live, as its people do while they wait."""

from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QObject, QTimer

from curator.ui.main_window import MainWindow
from curator.ui.session import Session

PATIENCE_MS = 15 * 60_000
LOOK_MS = 20
SOON_MS = 2_000
"""Longest delay of a timer that is waited for; a message is shown for longer."""

QUIET_LOOKS = 3
"""Looks in a row that have to find nothing to do: what ended may begin something else."""


def rest(milliseconds: int) -> None:
    """Let the window live for a while; QTest.qWait would keep its threads from running."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def until(is_so: Callable[[], object], what: str, patience_ms: int = PATIENCE_MS) -> None:
    """Let the window live until something is so."""
    for _ in range(patience_ms // LOOK_MS):
        if is_so():
            return
        rest(LOOK_MS)
    raise AssertionError(f"it never came about: {what}")


def settle(window: MainWindow) -> None:
    """Let the window live until nothing is read, written or about to begin."""
    quiet = 0

    def is_quiet() -> bool:
        nonlocal quiet
        session = window.session
        is_busy = has_timers(window) or (session is not None and has_work(session))
        quiet = 0 if is_busy else quiet + 1
        return quiet >= QUIET_LOOKS

    until(is_quiet, "nothing is left to do")


def has_work(session: Session) -> bool:
    """Whether something is read, written or computed for a session, or is about to be."""
    queues = session.jobs, session.errands, session.readings
    is_waiting = any(queue.running or queue.waiting for queue in queues)
    return is_waiting or session.writes.busy or has_timers(session)


def has_timers(owner: QObject) -> bool:
    """Whether a timer of an object or its children is about to do something once."""
    return any(
        timer.isActive()
        and (timer.isSingleShot() or not timer.interval())
        and timer.interval() <= SOON_MS
        for timer in owner.findChildren(QTimer)
    )
