"""QActions of the action table, for shortcuts, menus and the command palette."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QSlider,
    QTabBar,
    QWidget,
)

from curator.ui.actions import ACTIONS, Action, KeyScope, When, placed
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.page import Page
from curator.ui.settings import WindowSettings
from curator.ui.wording import shown_keys, translated

MENUS = (
    ("Project", QT_TRANSLATE_NOOP("Menus", "Project")),
    ("Edit", QT_TRANSLATE_NOOP("Menus", "Edit")),
    ("Clip", QT_TRANSLATE_NOOP("Menus", "Clip")),
    ("Listen", QT_TRANSLATE_NOOP("Menus", "Listen")),
    ("Edges", QT_TRANSLATE_NOOP("Menus", "Edges")),
    ("View", QT_TRANSLATE_NOOP("Menus", "View")),
    ("Training", QT_TRANSLATE_NOOP("Menus", "Training")),
    ("Go", QT_TRANSLATE_NOOP("Menus", "Go")),
    ("Help", QT_TRANSLATE_NOOP("Menus", "Help")),
)

_PRESSES = {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}
_LINE_KEYS = (
    QKeySequence.StandardKey.MoveToEndOfLine,
    QKeySequence.StandardKey.DeleteEndOfLine,
    QKeySequence.StandardKey.DeleteCompleteLine,
)
"""Ctrl+E, Ctrl+K and Ctrl+U of text fields under X11: shortcuts of the window come first."""

_WALKS = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, *_PRESSES}


_TEXT_FIELDS = (QLineEdit, QPlainTextEdit, QComboBox, QAbstractSpinBox)

SHORT_MENU = 14
"""Most actions of a context menu without submenus."""


class Commands(QObject):
    """Owns one QAction per Action, and one more per key scope narrower than the page."""

    def __init__(
        self, window: QWidget, settings: WindowSettings, run: Callable[[Action], None]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._run = run
        self._page = ""
        self._allowed: frozenset[When] = frozenset({When.ALWAYS})
        self._made: dict[str, QAction] = {}
        self._placed: dict[str, dict[KeyScope, QAction]] = {}
        self._pages: dict[str, Page] = {}
        for action in ACTIONS:
            made = self._make(action)
            self._made[action.key] = made
            window.addAction(made)
            self._placed[action.key] = {}
        self.give_keys()
        settings.changed.connect(self._follow_settings)

    def action(self, key: str) -> QAction:
        """Return the QAction of an action."""
        return self._made[key]

    def keys_shown(self, key: str) -> str:
        """Return the keys of an action in the platform's notation."""
        return shown_keys(self._settings.keys[key])

    def possible(self) -> Iterator[Action]:
        """Yield the enabled actions, those of the current page first."""
        now = [action for action in ACTIONS if self._made[action.key].isEnabled()]
        yield from sorted(now, key=lambda action: action.page != self._page)

    def elsewhere(self) -> Iterator[Action]:
        """Yield the actions of other pages that would be enabled there."""
        for action in ACTIONS:
            if action.page not in ("", self._page) and action.when in self._allowed:
                yield action

    def trigger(self, key: str) -> None:
        """Trigger an action if it is enabled."""
        self._made[key].trigger()

    def add_page(self, name: str, page: Page) -> None:
        """Install the scoped shortcuts and the context menus of a new page."""
        self._pages[name] = page
        for widget in page.menu_widgets():
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            widget.customContextMenuRequested.connect(
                lambda position, widget=widget: self._open_context_menu(widget, position)
            )
        for action in ACTIONS:
            if action.page == name:
                for place, made in self._placed[action.key].items():
                    for widget in page.places(place):
                        widget.addAction(made)

    def forget_pages(self) -> None:
        """Drop the references to closed pages."""
        self._pages.clear()

    def allow(self, page: str, allowed: frozenset[When]) -> None:
        """Enable the actions that are possible on the current page."""
        if (page, allowed) == (self._page, self._allowed):
            return
        self._page, self._allowed = page, allowed
        self._enable()

    def give_keys(self) -> None:
        """Assign every action its current shortcuts."""
        keys = self._settings.keys
        for action in ACTIONS:
            by_place: dict[KeyScope, list[QKeySequence]] = {place: [] for place in KeyScope}
            for place, sequence in map(placed, keys[action.key]):
                by_place[place].append(QKeySequence(sequence))
            made = self._made[action.key]
            made.setShortcuts(by_place.pop(KeyScope.PAGE))
            self._describe(action, made)
            for place, sequences in by_place.items():
                self._give_placed(action, place, sequences)
            repeats = action.repeats or (action.moves and self._settings.is_on("skip_unheard"))
            for each in (made, *self._placed[action.key].values()):
                each.setAutoRepeat(repeats)
        self._enable()

    def context_menu(self, parent: QWidget) -> QMenu:
        """Menu of the enabled actions of the current page; a long one has submenus."""
        menu = QMenu(parent)
        actions = [
            action
            for action in ACTIONS
            if action.page == self._page and action.menu and self._made[action.key].isEnabled()
        ]
        for name, title in MENUS:
            group = [action for action in actions if action.menu == name]
            if not group:
                continue
            is_inline = menu.isEmpty() or len(actions) <= SHORT_MENU
            if is_inline and not menu.isEmpty():
                menu.addSeparator()
            below = menu if is_inline else menu.addMenu(translated("Menus", title))
            below.addActions([self._made[action.key] for action in group])
        return menu

    def _open_context_menu(self, widget: QWidget, position: QPoint) -> None:
        menu = self.context_menu(widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        surface = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
        menu.popup(surface.mapToGlobal(position))

    def _make(self, action: Action) -> QAction:
        made = QAction(translated("Actions", action.text), self._window)
        made.setObjectName(action.key)
        made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        made.triggered.connect(lambda: self._run(action))
        return made

    def _give_placed(self, action: Action, place: KeyScope, keys: list[QKeySequence]) -> None:
        """Assign keys of a scope narrower than the page; few actions have such keys."""
        extras = self._placed[action.key]
        if keys and place not in extras:
            extras[place] = self._make(action)
            extras[place].setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            page = self._pages.get(action.page)
            for widget in page.places(place) if page else ():
                widget.addAction(extras[place])
        if place in extras:
            extras[place].setShortcuts(keys)

    def _describe(self, action: Action, made: QAction) -> None:
        keys = shown_keys(self._settings.keys[action.key])
        text = translated("Actions", action.text)
        made.setToolTip(f"{text} ({keys})" if keys else text)

    def _enable(self) -> None:
        for action in ACTIONS:
            here = action.page in ("", self._page)
            possible = here and action.when in self._allowed
            self._made[action.key].setEnabled(possible)
            for extra in self._placed[action.key].values():
                extra.setEnabled(possible)

    def _follow_settings(self, key: str) -> None:
        if key in ("own_keys", "keys", "skip_unheard"):
            self.give_keys()


class ControlKeys(QObject):
    """Settles which keys a focused control keeps: Space presses a button, Ctrl+K is a shortcut."""

    def watch(self, _before: QWidget | None, focused: QWidget | None) -> None:
        """Watch the newly focused control; filtering every widget would be too slow."""
        if focused is not None and (_keys_of(focused) or isinstance(focused, _TEXT_FIELDS)):
            focused.removeEventFilter(self)
            focused.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See QObject."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() in (
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.KeypadModifier,
            )
            if plain and event.key() in _keys_of(watched):
                event.accept()
                return True
            controlled = event.modifiers() == Qt.KeyboardModifier.ControlModifier
            if controlled and isinstance(watched, _TEXT_FIELDS):
                return any(map(event.matches, _LINE_KEYS))  # not accepted: a shortcut may have it
        return False


def _keys_of(control: QObject) -> set[Qt.Key]:
    if isinstance(control, QComboBox | QAbstractSpinBox | QSlider | QTabBar):
        return _WALKS
    return _PRESSES if isinstance(control, QAbstractButton) else set()
