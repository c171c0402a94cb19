"""Legend of the map: marks, names and counts; a click shows only these clips."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from curator.ui.map.colouring import LegendEntry
from curator.ui.map.marks import ICON, icon
from curator.ui.page import button, label
from curator.ui.theme import GRID, roles
from curator.ui.wording import number


class Legend(QWidget):
    """A button for each entry; with none pressed all are shown."""

    selected = Signal()  # other entries are shown

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[LegendEntry, ...] = ()
        self.buttons: list[QToolButton] = []
        self._counts: list[QLabel] = []
        self._lines: list[QHBoxLayout] = []
        self.title = label(role="heading")
        self.shading = label(self.tr("Shading: clips that overlap"), "quiet", wrap=True)
        self.shading.hide()
        self.all = button(self.tr("Show all"), "link")
        self.all.setAccessibleName(self.tr("Show all clips"))
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.all)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(head)
        column.addLayout(self._rows)
        column.addWidget(self.shading)
        self.all.clicked.connect(self.show_all)
        keep = self.all.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.all.setSizePolicy(keep)
        self.all.hide()

    @property
    def wanted(self) -> list[int]:
        """Indices of the entries shown."""
        pressed = [n for n, each in enumerate(self.buttons) if each.isChecked()]
        return pressed or list(range(len(self._entries)))

    @property
    def is_filtering(self) -> bool:
        """Whether some entries are hidden."""
        return any(each.isChecked() for each in self.buttons)

    def show_entries(self, title: str, entries: Sequence[LegendEntry]) -> None:
        """Show these entries; with the same names as before the pressed ones stay pressed."""
        self.title.setText(title)
        names = [entry.name for entry in entries]
        if names != [entry.name for entry in self._entries]:
            self._build(len(entries))
        self._entries = tuple(entries)
        text = roles(self).text
        for made, entry in zip(self.buttons, entries, strict=True):
            made.setText(entry.name)
            made.setIcon(icon(entry.shape, entry.colour, entry.letter, text))
        self._tell()

    def show_counts(self, counts: Sequence[int]) -> None:
        """Show the number of clips of each entry."""
        for made, said, entry, count in zip(
            self.buttons, self._counts, self._entries, counts, strict=True
        ):
            said.setText(number(count))
            name = self.tr("%1: %2 clips on the map")
            made.setAccessibleName(name.replace("%1", entry.name).replace("%2", number(count)))
            made.setToolTip(self.tr("Show only these clips and those of other pressed buttons"))

    def show_all(self) -> None:
        """Release all buttons."""
        had_focus = self.all.hasFocus()
        for made in self.buttons:
            made.setChecked(False)
        if had_focus and self.buttons:
            self.buttons[0].setFocus()
        self._tell()

    def _build(self, count: int) -> None:
        for old in (*self.buttons, *self._counts):
            old.hide()
            old.deleteLater()
        for line in self._lines:
            self._rows.removeItem(line)
            line.deleteLater()
        self.buttons, self._counts, self._lines = [], [], []
        for _ in range(count):
            made, said = QToolButton(), label(role="quiet")
            made.setCheckable(True)
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            made.setIconSize(QSize(ICON, ICON))
            made.setProperty("role", "category")
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            made.clicked.connect(self._tell)
            line = QHBoxLayout()
            line.setSpacing(GRID)
            line.addWidget(made, 1)
            line.addWidget(said)
            self._rows.addLayout(line)
            self._lines.append(line)
            self.buttons.append(made)
            self._counts.append(said)

    def _tell(self) -> None:
        self.all.setVisible(self.is_filtering)
        self.selected.emit()
