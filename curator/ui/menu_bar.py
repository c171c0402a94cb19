"""Menu bar, filled from the table of actions."""

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication, QMenu, QMenuBar, QWidget

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
        self._focused: QWidget | None = None  # widget that gets the focus back
        self._closing = QTimer(self, singleShot=True, interval=0)
        self._closing.timeout.connect(self._return_focus)
        used: set[str] = set()
        for name, title in MENUS:
            menu = QMenu(_with_mnemonic(translated("Menus", title), used), self)
            menu.aboutToShow.connect(lambda name=name, menu=menu: self._fill(name, menu))
            menu.aboutToHide.connect(self._closing.start)
            self.addMenu(menu)
            self._menus[name] = menu
        self.follow_page("")

    def follow_page(self, page: str) -> None:
        """Enable the menus that have actions on this page."""
        self._page = page
        for name, menu in self._menus.items():
            menu.menuAction().setEnabled(any(True for _ in self._keys(name)))

    def open_first(self) -> None:
        """Open the first menu for the keyboard; Left and Right go to its neighbours."""
        first = next(iter(self._menus.values()))
        self._focused = self.window().focusWidget()
        self.setFocus(Qt.FocusReason.MenuBarFocusReason)  # without it, Right stays in the menu
        self.setActiveAction(first.menuAction())
        if actions := first.actions():
            first.setActiveAction(actions[0])

    @Slot()
    def _return_focus(self) -> None:
        """Give the focus back once no menu is open."""
        if self._focused is None or QApplication.activePopupWidget() is not None:
            return
        focused, self._focused = self._focused, None
        self.setActiveAction(None)  # type: ignore[arg-type]  # Qt's own way to end it
        window = self.window()
        if window.focusWidget() is self and focused in window.findChildren(QWidget):
            focused.setFocus()

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
