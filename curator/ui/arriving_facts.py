"""Combines the clips of arriving facts into one signal per interval."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

GATHER_MS = 200
"""Interval in which arriving facts are combined."""


class ArrivingFacts(QObject):
    """Gathers clips; ``arrived`` follows with a frozenset of them, or None for any clip."""

    arrived = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._clips: frozenset[int] | None = frozenset()
        self._timer = QTimer(self, singleShot=True, interval=GATHER_MS)
        self._timer.timeout.connect(self._tell)

    @Slot(object)
    def gather(self, clips: frozenset[int] | None) -> None:
        """Add clips; None for any."""
        self._clips = None if clips is None or self._clips is None else self._clips | clips
        if not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Cancel the signal."""
        self._timer.stop()

    @Slot()
    def _tell(self) -> None:
        clips, self._clips = self._clips, frozenset()
        if clips is None or clips:
            self.arrived.emit(clips)
