"""Keys that are held: they run past no clip that was not heard."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

WALKING = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})


def is_held_walk(event: QEvent) -> bool:
    """Whether a key that walks through a list is held, and not just pressed."""
    if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
        return False
    return event.isAutoRepeat() and event.key() in WALKING


class HeldKeys(QObject):
    """Keeps a list from running on while its current clip is not heard."""

    def __init__(self, of: QObject, may_run_on: Callable[[], bool]) -> None:
        super().__init__(of)
        self._may_run_on = may_run_on
        of.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See QObject."""
        return is_held_walk(event) and not self._may_run_on()
