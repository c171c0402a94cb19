"""Command palette: search actions by words of their titles and synonyms (Ctrl+K)."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from curator.ui.actions import Action, Keys
from curator.ui.dialog_size import resize_on_screen
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.page import label
from curator.ui.theme import GRID
from curator.ui.wording import shown_keys, translated

MOST = 200
"""Upper bound of listed commands, above the number of actions."""

SYNONYMS = (
    QT_TRANSLATE_NOOP("Synonyms", "remove delete reject drop"),
    QT_TRANSLATE_NOOP("Synonyms", "keep accept approve"),
    QT_TRANSLATE_NOOP("Synonyms", "category label tag emotion"),
    QT_TRANSLATE_NOOP("Synonyms", "settings preferences options"),
    QT_TRANSLATE_NOOP("Synonyms", "shortcuts keys hotkeys keyboard"),
    QT_TRANSLATE_NOOP("Synonyms", "find search filter query"),
    QT_TRANSLATE_NOOP("Synonyms", "undo revert"),
    QT_TRANSLATE_NOOP("Synonyms", "play listen hear"),
    QT_TRANSLATE_NOOP("Synonyms", "jobs tasks progress messages log"),
    QT_TRANSLATE_NOOP("Synonyms", "pause stop cancel"),
    QT_TRANSLATE_NOOP("Synonyms", "recording file audio"),
    QT_TRANSLATE_NOOP("Synonyms", "add import"),
    QT_TRANSLATE_NOOP("Synonyms", "text transcript"),
    QT_TRANSLATE_NOOP("Synonyms", "clean denoise repair"),
    QT_TRANSLATE_NOOP("Synonyms", "train training fine-tune"),
    QT_TRANSLATE_NOOP("Synonyms", "split cut divide"),
    QT_TRANSLATE_NOOP("Synonyms", "merge join combine"),
    QT_TRANSLATE_NOOP("Synonyms", "snapshot version backup"),
    QT_TRANSLATE_NOOP("Synonyms", "quit exit close"),
    QT_TRANSLATE_NOOP("Synonyms", "locate relink missing"),
)
"""Words that mean the same in the search for a command."""


Title = tuple[str, str]
"""Name of the page, "" for the current one, and text of an action."""


def title_of(action: Action) -> Title:
    """Title of an action of the current page."""
    return "", translated("Actions", action.text)


def matching(
    actions: Sequence[Action],
    typed: str,
    recent: Sequence[str] = (),
    title: Callable[[Action], Title] = title_of,
) -> list[Action]:
    """Return the actions that match every typed word, best first.

    A word matches in the text, as the beginning of a synonym of a word there, or as the beginning
    of the page's name. Texts that begin with what is typed come first, then others, then synonyms;
    among equals those of ``recent``, newest first. Actions of other pages come last; while nothing
    is typed, only those of ``recent`` come.
    """
    words = typed.casefold().split()
    groups = [translated("Synonyms", group).casefold().split() for group in SYNONYMS]
    last = len(recent)
    order = {key: place for place, key in enumerate(recent)}
    ranked: list[tuple[int, int, int, Action]] = []
    for place, action in enumerate(actions):
        page, text = (part.casefold() for part in title(action))
        rest = [word for word in words if not (page and page.startswith(word))]
        if all(word in text for word in rest):
            rank = 0 if text.startswith(typed.casefold().strip()) else 1
        elif all(word in text or _means(word, text, groups) for word in rest):
            rank = 2
        else:
            continue
        if page and not words and action.key not in order:
            continue
        rank += 3 * bool(page)
        ranked.append((rank if words else 0, order.get(action.key, last), place, action))
    return [action for *_, action in sorted(ranked, key=lambda each: each[:3])]


def _means(word: str, title: str, groups: Sequence[Sequence[str]]) -> bool:
    """Whether a word is the beginning of a synonym of a word of the title."""
    in_title = set(title.replace("…", "").replace("/", " ").split())
    return any(
        in_title.intersection(group) and any(each.startswith(word) for each in group)
        for group in groups
    )


class Palette(QDialog):
    """Dialog listing the enabled actions, recent ones first; Enter triggers the selected one.

    title: page and text of an action, see `matching`.
    """

    triggered = Signal(str)  # the key of an action

    def __init__(
        self,
        actions: Sequence[Action],
        keys: dict[str, Keys],
        parent: QWidget,
        recent: Sequence[str] = (),
        title: Callable[[Action], Title] = title_of,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Command palette"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions, self._keys, self._recent = actions, keys, recent
        self._title = title
        self._matches: list[Action] = []
        self.line = QLineEdit(placeholderText=self.tr("Search commands"))
        self.line.setAccessibleName(self.tr("Search commands"))
        self.none = label(role="quiet", wrap=True)
        self.none.hide()
        self.list = QTableWidget(0, 2)
        self._dress_list()
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.addWidget(self.line)
        column.addWidget(self.none)
        column.addWidget(self.list)
        resize_on_screen(self, 64 * GRID, 52 * GRID)
        self.line.textChanged.connect(self._search)
        self.line.returnPressed.connect(self._start)
        self.list.cellActivated.connect(self._start)
        self.line.installEventFilter(self)
        self._search("")

    def _dress_list(self) -> None:
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setShowGrid(False)
        self.list.setTabKeyNavigation(False)
        self.list.verticalHeader().hide()
        self.list.horizontalHeader().hide()
        stretch = QHeaderView.ResizeMode
        self.list.horizontalHeader().setSectionResizeMode(0, stretch.Stretch)
        self.list.horizontalHeader().setSectionResizeMode(1, stretch.ResizeToContents)

    @Slot(str)
    def _search(self, typed: str) -> None:
        self._matches = matching(self._actions, typed, self._recent, self._title)[:MOST]
        self.list.setRowCount(len(self._matches))
        for row, action in enumerate(self._matches):
            self.list.setItem(row, 0, QTableWidgetItem(self._shown(action)))
            keys = QTableWidgetItem(shown_keys(self._keys[action.key]))
            keys.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.list.setItem(row, 1, keys)
        self.none.setVisible(not self._matches)
        text = self.tr("No match for “%1” among the commands that are possible now.")
        self.none.setText(text.replace("%1", typed.strip()))
        if self._matches:
            self.list.selectRow(0)

    def _shown(self, action: Action) -> str:
        page, text = self._title(action)
        return f"{page}: {text}" if page else text

    @Slot()
    def _start(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._matches):
            key = self._matches[row].key
            self.close()
            self.triggered.emit(key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move through the list with Up and Down while the search field keeps the focus."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step and self._matches:
                row = min(max(self.list.currentRow() + step, 0), len(self._matches) - 1)
                self.list.selectRow(row)
                return True
        return False
