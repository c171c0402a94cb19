"""Sheet of all keyboard shortcuts (?), those of the current page first."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from curator.ui.actions import ACTIONS, Action, Keys
from curator.ui.dialog_size import resize_on_screen
from curator.ui.page import label
from curator.ui.page_list import PAGES
from curator.ui.theme import GRID
from curator.ui.wording import shown_key, shown_keys, translated

COLUMNS = 2


def lines_of(page: str, keys: Mapping[str, Keys]) -> list[tuple[str, str]]:
    """(keys, title) of the actions of a page; the ten digits share one line."""
    lines: list[tuple[str, str]] = []
    digits: list[Action] = []
    for action in ACTIONS:
        if action.page != page or not keys[action.key]:
            continue
        if action.takes_digit:
            digits.append(action)
            continue
        lines.append((shown_keys(keys[action.key]), translated("Actions", action.text)))
    if digits:
        shown = [shown_key(keys[action.key][0]) for action in digits]
        both = f"{shown[0]} – {shown[-2]}, {shown[-1]}"
        lines.append((both, translated("Actions", digits[0].text)))
    return lines


class KeySheet(QDialog):
    """Dialog listing every action that has a key, in sections per page; searchable."""

    def __init__(self, page: str, keys: Mapping[str, Keys], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._page, self._keys = page, keys
        self.search = QLineEdit(placeholderText=self.tr("Search shortcuts by command or key"))
        self.search.setAccessibleName(self.tr("Search shortcuts"))
        self.search.setClearButtonEnabled(True)
        self.area = QScrollArea(widgetResizable=True)
        self.area.setAccessibleName(self.tr("Keyboard shortcuts"))
        column = QVBoxLayout(self)
        column.addWidget(self.search)
        column.addWidget(self.area)
        self.search.textChanged.connect(self._fill)
        self._fill("")
        resize_on_screen(self, 104 * GRID, 80 * GRID)
        self.search.setFocus()

    @Slot(str)
    def _fill(self, typed: str) -> None:
        """Show the actions with every typed word in their title or keys."""
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        titles = {kind.key: translated("Pages", kind.title) for kind in PAGES}
        others = [key for key in titles if key != self._page]
        row, words = 0, typed.casefold().split()
        for key in ([self._page] if self._page else []) + ["", *others]:
            lines = [
                line
                for line in lines_of(key, self._keys)
                if all(word in " ".join(line).casefold() for word in words)
            ]
            row = self._section(grid, row, titles.get(key, self.tr("Everywhere")), lines)
        if not row:
            text = self.tr("No shortcut matches “%1”.").replace("%1", typed.strip())
            grid.addWidget(label(text, "quiet"), 0, 0, 1, 2 * COLUMNS)
            row = 1
        grid.setRowStretch(row, 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self.area.setWidget(inside)

    def _section(
        self, grid: QGridLayout, row: int, title: str, lines: list[tuple[str, str]]
    ) -> int:
        if not lines:
            return row
        heading = label(title, "heading")
        heading.setContentsMargins(0, GRID, 0, 0)
        grid.addWidget(heading, row, 0, 1, 2 * COLUMNS)
        half = -(-len(lines) // COLUMNS)
        for place, (shown, text) in enumerate(lines):
            column, below = divmod(place, half)
            pressed = label(shown, "quiet")
            pressed.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            grid.addWidget(pressed, row + 1 + below, 2 * column)
            name = label(text, wrap=True)
            name.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            grid.addWidget(name, row + 1 + below, 2 * column + 1)
        return row + 1 + half
