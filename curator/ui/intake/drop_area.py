"""Drop area of an empty project."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from curator.ui.page import button, label, restyle
from curator.ui.theme import GRID


class DropArea(QFrame):
    """Area for dropping recordings, with buttons that open file dialogs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.files = button(self.tr("Add files…"), "first")
        self.folder = button(self.tr("Add folder…"))
        title = label(self.tr("Drop recordings here"), "title")
        words = self.tr(
            "Audio or video files in any format, or folders. They stay where they are and are "
            "never modified."
        )
        about = label(words, "quiet", wrap=True)
        for text in (title, about):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self.files)
        line.addWidget(self.folder)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(2 * GRID)
        column.addStretch(1)
        column.addWidget(title)
        column.addWidget(about)
        column.addLayout(line)
        column.addStretch(1)

    def light(self, is_over: bool) -> None:
        """Highlight the area while files are dragged over it."""
        self.setProperty("role", "drop" if is_over else "panel")
        restyle(self)
