"""Navigation keys held down: they do not skip clips that were not played."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

NAVIGATION = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})


def is_held_navigation(event: QEvent) -> bool:
    """Whether the event is the auto-repeat of a navigation key."""
    if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
        return False
    return event.isAutoRepeat() and event.key() in NAVIGATION


class HeldKeys(QObject):
    """Ignores held navigation keys of a list while its current clip was not played."""

    def __init__(self, widget: QObject, may_skip: Callable[[], bool]) -> None:
        super().__init__(widget)
        self._may_skip = may_skip
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See QObject."""
        return is_held_navigation(event) and not self._may_skip()
