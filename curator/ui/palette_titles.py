"""Titles of actions in the palette: with their page, and categories by their names."""

from typing import Protocol

from curator.ui.actions import Action
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.page_list import PAGES
from curator.ui.session import Session
from curator.ui.wording import translated

CATEGORY = "category_"
"""Beginning of the keys of actions that set the category of their digit, after the page."""


class TitleSource(Protocol):
    """Window state that titles depend on."""

    session: Session | None

    @property
    def page(self) -> str:
        """Key of the current page, "" for none."""


class PaletteTitles:
    """Texts of actions on the current page of the window, with the categories of its project."""

    def __init__(self, source: TitleSource) -> None:
        session = source.session
        emotions = session.project.settings.emotions.emotions if session is not None else ()
        self._page = source.page
        self._categories = {each.digit: each.name for each in emotions if each.digit}
        self._pages = {kind.key: translated("Pages", kind.title) for kind in PAGES}

    def has(self, action: Action) -> bool:
        """Whether the action is listed: not the digits of other pages and of missing categories."""
        if action.takes_digit and action.page != self._page:
            return False
        return not _sets_category(action) or str(action.argument) in self._categories

    def of(self, action: Action) -> tuple[str, str]:
        """Page, "" for the current one, and text: ("Map", "Box select")."""
        text = translated("Actions", action.text)
        if _sets_category(action):
            named = translated("Actions", QT_TRANSLATE_NOOP("Actions", "Set category: %1"))
            text = named.replace("%1", self._categories[str(action.argument)])
        elif action.takes_digit:
            text = f"{text}: {action.argument}"
        is_here = action.page in ("", self._page)
        return ("" if is_here else self._pages[action.page]), text


def _sets_category(action: Action) -> bool:
    return action.takes_digit and action.key.partition(".")[2].startswith(CATEGORY)
