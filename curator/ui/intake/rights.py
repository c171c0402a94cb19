"""Licence and consent of new recordings."""

from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from curator.ui.page import label
from curator.ui.settings import WindowSettings
from curator.ui.theme import GRID


class Rights(QWidget):
    """Two fields stored with every recording imported afterwards."""

    def __init__(self, settings: WindowSettings) -> None:
        super().__init__()
        self._settings = settings
        self.licence = QLineEdit(settings.text("licence"))
        self.licence.setPlaceholderText(self.tr("e.g. CC BY 4.0, or: own recording, training only"))
        self.consent = QLineEdit(settings.text("consent"))
        self.consent.setPlaceholderText(self.tr("who agreed to what, and when"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        heading = self.tr("For recordings added from now on")
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
        """Save both fields in the settings."""
        self._settings.set("licence", self.licence.text().strip())
        self._settings.set("consent", self.consent.text().strip())
