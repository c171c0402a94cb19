"""A line of a manifest."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Listed:
    """A clip as others list it: a file or a part of it, with what they say of it.

    text: None where it is not said. emotion: their name of the category, "" where there is none.
    start_s, stop_s: the part of the file; None for its start and its end.
    """

    audio: Path
    text: str | None = None
    emotion: str = ""
    start_s: float | None = None
    stop_s: float | None = None
