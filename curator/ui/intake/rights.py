"""What new recordings may be used for, and who agreed to it."""

from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from curator.ui.page import label
from curator.ui.settings import WindowSettings
from curator.ui.theme import GRID


class Rights(QWidget):
    """Two lines that are stored with every recording added from now on."""

    def __init__(self, settings: WindowSettings) -> None:
        super().__init__()
        self._settings = settings
        self.licence = QLineEdit(settings.text("licence"))
        self.licence.setPlaceholderText(self.tr("CC BY 4.0, or: our own, for training only"))
        self.consent = QLineEdit(settings.text("consent"))
        self.consent.setPlaceholderText(self.tr("who agreed to what, and when"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        heading = self.tr("Recordings you add from now on")
        grid.addWidget(label(heading, "quiet"), 0, 0, 1, 4)
        for column, (text, line) in enumerate(
            ((self.tr("Licence"), self.licence), (self.tr("Consent"), self.consent))
        ):
            title = label(text)
            title.setBuddy(line)
            line.setAccessibleName(text)
            line.editingFinished.connect(self.remember)
            grid.addWidget(title, 1, 2 * column)
            grid.addWidget(line, 1, 2 * column + 1)
            grid.setColumnStretch(2 * column + 1, 1)

    def remember(self) -> None:
        """For the next time, too."""
        self._settings.set("licence", self.licence.text().strip())
        self._settings.set("consent", self.consent.text().strip())
