"""Every command of the window as data: THE table that menus, tool tips, palette and sheet show.

One file a page holds its part of it; what a command is says `action`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from curator.ui.actions.action import Action, Keys, Place, When
from curator.ui.actions.audit import AUDIT
from curator.ui.actions.balance import BALANCE
from curator.ui.actions.export import EXPORT
from curator.ui.actions.intake import INTAKE
from curator.ui.actions.map_page import MAP
from curator.ui.actions.training import TRAINING
from curator.ui.actions.window import WINDOW

__all__ = [
    "ACTIONS",
    "PRESETS",
    "Action",
    "Conflict",
    "Keys",
    "Place",
    "When",
    "conflicts",
    "keys_in_use",
    "of_page",
    "placed",
]

ACTIONS = (*WINDOW, *INTAKE, *AUDIT, *MAP, *BALANCE, *EXPORT, *TRAINING)

LEFT_HAND: Mapping[str, Keys] = {
    "audit.next": ("S", "list:Down"),
    "audit.previous": ("W", "list:Up"),
    "audit.keep": ("C", "list:Return", "list:Enter", "Ctrl+Return", "Ctrl+Enter"),
    "audit.to_pause": ("Shift+C",),
    "audit.split": ("Shift+X",),
    "audit.next_undecided": ("Q",),
    "audit.repeat": ("Z",),
    "audit.loop": ("Shift+R",),
    "audit.start_here": ("Shift+A",),
    "audit.stop_here": ("Shift+D",),
}
"""Listening, judging and moving on with the left hand alone; the right one has the mouse."""

PRESETS: Mapping[str, Mapping[str, Keys]] = {"usual": {}, "left_hand": LEFT_HAND}


def placed(key: str) -> tuple[Place, str]:
    """A key of the table as where it works and its sequence: "list:Return", "J"."""
    place, colon, sequence = key.partition(":")
    if colon and place in (Place.LIST, Place.TEXT):
        return Place(place), sequence
    return Place.PAGE, key


def keys_in_use(preset: str, own: Mapping[str, Iterable[str]]) -> dict[str, Keys]:
    """Action key -> its keys: a person's own, else the preset's, else the table's."""
    chosen = PRESETS.get(preset, {})
    return {
        action.key: tuple(own.get(action.key, chosen.get(action.key, action.keys)))
        for action in ACTIONS
    }


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two actions that one key would start at the same moment."""

    key: str
    first: Action
    second: Action


def conflicts(keys: Mapping[str, Keys], actions: Iterable[Action] = ACTIONS) -> list[Conflict]:
    """All that cannot be told apart; empty when the keys are good."""
    found = []
    earlier: dict[str, list[tuple[Place, Action]]] = {}
    for action in actions:
        for place, sequence in map(placed, keys[action.key]):
            for other_place, other in earlier.setdefault(sequence.casefold(), []):
                if other is not action and _meet(place, other_place, action.page, other.page):
                    found.append(Conflict(sequence, other, action))
            earlier[sequence.casefold()].append((place, action))
    return found


def _meet(place: Place, other_place: Place, page: str, other_page: str) -> bool:
    pages = page == other_page or not page or not other_page
    places = place == other_place or Place.PAGE in (place, other_place)
    return pages and places


def of_page(page: str) -> Iterator[Action]:
    """The actions that work while a page is in front, its own first."""
    yield from (action for action in ACTIONS if action.page == page)
    if page:
        yield from WINDOW
