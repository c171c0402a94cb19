"""Intake page: import recordings, analyse them, see what is missing."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from curator.domain.errors import CuratorError, printable
from curator.jobs.context import JobContext
from curator.ui.actions import KeyScope
from curator.ui.intake.drop_area import DropArea
from curator.ui.intake.plan import Survey, survey
from curator.ui.intake.plan_view import PlanView
from curator.ui.intake.recordings_model import FileState
from curator.ui.intake.recordings_view import RecordingsView
from curator.ui.intake.rights import Rights
from curator.ui.intake.sound_choice import SoundChoiceRow
from curator.ui.job_queue import Ending
from curator.ui.page import Page, button, label
from curator.ui.session import Session
from curator.ui.theme import GRID
from curator.ui.wording import clock, counted

WHAT = "sources"
"""Key of the survey job in the errands queue."""

REFRESH_MS = 400
"""Delay that combines changes into one refresh."""


class IntakePage(Page):
    """Table of recordings and a summary of the analysis to do."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.setAcceptDrops(True)
        self.drop = DropArea()
        self.list = RecordingsView()
        self.plan = PlanView(session)
        self.rights = Rights(session.settings)
        self.sound = SoundChoiceRow()
        self.total = label(role="title")
        self.files, self.folder = button(self.tr("Add files…")), button(self.tr("Add folder…"))
        self.search = button(self.tr("Locate…"))
        self.clean = button(self.tr("Clean…"))
        self.stack = QStackedWidget()
        self._refreshing = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._lay_out()
        self._connect()
        self._show_list()
        self._offer_locate()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.total)
        head.addStretch(1)
        for widget in (self.search, self.clean, self.files, self.folder):
            head.addWidget(widget)
            widget.setEnabled(widget is self.clean or not self.session.read_only)
        self.stack.addWidget(self.drop)
        self.stack.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self.stack, 1)
        column.addWidget(self.rights)
        column.addWidget(self.sound)
        column.addWidget(self.plan)

    def _connect(self) -> None:
        session = self.session
        self.files.clicked.connect(self.add_files)
        self.folder.clicked.connect(self.add_folder)
        self.drop.files.clicked.connect(self.add_files)
        self.drop.folder.clicked.connect(self.add_folder)
        self.search.clicked.connect(self.locate)
        self.clean.clicked.connect(self.clean_recordings)
        self.plan.start.clicked.connect(self.analyse)
        self._refreshing.timeout.connect(self._refresh)
        self.list.selectionModel().currentRowChanged.connect(self._offer_locate)
        session.jobs.written.connect(self._refresh_soon)
        session.jobs.ended.connect(self._ended)
        session.errands.produced.connect(self._show)
        session.settings.changed.connect(self._refresh_soon)

    def shown(self) -> None:
        """See Page."""
        self._refresh()
        (self.list if self.list.model().rowCount() else self.drop.files).setFocus()

    def close_page(self) -> None:
        """See Page."""
        # Settings outlive the page.
        self.session.settings.changed.disconnect(self._refresh_soon)
        self._refreshing.stop()

    def places(self, place: KeyScope) -> Sequence[QWidget]:
        """See Page."""
        return (self.list,) if place == KeyScope.LIST else ()

    # Commands

    def add_files(self) -> None:
        """Ask for audio or video files and import them."""
        dialog = QFileDialog(self, self.tr("Audio or video files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda chosen: self.add([Path(name) for name in chosen]))
        dialog.open()

    def add_folder(self) -> None:
        """Ask for a folder and import all audio and video files below it."""
        dialog = QFileDialog(self, self.tr("Folder of recordings"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.filesSelected.connect(lambda chosen: self.add([Path(name) for name in chosen]))
        dialog.open()

    def add(self, paths: list[Path]) -> None:
        """Import files and folders."""
        self.rights.remember()
        settings = self.session.settings
        self.session.import_paths(
            paths, settings.text("licence"), settings.text("consent"), self.sound.choice
        )

    def analyse(self) -> None:
        """Start the analysis; results appear while it runs."""
        self.session.analyse()

    def locate(self) -> None:
        """Ask for the new path of the selected recording's file."""
        row = self.list.chosen
        if row is None:
            return
        name = printable(row.recording.name)
        dialog = QFileDialog(self, self.tr("Locate %1").replace("%1", name))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: self.relocate_to(row.recording.id, Path(chosen)))
        dialog.open()

    def selected_recording(self) -> int | None:
        """See Page."""
        row = self.list.chosen
        return None if row is None else row.recording.id

    def clean_recordings(self) -> None:
        """Open the cleaning dialog for the selected recording, or all."""
        self.session.action_asked.emit("window.show_cleaning")

    def relocate_to(self, recording: int, path: Path) -> None:
        """Use this file for a recording if its content is the same."""

        def task(work: JobContext) -> str:
            from curator.audio.intake import content_hash

            known = work.project.recordings.get(recording)
            if content_hash(path) != known.content_hash:
                raise CuratorError(
                    f"{printable(path.name)} is not the file that was imported as "
                    f"{printable(known.name)}.",
                    "Add it as a recording of its own, or choose another file.",
                )
            return printable(path.name)

        def relocate(what: str, _result: object) -> None:
            if what == f"locate {recording}":
                self.session.errands.produced.disconnect(relocate)
                self.session.project.recordings.relocate(recording, path)
                self.session.messages.inform(self.tr("Located the file; its clips can be played."))
                self._show_list()
                self._refresh()

        self.session.errands.produced.connect(relocate)
        self.session.errands.ask(f"locate {recording}", task)

    # Display

    @Slot()
    def _refresh_soon(self) -> None:
        if not self._refreshing.isActive():
            self._refreshing.start()

    @Slot()
    def _refresh(self) -> None:
        self._show_list()
        options, workers = self.session.settings.options, self.session.settings.workers
        if self.isVisible() and WHAT not in self.session.errands.waiting:
            self.session.errands.ask(WHAT, lambda work: survey(work, options, workers))

    def _show_list(self) -> None:
        recordings = self.session.project.recordings.all()
        self.list.recordings.show_recordings(recordings)
        self.stack.setCurrentWidget(self.list if recordings else self.drop)
        for widget in (self.files, self.folder, self.search, self.clean, self.plan):
            widget.setVisible(bool(recordings))
        text = counted(len(recordings), self.tr("%n recording"), self.tr("%n recordings"))
        seconds = sum(recording.seconds for recording in recordings)
        self.total.setText(f"{text}, {clock(seconds)}" if recordings else self.tr("Recordings"))

    @Slot(str, object)
    def _show(self, what: str, result: object) -> None:
        if what == WHAT and isinstance(result, Survey):
            self.list.recordings.show_survey(result.languages, result.clips, result.files)
            self.plan.show_plan(result.plan)
            self._offer_locate()

    @Slot(object)
    def _ended(self, ending: Ending) -> None:
        self._refresh_soon()
        if ending.what == "import" and ending.outcome == "finished":
            self._refresh()

    @Slot()
    def _offer_locate(self) -> None:
        row = self.list.chosen
        lost = row is not None and row.file in (FileState.MISSING, FileState.CHANGED)
        self.search.setEnabled(lost and not self.session.read_only)

    # Drag and drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """See QWidget."""
        if event.mimeData().hasUrls() and not self.session.read_only:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.drop.light(True)

    def dragLeaveEvent(self, event: QEvent) -> None:
        """See QWidget."""
        self.drop.light(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """See QWidget."""
        self.drop.light(False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.add(paths)
