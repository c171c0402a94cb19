"""Notifications of the window."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from curator.domain.errors import CuratorError

REMEMBERED = 500
"""Upper bound of kept messages; older ones are discarded."""


class Level(StrEnum):
    """Severity of a message."""

    INFORMATION = "information"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Message:
    """One message. hint: what to do, or "". details: traceback or log, or ""."""

    level: Level
    sentence: str
    hint: str
    details: str
    said_at: datetime

    @property
    def text(self) -> str:
        """Sentence and hint in one line."""
        return f"{self.sentence} {self.hint}".strip()


class Messages(QObject):
    """List of messages; the status line shows the last, the drawer all."""

    said = Signal(object)  # a Message

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.all: list[Message] = []

    def inform(self, sentence: str, hint: str = "") -> None:
        """Add an information."""
        self._say(Level.INFORMATION, sentence, hint)

    def warn(self, sentence: str, hint: str = "") -> None:
        """Add a warning."""
        self._say(Level.WARNING, sentence, hint)

    def fail(self, error: CuratorError | str, details: str = "") -> None:
        """Add an error."""
        if isinstance(error, CuratorError):
            self._say(Level.ERROR, error.sentence, error.hint, details)
        else:
            self._say(Level.ERROR, error, "", details)

    def _say(self, level: Level, sentence: str, hint: str, details: str = "") -> None:
        message = Message(level, sentence, hint, details, datetime.now().astimezone())
        self.all.append(message)
        del self.all[:-REMEMBERED]
        self.said.emit(message)
