"""Licence, consent, track and channel of recordings to import, folded to one line."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from curator.domain.recording import Recording
from curator.domain.resources import resources
from curator.ui.elided_label import ElidedLabel
from curator.ui.intake.rights import RightsFields
from curator.ui.intake.sound_choice import SoundChoiceRow
from curator.ui.theme import GRID

ARROW = 10
"""Size of the arrow before the title, in pixels."""


class ImportSettings(QWidget):
    """Settings of recordings added from now on. folded: whether only their summary is shown."""

    folded_by_person = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.rights, self.sound = RightsFields(beside=True), SoundChoiceRow()
        self.head = QToolButton()
        self.head.setProperty("role", "fold")
        title = self.tr("For recordings added from now on")
        self.head.setText(f" {title}")
        self.head.setAccessibleName(title)
        self.head.setIconSize(QSize(ARROW, ARROW))
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.summary = ElidedLabel()
        self.summary.setProperty("role", "quiet")
        self._content = QWidget()
        self.folded = False
        self._lay_out()
        self.head.clicked.connect(self._toggle)
        for field in (self.rights.licence, self.rights.consent, self.sound.track):
            field.textChanged.connect(self._summarise)
        self.sound.channel.currentIndexChanged.connect(self._summarise)
        self.fold(folded=False)

    def _lay_out(self) -> None:
        content = QVBoxLayout(self._content)
        content.setContentsMargins(0, 0, 0, 0)
        content.setSpacing(GRID)
        content.addWidget(self.rights)
        content.addWidget(self.sound)
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.head)
        line.addWidget(self.summary, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(line)
        column.addWidget(self._content)

    def fold(self, *, folded: bool) -> None:
        """Show one line, or all fields."""
        self.folded = folded
        self._content.setHidden(folded)
        name = "arrow-right.svg" if folded else "arrow.svg"
        self.head.setIcon(QIcon(str(resources() / "look" / name)))
        state = self.tr("folded") if folded else self.tr("unfolded")
        self.head.setAccessibleDescription(state)
        self._summarise()

    def suggest(self, recordings: Sequence[Recording]) -> None:
        """Fill empty fields with the texts of the project's newest recording."""
        licence, consent = self.rights.licence, self.rights.consent
        if not recordings or licence.text() or consent.text():
            return
        licence.setText(recordings[-1].licence)
        consent.setText(recordings[-1].consent)

    @Slot()
    def _toggle(self) -> None:
        self.fold(folded=not self.folded)
        self.folded_by_person.emit(self.folded)

    @Slot()
    def _summarise(self) -> None:
        """Show the texts of the folded fields, so that nothing is added unnoticed."""
        licence, consent = self.rights.licence.text().strip(), self.rights.consent.text().strip()
        parts = [
            licence or self.tr("licence not stated"),
            consent or self.tr("consent not stated"),
            self.sound.track.text().strip(),
            self.sound.channel.currentText() if self.sound.channel.currentIndex() else "",
        ]
        self.summary.setText("  ·  ".join(filter(None, parts)) if self.folded else "")
