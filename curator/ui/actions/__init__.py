"""Table of all actions: source of menus, tool tips, command palette and shortcut sheet.

Each page has one file with its actions; `action` describes a single one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from curator.ui.actions.action import Action, Keys, KeyScope, When
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
    "KeyConflict",
    "KeyScope",
    "Keys",
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
"""Preset for the left hand on the keyboard and the right hand on the mouse."""

PRESETS: Mapping[str, Mapping[str, Keys]] = {"usual": {}, "left_hand": LEFT_HAND}


def placed(key: str) -> tuple[KeyScope, str]:
    """Split a key of the table ("list:Return", "J") into its scope and key sequence."""
    place, colon, sequence = key.partition(":")
    if colon and place in (KeyScope.LIST, KeyScope.TEXT):
        return KeyScope(place), sequence
    return KeyScope.PAGE, key


def keys_in_use(preset: str, own: Mapping[str, Iterable[str]]) -> dict[str, Keys]:
    """Keys per action: the user's own, else the preset's, else the table's."""
    chosen = PRESETS.get(preset, {})
    return {
        action.key: tuple(own.get(action.key, chosen.get(action.key, action.keys)))
        for action in ACTIONS
    }


@dataclass(frozen=True, slots=True)
class KeyConflict:
    """Key that would trigger two actions in the same scope."""

    key: str
    first: Action
    second: Action


def conflicts(keys: Mapping[str, Keys], actions: Iterable[Action] = ACTIONS) -> list[KeyConflict]:
    """Return every ambiguous key; empty if there is none."""
    clashes = []
    earlier: dict[str, list[tuple[KeyScope, Action]]] = {}
    for action in actions:
        for place, sequence in map(placed, keys[action.key]):
            for other_place, other in earlier.setdefault(sequence.casefold(), []):
                if other is not action and _meet(place, other_place, action.page, other.page):
                    clashes.append(KeyConflict(sequence, other, action))
            earlier[sequence.casefold()].append((place, action))
    return clashes


def _meet(place: KeyScope, other_place: KeyScope, page: str, other_page: str) -> bool:
    pages = page == other_page or not page or not other_page
    places = place == other_place or KeyScope.PAGE in (place, other_place)
    return pages and places


def of_page(page: str) -> Iterator[Action]:
    """Yield the actions available on a page, its own first."""
    yield from (action for action in ACTIONS if action.page == page)
    if page:
        yield from WINDOW
