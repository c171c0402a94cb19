"""Description of one command of the window.

A key is written as in Qt ("Ctrl+K", "J"), optionally with a scope: "list:Return" works only while
a list has the focus, "text:Ctrl+Return" only in a text field, no scope on the whole page. Single
letters never fire while text is typed: text fields consume them first.
"""

from dataclasses import dataclass
from enum import StrEnum

Keys = tuple[str, ...]


class KeyScope(StrEnum):
    """Part of a page in which a key works."""

    PAGE = ""
    LIST = "list"
    TEXT = "text"


class When(StrEnum):
    """Condition under which an action is enabled."""

    ALWAYS = "always"
    PROJECT = "project"  # a project is open
    WRITABLE = "writable"  # ... and it is open for writing
    CLIP = "clip"  # a clip is selected
    JUDGING = "judging"  # ... and the project is writable


@dataclass(frozen=True, slots=True)
class Action:
    """One command of the window.

    key: its name in settings. page: "" when it works everywhere. run: "owner.method" or
    "owner.controller.method", where the owner is "window", its "dialogs" or a page; argument: of
    the method, None for none.
    repeats: whether the key auto-repeats. moves: goes to another clip; auto-repeats only if the
    setting allows it. menu: "" for none.
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
        """Key of the page it belongs to, "" for all."""
        owner = self.run.partition(".")[0]
        return "" if owner in ("window", "dialogs") else owner

    @property
    def takes_digit(self) -> bool:
        """Whether it is one of ten actions that differ only in their digit key."""
        return isinstance(self.argument, str) and self.argument.isdigit()
