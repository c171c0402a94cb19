"""Start page, shown while no project is open."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal, Slot
from PySide6.QtGui import QAction, QIcon, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from curator.domain.errors import printable
from curator.domain.resources import resources
from curator.ui.commands import Commands
from curator.ui.elided_label import ElidedLabel
from curator.ui.open_with_system import open_with_system
from curator.ui.page import button, label
from curator.ui.plain_text import plain_label, tool_tip
from curator.ui.project_memory import ProjectMemory
from curator.ui.project_thumbnail import ProjectThumbnail
from curator.ui.sample import SampleJob, sample_voices_installed
from curator.ui.settings import WindowSettings
from curator.ui.theme import GRID
from curator.ui.wording import number, shown_keys

WIDTH = 96 * GRID
ICON = 7 * GRID
BUTTON = 26 * GRID
SEARCH = 36 * GRID

SEARCHED_FROM = 4
"""Recent projects from which on they can be searched."""


def application_icon() -> QIcon:
    """Icon of the application."""
    return QIcon(str(resources() / "look" / "icon.svg"))


class RecentProject(QFrame):
    """A recent project: picture, name, folder, when it was open, how far its clips are decided.

    A click anywhere opens it; the context menu shows its folder or removes it from the list.
    """

    opened = Signal()
    forgotten = Signal()
    pinning_wanted = Signal(bool)

    def __init__(self, path: Path, memory: ProjectMemory, *, pinned: bool = False) -> None:
        super().__init__()
        self.path = path
        self.pin = QToolButton()
        self.pin.setText(self.tr("Unpin") if pinned else self.tr("Pin"))
        self.pin.setProperty("role", "bar")
        self.pin.setAccessibleName(f"{self.pin.text()}: {printable(path.stem)}")
        self.pin.setToolTip(tool_tip(self.tr("Pinned projects stay at the top")))
        self.pin.clicked.connect(lambda: self.pinning_wanted.emit(not pinned))
        self.name = button(printable(path.stem), "link")
        self.name.setAccessibleDescription(printable(str(path)))
        self.name.setToolTip(tool_tip(printable(str(path))))
        self.name.clicked.connect(self.opened)
        folder = ElidedLabel(printable(str(path.parent)))
        folder.setProperty("role", "quiet")
        folder.setContentsMargins(GRID * 3 // 2, 0, 0, 0)
        self.state = label(role="quiet")
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.when = label(role="quiet")
        self.when.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if memory.opened_at:
            made = QDateTime.fromString(memory.opened_at, Qt.DateFormat.ISODate).toLocalTime()
            self.when.setText(QLocale().toString(made, QLocale.FormatType.ShortFormat))
        if memory.clips:
            text = self.tr("%1 kept, %2 left").replace("%1", number(memory.kept))
            self.state.setText(text.replace("%2", number(memory.left)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for text, run in (
            (self.pin.text(), lambda: self.pinning_wanted.emit(not pinned)),
            (self.tr("Show in folder"), lambda: open_with_system(path.parent)),
            (self.tr("Remove from list"), self.forgotten.emit),
        ):
            action = QAction(text, self)
            action.triggered.connect(run)
            self.addAction(action)
        self.thumbnail = ProjectThumbnail(path, memory)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID // 2)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.thumbnail, 0, 0, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        for row, (left, right) in enumerate(((self.name, self.when), (folder, self.state))):
            grid.addWidget(left, row, 1)
            grid.addWidget(right, row, 2)
        grid.addWidget(self.pin, 0, 3, 2, 1, Qt.AlignmentFlag.AlignVCenter)

    def matches(self, words: str) -> bool:
        """Whether name and folder contain all words, in any case."""
        text = printable(str(self.path)).casefold()
        return all(word in text for word in words.casefold().split())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the project."""
        is_inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and is_inside:
            self.opened.emit()
        else:
            super().mouseReleaseEvent(event)


