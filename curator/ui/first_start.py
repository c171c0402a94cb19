"""Start page, shown while no project is open."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from curator.domain.errors import printable
from curator.ui.commands import Commands
from curator.ui.page import button, label
from curator.ui.sample import SampleMaker, sample_voices_installed
from curator.ui.settings import WindowSettings
from curator.ui.theme import GRID
from curator.ui.wording import shown_keys


class FirstStart(QWidget):
    """Buttons for a new, existing or sample project, and the list of recent projects."""

    opened = Signal(object)  # path of a project
    sample_made = Signal(object, object)  # paths of a new project and of its recording

    def __init__(self, settings: WindowSettings, commands: Commands) -> None:
        super().__init__()
        self._settings = settings
        self._maker: SampleMaker | None = None
        self.status = label(role="quiet", wrap=True)
        self.sample = button(self.tr("New sample project"))
        self.recent = QVBoxLayout()
        self._lay_out(commands)
        self.sample.clicked.connect(self.make_sample)
        settings.changed.connect(self._follow_settings)
        self._list_recent()
        self.setFocusProxy(self.first)

    def _lay_out(self, commands: Commands) -> None:
        column = QVBoxLayout()
        column.setSpacing(GRID)
        title = self.tr("Turn recordings of a voice into a training set")
        column.addWidget(label(title, "title", wrap=True))
        words = self.tr(
            "A project is a folder with analysis results and your decisions. Recordings stay where "
            "they are and are never modified."
        )
        column.addWidget(label(words, "quiet", wrap=True))
        column.addSpacing(2 * GRID)
        for key, weight in (("window.new_project", "first"), ("window.open_project", "")):
            action = commands.action(key)
            begin = button(action.text(), weight)
            if weight:
                self.first = begin
            begin.setToolTip(action.toolTip())
            begin.clicked.connect(action.trigger)
            keys = label(shown_keys(self._settings.keys[key]), "quiet")
            column.addLayout(_beside(begin, keys))
        column.addLayout(_beside(self.sample, label(self._about_sample(), "quiet", wrap=True)))
        self.sample.setEnabled(sample_voices_installed())
        models = commands.action("window.show_models")
        self.models = button(models.text())
        self.models.clicked.connect(models.trigger)
        words = self.tr("Transcription and cleaning models: size, licence, download.")
        column.addLayout(_beside(self.models, label(words, "quiet", wrap=True)))
        column.addWidget(self.status)
        column.addSpacing(2 * GRID)
        column.addLayout(self.recent)
        inside = QWidget()
        inside.setLayout(column)
        inside.setFixedWidth(84 * GRID)
        # Centred by stretches: an alignment would keep wrapped texts from the height they need.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(inside)
        middle.addStretch(1)
        around = QVBoxLayout(self)
        around.addStretch(1)
        around.addLayout(middle)
        around.addStretch(2)

    def _about_sample(self) -> str:
        if sample_voices_installed():
            return self.tr("A three-minute synthetic quiz show, generated in one or two minutes.")
        return self.tr("Its voices are not installed: pip install 'voice-curator[offline]'.")

    @Slot(str)
    def _follow_settings(self, key: str) -> None:
        if key == "recent":
            self._list_recent()

    def _list_recent(self) -> None:
        while (item := self.recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        recent = self._settings.recent
        if recent:
            self.recent.addWidget(label(self.tr("Recent projects"), "heading"))
        for path in recent:
            again = button(printable(path.name), "link")
            again.setToolTip(printable(str(path)))
            again.setAccessibleDescription(printable(str(path)))
            again.clicked.connect(lambda _checked=False, path=path: self.opened.emit(path))
            self.recent.addWidget(again)

    @Slot()
    def make_sample(self) -> None:
        """Make the sample recording in a process, then a project with it, and open that."""
        if self._maker is not None:
            return
        self.sample.setEnabled(False)
        self.status.setText(self.tr("Making the sample recording…"))
        self._maker = SampleMaker(self)
        self._maker.made.connect(self._sample_made)
        self._maker.failed.connect(self._sample_over)
        self._maker.start()

    @Slot(object, object)
    def _sample_made(self, project: Path, recording: Path) -> None:
        self._sample_over("")
        self.sample_made.emit(project, recording)

    @Slot(str)
    def _sample_over(self, sentence: str) -> None:
        if self._maker is not None:
            self._maker.deleteLater()
            self._maker = None
        self.sample.setEnabled(True)
        self.status.setText(sentence)

    def stop(self) -> None:
        """Cancel making the sample; called when the window closes."""
        if self._maker is not None:
            self._maker.stop()
            self._maker = None


def _beside(begin: QPushButton, words: QWidget) -> QHBoxLayout:
    begin.setFixedWidth(26 * GRID)
    line = QHBoxLayout()
    line.setSpacing(2 * GRID)
    line.addWidget(begin)
    line.addWidget(words, 1)
    return line
