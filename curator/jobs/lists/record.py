"""A row of a list: the clip it names, or why it names none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from curator.domain.merging import RejectedRow


class NotAList(Exception):  # what was recognised, not a fault
    """A file is not a list that can be read. looks_like_a_list: it was probably meant as one."""

    def __init__(self, reason: str, *, looks_like_a_list: bool = True) -> None:
        super().__init__(reason)
        self.looks_like_a_list = looks_like_a_list


@dataclass(frozen=True, slots=True)
class ListedClip:
    """A clip as another program lists it: a file or a part of one.

    file, line: where it is listed; the line is the item's number in a JSON array. named: the file
    as the list names it. is_id: the name has no extension by definition (LJ Speech). audio: the
    file that was matched. text: None where there is none. emotion: the list's name of the category,
    "" where there is none. start_s, stop_s: the part of the file, None for its start and its end.
    channel: counted from 0, None for the mix of all. language: a code, "" where there is none.
    """

    file: str
    line: int
    named: str
    is_id: bool = False
    audio: Path = Path()
    text: str | None = None
    emotion: str = ""
    start_s: float | None = None
    stop_s: float | None = None
    channel: int | None = None
    language: str = ""

    def at(self, audio: Path) -> "ListedClip":
        """The same with its file."""
        return replace(self, audio=audio)


@dataclass(frozen=True, slots=True)
class ListedSet:
    """What a list holds. rows: not counting blank ones; each is a clip or a refused row."""

    rows: int
    clips: tuple[ListedClip, ...] = ()
    refused: tuple[RejectedRow, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def joined(cls, sets: Sequence["ListedSet"]) -> "ListedSet":
        """Several lists as one."""
        return cls(
            sum(each.rows for each in sets),
            tuple(clip for each in sets for clip in each.clips),
            tuple(row for each in sets for row in each.refused),
            tuple(dict.fromkeys(note for each in sets for note in each.notes)),
        )

    def with_notes(self, notes: Iterable[str]) -> "ListedSet":
        """The same with more notes."""
        return replace(self, notes=(*self.notes, *notes))
