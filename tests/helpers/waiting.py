"""Letting a window live, as its people do while they wait."""

from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer

PATIENCE_MS = 15 * 60_000
LOOK_MS = 20


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
