"""Notifications of the window.

A message belongs to the page on which it was said and goes when the page is left, when the next
message comes, or when it is withdrawn because it is no longer true. One with a topic is about
something behind the pages, such as a job, and is shown on every page.
"""

from dataclasses import dataclass, field
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


def _now() -> datetime:
    return datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class Message:
    """One message. hint: what to do, or "". details: traceback or log, or "".

    topic: subject behind the pages, such as the name of a job, or "". action: key of an action
    offered beside the message, such as "window.undo", or "". page: where it was said.
    """

    level: Level
    sentence: str
    hint: str = ""
    details: str = ""
    topic: str = ""
    action: str = ""
    page: str = ""
    said_at: datetime = field(default_factory=_now)

    @property
    def text(self) -> str:
        """Sentence and hint in one line."""
        return f"{self.sentence} {self.hint}".strip()


class Messages(QObject):
    """List of messages; the status line shows the last, the drawer all but confirmations.

    page: key of the current page, "" for the start page. shown: what the status line shows.
    """

    said = Signal(object)  # a Message
    withdrawn = Signal()  # the shown message is no longer shown

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.all: list[Message] = []
        self.page = ""
        self.shown: Message | None = None

    def inform(self, sentence: str, hint: str = "", *, topic: str = "", action: str = "") -> None:
        """Add an information; topic and action as in Message."""
        self._say(
            Message(Level.INFORMATION, sentence, hint, topic=topic, action=action, page=self.page)
        )

    def confirm(self, sentence: str, action: str) -> None:
        """Show what a decision did beside the action that reverts it; decisions have a list."""
        message = Message(Level.INFORMATION, sentence, action=action, page=self.page)
        self._say(message, is_listed=False)

    def warn(self, sentence: str, hint: str = "", *, topic: str = "") -> None:
        """Add a warning; topic as in Message."""
        self._say(Message(Level.WARNING, sentence, hint, topic=topic, page=self.page))

    def fail(self, error: CuratorError | str, details: str = "", *, topic: str = "") -> None:
        """Add an error; topic as in Message."""
        sentence, hint = (
            (error.sentence, error.hint) if isinstance(error, CuratorError) else (error, "")
        )
        self._say(Message(Level.ERROR, sentence, hint, details, topic=topic, page=self.page))

    def withdraw(self, topic: str) -> None:
        """Stop showing the message if it is about this topic, as it is no longer true."""
        if self.shown is not None and self.shown.topic == topic:
            self.clear()

    def turn_to(self, page: str) -> None:
        """Follow the current page: messages without a topic go with theirs."""
        self.page = page
        if self.shown is not None and not self.shown.topic and self.shown.page != page:
            self.clear()

    def clear(self) -> None:
        """Stop showing the message."""
        if self.shown is not None:
            self.shown = None
            self.withdrawn.emit()

    def _say(self, message: Message, *, is_listed: bool = True) -> None:
        if is_listed:
            self.all.append(message)
            del self.all[:-REMEMBERED]
        self.shown = message
        self.said.emit(message)
