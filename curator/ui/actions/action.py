"""What a command of the window is.

A key is written as Qt writes it ("Ctrl+K", "J"). Before it may stand where it works: "list:Return"
only while a list has the focus, "text:Ctrl+Return" only inside a text; without, wherever the page
is in front. No single letter works while text is typed: text fields take those first.
"""

from dataclasses import dataclass
from enum import StrEnum

Keys = tuple[str, ...]


class Place(StrEnum):
    """Where a key works."""

    PAGE = ""
    LIST = "list"
    TEXT = "text"


class When(StrEnum):
    """What must be the case for an action to be possible."""

    ALWAYS = "always"
    PROJECT = "project"  # a project is open
    WRITABLE = "writable"  # ... and nobody else writes to it
    CLIP = "clip"  # a clip is chosen
    JUDGING = "judging"  # ... and decisions are taken


@dataclass(frozen=True, slots=True)
class Action:
    """One command.

    key: its name in settings. page: "" when it works everywhere. run: "owner.method" or
    "owner.controller.method", where the owner is "window", its "dialogs" or a page; argument: of
    the method, None for none.
    repeats: whether holding the key does it again and again. moves: goes on to another clip, which
    a held key does again only if the person asks for it in the settings. menu: "" for none.
    """

    key: str
    text: str
    keys: Keys
    run: str
    when: When = When.CLIP
    menu: str = "Clip"
    repeats: bool = False
    argument: str | int | None = None
    moves: bool = False

    @property
    def page(self) -> str:
        """The page it belongs to, "" for all."""
        owner = self.run.partition(".")[0]
        return "" if owner in ("window", "dialogs") else owner
