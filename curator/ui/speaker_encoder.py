"""Dialog for the speaker encoder of a project."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QButtonGroup, QDialog, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from curator.domain.errors import MissingModel
from curator.domain.speaker_encoder import CAMPPLUS, ENCODERS, RESEMBLYZER
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.page import button, label
from curator.ui.session import Session
from curator.ui.theme import GRID
from curator.ui.wording import translated

WIDTH = 60 * GRID

DESCRIPTIONS = {
    RESEMBLYZER: QT_TRANSLATE_NOOP("SpeakerEncoder", "The default; trained on English speech."),
    CAMPPLUS: QT_TRANSLATE_NOOP("SpeakerEncoder", "Trained on Chinese and English speech."),
}


class SpeakerEncoderDialog(QDialog):
    """Chooses the network of the speaker embeddings and computes them again."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Speaker encoder"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self._used = session.project.settings.speaker_encoder
        self.choices: dict[str, QRadioButton] = {}
        self.group = QButtonGroup(self)
        self.cancel = button(self.tr("Cancel"))
        self.use = button(self.tr("Use and analyse again"), "first")
        self.use.setDefault(True)
        self._lay_out()
        self.group.buttonToggled.connect(self._allow)
        self.cancel.clicked.connect(self.close)
        self.use.clicked.connect(self._use)
        self._allow()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(GRID)
        for key, name in ENCODERS.items():
            choice = self.choices[key] = QRadioButton(name)
            description = translated("SpeakerEncoder", DESCRIPTIONS[key])
            choice.setAccessibleDescription(description)
            choice.setChecked(key == self._used)
            missing = _why_missing(key)
            choice.setEnabled(not missing)
            self.group.addButton(choice)
            column.addWidget(choice)
            column.addWidget(label(f"{description} {missing}".strip(), "quiet", wrap=True))
        about = self.tr(
            "Another encoder deletes the speaker embeddings and the speaker map, and the analysis "
            "computes them again. Decisions and the reference voice stay."
        )
        column.addSpacing(GRID)
        column.addWidget(label(about, "quiet", wrap=True))
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self.cancel)
        line.addWidget(self.use)
        column.addStretch(1)
        column.addLayout(line)
        self.resize(WIDTH, self.sizeHint().height())

    @property
    def _chosen(self) -> str:
        return next(key for key, choice in self.choices.items() if choice.isChecked())

    @Slot()
    def _allow(self) -> None:
        self.use.setEnabled(self._chosen != self._used and not self._session.read_only)

    @Slot()
    def _use(self) -> None:
        self._session.use_speaker_encoder(self._chosen)
        self.close()


def _why_missing(encoder: str) -> str:
    """What an encoder needs that is not installed, "" if it can be used."""
    from curator.stages.speaker.embed import require_installed

    try:
        require_installed(encoder)
    except MissingModel as error:
        return str(error)
    return ""
