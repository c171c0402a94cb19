"""Commands for the selected recordings, above the table."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from curator.ui.page import button, label
from curator.ui.theme import GRID
from curator.ui.wording import counted


class SelectionBar(QWidget):
    """Says how many recordings are selected, with a button for each command."""

    def __init__(self) -> None:
        super().__init__()
        self._text = label(role="quiet")
        self.play = button(self.tr("Play"))
        self.reveal = button(self.tr("Show in folder"))
        self.search = button(self.tr("Locate…"))
        self.rights = button(self.tr("Licence, consent…"))
        self.clean = button(self.tr("Clean…"))
        self.remove = button(self.tr("Remove"))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID)
        line.addWidget(self._text, 1)
        for widget in (
            self.play,
            self.reveal,
            self.search,
            self.rights,
            self.clean,
            self.remove,
        ):
            line.addWidget(widget)

    def show_selected(self, count: int, *, is_lost: bool, is_writable: bool) -> None:
        """Enable what is possible. is_lost: whether the current file is missing or changed."""
        if count:
            text = counted(count, self.tr("%n selected"), self.tr("%n selected"))
        else:
            text = self.tr("Select recordings to edit them")
        self._text.setText(text)
        self.play.setEnabled(count == 1)
        self.reveal.setEnabled(count == 1)
        self.search.setEnabled(count == 1 and is_lost and is_writable)
        self.rights.setEnabled(count > 0 and is_writable)
        self.remove.setEnabled(count > 0 and is_writable)

    def show_playing(self, *, is_playing: bool) -> None:
        """Name the play button for what it does next."""
        self.play.setText(self.tr("Stop") if is_playing else self.tr("Play"))
