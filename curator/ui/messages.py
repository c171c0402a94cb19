"""What the window has to say: one surface for everything that went well, wrong or oddly."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from curator.domain.errors import CuratorError

REMEMBERED = 500
"""Messages that are kept to be read again; older ones are forgotten."""


class Level(StrEnum):
    """How much a message matters."""

    INFORMATION = "information"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Message:
    """One message. sentence: what is so. hint: what to do, or "". details: for a report, or ""."""

    level: Level
    sentence: str
    hint: str
    details: str
    said_at: datetime

    @property
    def text(self) -> str:
        """Sentence and hint."""
        return f"{self.sentence} {self.hint}".strip()


class Messages(QObject):
    """Said one after the other; the status line shows the last, the drawer all."""

    said = Signal(object)  # a Message

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.all: list[Message] = []

    def inform(self, sentence: str, hint: str = "") -> None:
        """Something went as it should."""
        self._say(Level.INFORMATION, sentence, hint)

    def warn(self, sentence: str, hint: str = "") -> None:
        """Something a person should know; the work goes on."""
        self._say(Level.WARNING, sentence, hint)

    def fail(self, error: CuratorError | str, details: str = "") -> None:
        """Something a person asked for was not done."""
        if isinstance(error, CuratorError):
            self._say(Level.ERROR, error.sentence, error.hint, details)
        else:
            self._say(Level.ERROR, error, "", details)

    def _say(self, level: Level, sentence: str, hint: str, details: str = "") -> None:
        message = Message(level, sentence, hint, details, datetime.now().astimezone())
        self.all.append(message)
        del self.all[:-REMEMBERED]
        self.said.emit(message)
