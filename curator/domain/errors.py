"""Errors of the world, not of the program: each is a sentence and a hint for the person."""

import re
from pathlib import Path

_OTHER_HALVES = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Halves of surrogate pairs that stand for no byte of a file name."""


class CuratorError(Exception):
    """Something a person can put right.

    sentence: what is wrong and where, one line. hint: what to do about it, or "" if nothing helps.
    """

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}".strip()


class UnreadableAudio(CuratorError):
    """A file that should hold sound does not."""

    def __init__(self, path: Path, reason: str, hint: str = "") -> None:
        super().__init__(f"{printable(path.name)}: {reason}.", hint)
        self.path = path
        self.reason = reason


class ProjectBusy(CuratorError):
    """Another process has the project open for writing."""


class BrokenProject(CuratorError):
    """The project file is damaged, newer than this program, or not a project."""


class WrongQuery(CuratorError):
    """A query that cannot be understood; ``column`` is where, counted from 1."""

    def __init__(self, sentence: str, column: int, hint: str = "") -> None:
        super().__init__(f"{sentence} (at column {column})", hint)
        self.column = column


class MissingSource(CuratorError):
    """A recording's file is gone or its content is no longer what was imported."""


class MissingModel(CuratorError):
    """A model's files are not there or are not the ones expected."""


def printable(name: str) -> str:
    """A file name on one line: control characters and undecodable bytes shown as escapes."""
    name = _OTHER_HALVES.sub(lambda match: f"\\u{ord(match[0]):04x}", name)
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)
