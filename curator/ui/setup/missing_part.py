"""Notice that a part of ``curator setup`` is missing, with a button that leads to it."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout

from curator.environment.installed import is_usable
from curator.ui.page import button, label
from curator.ui.theme import GRID


class MissingPart(QFrame):
    """Line with a text and a button; hidden once one of the parts is installed.

    parts: keys; one installed part is enough. ask: opens the packages dialog.
    """

    def __init__(self, parts: Sequence[str], text: str, ask: Callable[[], object]) -> None:
        super().__init__()
        self._parts = parts
        self.setProperty("role", "panel")
        self.install = button(self.tr("Install…"))
        self.install.clicked.connect(ask)
        line = QHBoxLayout(self)
        line.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        line.setSpacing(2 * GRID)
        line.addWidget(label(text, wrap=True), 1)
        line.addWidget(self.install)
        self.refresh()

    def refresh(self) -> None:
        """Look again for the parts."""
        self.setVisible(not any(map(is_usable, self._parts)))
