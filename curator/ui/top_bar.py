"""Top bar: page buttons, project name, command palette."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QToolButton

from curator.domain.errors import printable
from curator.ui.commands import Commands
from curator.ui.elided_label import ElidedLabel
from curator.ui.page_list import PAGES
from curator.ui.session import Session
from curator.ui.theme import GRID
from curator.ui.wording import translated


class TopBar(QFrame):
    """Bar with a button per page (also Ctrl+1 to Ctrl+6), the project name and the palette."""

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        line = QHBoxLayout(self)
        line.setContentsMargins(GRID, 0, GRID, 0)
        line.setSpacing(0)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QToolButton] = {}
        for kind in PAGES:
            page = QToolButton()
            page.setText(translated("Pages", kind.title))
            page.setCheckable(True)
            page.setProperty("role", "page")
            page.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            page.setToolTip(commands.action(f"go.{kind.key}").toolTip())
            page.clicked.connect(commands.action(f"go.{kind.key}").trigger)
            self._group.addButton(page)
            self.buttons[kind.key] = page
            line.addWidget(page)
        self.project = ElidedLabel()
        self.project.setProperty("role", "quiet")
        self.project.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.project.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        line.addWidget(self.project, 1)
        keys = commands.keys_shown("window.show_palette")
        self.search = QToolButton()
        self.search.setText(self.tr("Search commands (%1)").replace("%1", keys))
        self.search.setAccessibleName(self.tr("Command palette"))
        self.search.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.search.setToolTip(commands.action("window.show_palette").toolTip())
        self.search.clicked.connect(commands.action("window.show_palette").trigger)
        self.search.setProperty("role", "bar")
        line.addWidget(self.search)
        line.addSpacing(GRID // 2)

    def show_project(self, path: Path | None, session: Session | None) -> None:
        """Show the project's name; hide the page buttons if there is none."""
        name = printable(path.name) if path else ""
        if session is not None and session.read_only:
            name = self.tr("%1 (read-only)").replace("%1", name)
        self.project.setText(name)
        for page in self.buttons.values():
            page.setVisible(path is not None)

    def mark(self, key: str) -> None:
        """Check the button of the current page."""
        self.buttons[key].setChecked(True)
