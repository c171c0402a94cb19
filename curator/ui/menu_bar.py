"""Menu bar, filled from the table of actions."""

from PySide6.QtWidgets import QMenu, QMenuBar

from curator.ui.actions import ACTIONS
from curator.ui.commands import MENUS, Commands
from curator.ui.wording import translated

LAST = ("window.quit",)
"""Actions at the end of their menu, behind a separator."""


class MenuBar(QMenuBar):
    """One menu for each name of MENUS: the actions of all pages and of the current one.

    A menu without actions on this page is disabled, so that the others keep their place.
    """

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self._commands = commands
        self._page = ""
        self._menus: dict[str, QMenu] = {}
        used: set[str] = set()
        for name, title in MENUS:
            menu = QMenu(_with_mnemonic(translated("Menus", title), used), self)
            menu.aboutToShow.connect(lambda name=name, menu=menu: self._fill(name, menu))
            self.addMenu(menu)
            self._menus[name] = menu
        self.follow_page("")

    def follow_page(self, page: str) -> None:
        """Enable the menus that have actions on this page."""
        self._page = page
        for name, menu in self._menus.items():
            menu.menuAction().setEnabled(any(True for _ in self._keys(name)))

    def open_first(self) -> None:
        """Open the first menu for the keyboard."""
        first = next(iter(self._menus.values())).menuAction()
        self.setActiveAction(first)

    def _keys(self, name: str) -> list[str]:
        return [
            action.key
            for action in ACTIONS
            if action.menu == name and action.page in ("", self._page)
        ]

    def _fill(self, name: str, menu: QMenu) -> None:
        menu.clear()
        was_everywhere: bool | None = None
        everywhere = {action.key for action in ACTIONS if not action.page}
        for key in sorted(self._keys(name), key=LAST.__contains__):
            is_everywhere = key in everywhere and key not in LAST
            if was_everywhere is not None and was_everywhere != is_everywhere:
                menu.addSeparator()
            was_everywhere = is_everywhere
            menu.addAction(self._commands.action(key))


def _with_mnemonic(title: str, used: set[str]) -> str:
    """Mark the first letter that no other menu uses."""
    for place, letter in enumerate(title):
        if letter.isalpha() and letter.casefold() not in used:
            used.add(letter.casefold())
            return f"{title[:place]}&{title[place:]}"
    return title