class FirstStart(QScrollArea):
    """Buttons for a new, existing or sample project, and the list of recent projects."""

    opened = Signal(object)  # path of a project

    def __init__(self, settings: WindowSettings, commands: Commands, sample: SampleJob) -> None:
        super().__init__(widgetResizable=True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setProperty("role", "page")
        self._settings, self._job = settings, sample
        self.status = ElidedLabel()
        self.status.setProperty("role", "quiet")
        self.bar = QProgressBar(textVisible=False)
        self.bar.setAccessibleName(self.tr("Progress of the sample project"))
        self.cancel = button(self.tr("Cancel"))
        self.sample = button("")
        self.recent = QVBoxLayout()
        self.recent.setSpacing(GRID)
        self.rows: list[RecentProject] = []
        self.listed = QWidget()
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(self.tr("Search recent projects"))
        self.search.setAccessibleName(self.tr("Search recent projects"))
        self.search.setMaximumWidth(SEARCH)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._open_first)
        self.no_match = label(self.tr("No recent project matches."), "quiet")
        self._lay_out(commands)
        self.sample.clicked.connect(commands.action("window.open_sample").trigger)
        self.cancel.clicked.connect(sample.cancel)
        sample.changed.connect(self._follow_sample)
        settings.changed.connect(self._follow_settings)
        self._list_recent()
        self._follow_sample()
        self.setFocusProxy(self.first)

    def _lay_out(self, commands: Commands) -> None:
        column = QVBoxLayout()
        column.setSpacing(GRID)
        column.addLayout(self._heading())
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
        self.about_sample = label(role="quiet", wrap=True)
        column.addLayout(_beside(self.sample, self.about_sample))
        working = QHBoxLayout()
        working.setSpacing(2 * GRID)
        working.addWidget(self.bar, 1)
        working.addWidget(self.status, 1)
        working.addWidget(self.cancel)
        column.addLayout(working)
        models = commands.action("window.show_models")
        self.models = button(models.text())
        self.models.clicked.connect(models.trigger)
        words = self.tr("Transcription and cleaning models: size, licence, download.")
        column.addLayout(_beside(self.models, label(words, "quiet", wrap=True)))
        column.addSpacing(2 * GRID)
        found = QHBoxLayout()
        self.heading = label(self.tr("Recent projects"), "heading")
        found.addWidget(self.heading, 1)
        found.addWidget(self.search, 1)
        column.addLayout(found)
        listed = QVBoxLayout(self.listed)
        listed.setContentsMargins(0, 0, 0, 0)
        listed.setSpacing(GRID)
        listed.addLayout(self.recent)
        listed.addWidget(self.no_match)
        listed.addStretch(1)
        column.addWidget(self.listed)
        inside = QWidget()
        inside.setLayout(column)
        inside.setMaximumWidth(WIDTH)
        inside.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        # Centred by stretches: an alignment would keep wrapped texts from the height they need.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(inside, 100)
        middle.addStretch(1)
        page = QWidget()
        around = QVBoxLayout(page)
        around.addStretch(1)
        around.addLayout(middle)
        around.addStretch(2)
        self.setWidget(page)

    def _heading(self) -> QHBoxLayout:
        picture = plain_label()
        picture.setPixmap(application_icon().pixmap(ICON, ICON))
        picture.setFixedSize(ICON, ICON)
        name = label("voice-curator", "title")
        words = label(self.tr("Turn recordings of a voice into a training set"), wrap=True)
        more = self.tr(
            "A project is a folder with analysis results and your decisions. Recordings stay where "
            "they are and are never modified."
        )
        texts = QVBoxLayout()
        texts.setSpacing(GRID // 2)
        for widget in (name, words, label(more, "quiet", wrap=True)):
            texts.addWidget(widget)
        line = QHBoxLayout()
        line.setSpacing(2 * GRID)
        line.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(texts, 1)
        return line

    @Slot()
    def _follow_sample(self) -> None:
        """Show the sample's progress, and offer to open it once it is made."""
        job, can_make = self._job.job, sample_voices_installed()
        for widget in (self.bar, self.status, self.cancel):
            widget.setVisible(job is not None)
        if job is not None:
            job.changed.connect(self._show_progress)
            self._show_progress()
        exists = self._job.exists
        text = self.tr("Open sample project") if exists else self.tr("Make sample project")
        self.sample.setText(text)
        self.sample.setEnabled(job is None and (exists or can_make))
        self.about_sample.setText(self._about_sample(exists=exists, can_make=can_make))

    @Slot()
    def _show_progress(self) -> None:
        if self._job.job is None:
            return
        progress = self._job.job.progress
        self.status.setText(progress.text)
        self.bar.setRange(0, 1000 if progress.share is not None else 0)
        self.bar.setValue(round(1000 * (progress.share or 0.0)))

    def _about_sample(self, *, exists: bool, can_make: bool) -> str:
        if exists:
            return self.tr("A three-minute synthetic quiz show. Sample ready.")
        if can_make:
            return self.tr("A three-minute synthetic quiz show, generated in one or two minutes.")
        return self.tr("Its voices are not installed: pip install 'voice-curator[offline]'.")

    @Slot(str)
    def _follow_settings(self, key: str) -> None:
        if key == "recent":
            self._list_recent()

    def _list_recent(self) -> None:
        while (item := self.recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.rows = []
        recent = self._settings.recent
        self.heading.setVisible(bool(recent))
        for path in recent:
            pinned = self._settings.is_pinned(path)
            row = RecentProject(path, ProjectMemory.of(self._settings, path), pinned=pinned)
            row.pinning_wanted.connect(partial(self._pin, path))
            row.opened.connect(lambda path=path: self.opened.emit(path))
            row.forgotten.connect(lambda path=path: self._settings.forget(path))
            self.recent.addWidget(row)
            self.rows.append(row)
        self.search.setVisible(len(recent) >= SEARCHED_FROM)
        self._filter()

    def _pin(self, path: Path, pinned: bool) -> None:
        self._settings.pin(path, pinned=pinned)

    @Slot()
    def _filter(self) -> None:
        """Show the recent projects that match what is searched; the page keeps its place."""
        words = self.search.text() if self.search.isVisibleTo(self) else ""
        if not words:
            self.listed.setMinimumHeight(0)
        elif not self.listed.minimumHeight():
            self.listed.setMinimumHeight(self.listed.height())
        for row in self.rows:
            row.setVisible(row.matches(words))
        self.no_match.setVisible(bool(self.rows) and all(row.isHidden() for row in self.rows))

    @Slot()
    def _open_first(self) -> None:
        """Open the first project that matches."""
        row = next((row for row in self.rows if not row.isHidden()), None)
        if row is not None:
            self.opened.emit(row.path)


def _beside(begin: QPushButton, words: QWidget) -> QHBoxLayout:
    begin.setMinimumWidth(BUTTON)
    line = QHBoxLayout()
    line.setSpacing(2 * GRID)
    line.addWidget(begin)
    line.addWidget(words, 1)
    return line
