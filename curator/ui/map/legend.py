"""What the marks mean, how many clips there are of each, and a click to see these alone."""

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

from curator.ui.map.colouring import Kind
from curator.ui.map.marks import ICON, icon
from curator.ui.page import button, label
from curator.ui.theme import GRID, roles
from curator.ui.wording import number


class Legend(QWidget):
    """A button for each kind. With none pressed, all are shown."""

    chosen = Signal()  # other kinds are wanted

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kinds: tuple[Kind, ...] = ()
        self.buttons: list[QToolButton] = []
        self._counts: list[QLabel] = []
        self._lines: list[QHBoxLayout] = []
        self.title = label(role="heading")
        self.all = button(self.tr("Show all"), "link")
        self.all.setAccessibleName(self.tr("Show clips of all kinds"))
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
        self.all.clicked.connect(self.show_all)
        keep = self.all.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.all.setSizePolicy(keep)
        self.all.hide()

    @property
    def wanted(self) -> list[int]:
        """The places of the kinds that are shown."""
        pressed = [n for n, each in enumerate(self.buttons) if each.isChecked()]
        return pressed or list(range(len(self._kinds)))

    @property
    def filters(self) -> bool:
        """Whether some kinds are not shown."""
        return any(each.isChecked() for each in self.buttons)

    def show_kinds(self, title: str, kinds: Sequence[Kind]) -> None:
        """Say what these marks mean; the same kinds as before stay pressed."""
        self.title.setText(title)
        names = [kind.name for kind in kinds]
        if names != [kind.name for kind in self._kinds]:
            self._build(len(kinds))
        self._kinds = tuple(kinds)
        text = roles(self).text
        for made, kind in zip(self.buttons, kinds, strict=True):
            made.setText(kind.name)
            made.setIcon(icon(kind.shape, kind.colour, kind.letter, text))
        self._tell()

    def show_counts(self, counts: Sequence[int]) -> None:
        """How many clips there are of each kind."""
        for made, said, kind, count in zip(
            self.buttons, self._counts, self._kinds, counts, strict=True
        ):
            said.setText(number(count))
            name = self.tr("%1: %2 clips on the map")
            made.setAccessibleName(name.replace("%1", kind.name).replace("%2", number(count)))
            made.setToolTip(self.tr("Show only these clips, and others that are pressed"))

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
        self.all.setVisible(self.filters)
        self.chosen.emit()
