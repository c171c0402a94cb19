"""Result of an export: what was written, and what to do with it."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from curator.export.settings import Exported
from curator.ui.open_with_system import open_with_system
from curator.ui.page import button, label, restyle
from curator.ui.plain_text import plain_label
from curator.ui.theme import GRID
from curator.ui.widgets.badges import SIZE, badge


class ResultPanel(QFrame):
    """Sentence about the export, and buttons for the written folder once there is one."""

    train_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.folder: Path | None = None
        self.text = label(wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._mark = plain_label()
        self.open = button(self.tr("Open folder"))
        self.train = button(self.tr("Train on this"), "first")
        self.copy = button(self.tr("Copy trainer command"))
        self._buttons = (self.open, self.copy, self.train)
        self.open.clicked.connect(self._open_folder)
        self.train.clicked.connect(self.train_wanted)
        row, buttons, column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        row.setSpacing(GRID)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        buttons.setSpacing(GRID)
        for each in self._buttons:
            buttons.addWidget(each)
        buttons.addStretch(1)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.addLayout(row)
        column.addLayout(buttons)
        self.hide()

    def show_running(self, text: str) -> None:
        """Show that the export runs."""
        self._show(text, "", None)

    def show_failure(self, text: str) -> None:
        """Show why nothing was written."""
        self._show(text, "error", None)

    def show_result(self, exported: Exported) -> None:
        """Show what was written; a bundle can be trained on."""
        self._show(exported.sentence, "kept", exported.path)
        for each in (self.copy, self.train):
            each.setVisible(self.is_bundle)

    @property
    def is_bundle(self) -> bool:
        """Whether what was written can be trained on."""
        return self.folder is not None and (self.folder / "bundle.json").is_file()

    def _show(self, text: str, mark: str, folder: Path | None) -> None:
        self.folder = folder
        self.text.setText(text)
        self._mark.setVisible(bool(mark))
        if mark:
            self._mark.setPixmap(badge(mark).pixmap(SIZE, SIZE))
        for each in self._buttons:
            each.setVisible(folder is not None)
        self.setProperty("role", "panel" if mark else "")
        restyle(self)
        self.show()

    def _open_folder(self) -> None:
        if self.folder is not None:
            open_with_system(self.folder)
