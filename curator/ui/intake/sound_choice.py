"""Choice of track and channel for recordings to import."""

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from curator.domain.recording import EACH, MIX, SoundChoice
from curator.ui.page import label
from curator.ui.plain_text import tool_tip
from curator.ui.theme import GRID
from curator.ui.widgets.combo_box import ComboBox


class SoundChoiceRow(QWidget):
    """Two fields that apply to recordings imported afterwards; not kept when the page closes."""

    def __init__(self) -> None:
        super().__init__()
        self.track = QLineEdit()
        self.track.setPlaceholderText(self.tr("default track"))
        self.track.setMaximumWidth(24 * GRID)
        self.channel = ComboBox()
        for text, channel in (
            (self.tr("Mix, unless channels cancel"), ""),
            (self.tr("Mix"), MIX),
            (self.tr("Left"), "left"),
            (self.tr("Right"), "right"),
            (self.tr("One recording per channel"), EACH),
        ):
            self.channel.addItem(text, channel)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2 * GRID)
        tip = self.tr("Number or title of a sound track in files with several, for example Mic.")
        for text, field, words in (
            (self.tr("Sound track"), self.track, tip),
            (self.tr("Channel"), self.channel, self.tr("Channel of files with several.")),
        ):
            title = label(text)
            title.setBuddy(field)
            field.setAccessibleName(text)
            field.setToolTip(tool_tip(words))
            line.addWidget(title)
            line.addWidget(field)
        line.addStretch(1)

    @property
    def choice(self) -> SoundChoice:
        """What is chosen now."""
        return SoundChoice(self.track.text().strip(), str(self.channel.currentData()))
