"""Card with text and facts of the clip under the pointer."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from curator.ui.map.colouring import LegendEntry
from curator.ui.map.marks import ICON, icon
from curator.ui.page import label
from curator.ui.plain_text import plain_label
from curator.ui.theme import GRID, roles

WIDTH = 40 * GRID
APART = 2 * GRID
"""Pixels between the card and its clip."""


class HoverCard(QFrame):
    """Overlay of the map, transparent to the pointer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.text = label(wrap=True)
        self.facts = label(role="quiet", wrap=True)
        self._mark, self.entry_name = plain_label(), label()
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self._mark)
        line.addWidget(self.entry_name, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, GRID, 12, GRID)
        column.setSpacing(GRID // 2)
        column.addWidget(self.text)
        column.addWidget(self.facts)
        column.addLayout(line)
        self._over = parent
        self.hide()

    def show_clip(
        self, text: str, facts: str, entry: LegendEntry, name: str, place: QPointF
    ) -> None:
        """Show a clip beside a pixel of the parent. name: label beside its mark."""
        self.text.setText(text)
        self.facts.setText(facts)
        self.entry_name.setText(name)
        shown = icon(entry.shape, entry.colour, entry.letter, roles(self).text)
        self._mark.setPixmap(shown.pixmap(ICON, ICON))
        room = self._over.rect()
        wide = min(WIDTH, room.width() - 2 * GRID)
        self.setFixedWidth(wide)
        self.setFixedHeight(max(self.sizeHint().height(), self.heightForWidth(wide)))
        right = place.x() + APART
        if right + wide > room.width() - GRID:
            right = max(GRID, place.x() - APART - wide)
        down = place.y() + APART
        if down + self.height() > room.height() - GRID:
            down = max(GRID, place.y() - APART - self.height())
        self.move(round(right), round(down))
        self.show()
        self.raise_()
