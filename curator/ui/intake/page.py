"""Intake page: import recordings, analyse them, see what is missing."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from curator.domain.decision import Field
from curator.domain.errors import CuratorError, printable
from curator.domain.recording import Recording
from curator.ui.actions import KeyScope
from curator.ui.intake.commands import RecordingCommands
from curator.ui.intake.drop_area import DropArea
from curator.ui.intake.import_settings import ImportSettings
from curator.ui.intake.plan import Survey, survey, waves_of
from curator.ui.intake.plan_view import PlanView
from curator.ui.intake.recording_playback import RecordingPlayback
from curator.ui.intake.recordings_model import FileState, RecordingRow
from curator.ui.intake.recordings_view import RecordingsView
from curator.ui.intake.rights import RightsDialog
from curator.ui.intake.selection_bar import SelectionBar
from curator.ui.intake.stage_rates import StageRates
from curator.ui.job_queue import Ending
from curator.ui.open_with_system import open_with_system
from curator.ui.page import Page, button, label
from curator.ui.session import Session
from curator.ui.sound.player import Player
from curator.ui.theme import GRID
from curator.ui.widgets.row_selection import select_row
from curator.ui.wording import clock, counted

WHAT, WAVES = "sources", "waveforms"
"""Keys of the survey and of reading waveforms in the errands queue."""

ROOMY = 90 * GRID
"""Height of the page, in pixels, from which nothing below the list is folded by itself."""

FEW = 4
"""Recordings that leave room for all of it in a low window."""

REFRESH_MS = 400
"""Delay that combines changes into one refresh."""


class IntakePage(Page):
    """Table of recordings and a summary of the analysis to do."""

    def __init__(
        self, session: Session, player: Player | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, parent)
        self.setAcceptDrops(True)
        self.drop = DropArea()
        self.list = RecordingsView()
        self.list.recordings.editable = not session.read_only
        self.plan = PlanView(session)
        self.adding = ImportSettings()
        self.rates = StageRates(session.jobs, self)
        self.commands = RecordingCommands(session, self)
        self.total = label(role="title")
        self.files, self.folder = button(self.tr("Add files…")), button(self.tr("Add folder…"))
        self.selection = SelectionBar()
        self.search, self.clean = self.selection.search, self.selection.clean
        self.stack = QStackedWidget()
        self.playback = RecordingPlayback(session, player, self.list, self.selection)
        self._folds: bool | None = None  # whether a person folded the import settings
        self._refreshing = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._lay_out()
        self._connect()
        self._show_list()
        self._follow_selection()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.total, 1)
        for widget in (self.files, self.folder):
            head.addWidget(widget)
            widget.setEnabled(not self.session.read_only)
        self.stack.addWidget(self.drop)
        self.stack.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self.selection)
        column.addWidget(self.stack, 1)
        column.addWidget(self.adding)
        column.addWidget(self.plan)

    def _connect(self) -> None:
        session = self.session
        self.files.clicked.connect(self.add_files)
        self.folder.clicked.connect(self.add_folder)
        self.drop.files.clicked.connect(self.add_files)
        self.drop.folder.clicked.connect(self.add_folder)
        self.selection.play.clicked.connect(self.play)
        self.selection.reveal.clicked.connect(self.reveal)
        self.selection.search.clicked.connect(self.locate)
        self.selection.rights.clicked.connect(self.edit_rights)
        self.selection.clean.clicked.connect(self.clean_recordings)
        self.selection.remove.clicked.connect(self.remove)
        self.plan.start.clicked.connect(self.analyse)
        self.adding.folded_by_person.connect(self._keep_fold)
        self.rates.changed.connect(
            lambda recording: self.list.recordings.show_stages(self.rates.of, recording)
        )
        self._refreshing.timeout.connect(self._refresh)
        self.list.selectionModel().selectionChanged.connect(self._follow_selection)
        self.list.recordings.edited.connect(self._edit_cell)
        self.commands.located.connect(self._refresh)
        session.changed.connect(self._show_list)
        session.changed.connect(self._refresh_soon)
        session.facts_changed.connect(self._refresh_soon)
        session.jobs.began.connect(self._show_list)
        session.jobs.ended.connect(self._ended)
        session.errands.produced.connect(self._show)
        session.settings.changed.connect(self._refresh_soon)

    def shown(self) -> None:
        """See Page."""
        self._refresh()
        self._select_first()
        (self.list if self.list.model().rowCount() else self.drop.files).setFocus()

    def _select_first(self) -> None:
        """Select the first recording if none is selected."""
        if self.list.model().rowCount() and not self.list.selectionModel().hasSelection():
            select_row(self.list, 0)

    def left(self) -> None:
        """Stop playback."""
        self.playback.stop()

    def close_page(self) -> None:
        """See Page."""
        # Settings outlive the page.
        self.session.settings.changed.disconnect(self._refresh_soon)
        self._refreshing.stop()
        self.playback.close()

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
        rights, choice = self.adding.rights, self.adding.sound.choice
        licence, consent = rights.licence.text().strip(), rights.consent.text().strip()
        self.session.import_paths(paths, licence, consent, choice)

    def analyse(self) -> None:
        """Start the analysis; results appear while it runs."""
        self.session.analyse()

    def play(self) -> None:
        """Play the current recording, or stop it."""
        if self.playback.playing:
            self.playback.stop()
        else:
            self.playback.play(self._chosen().recording)

    def replay(self) -> None:
        """Play the current recording from its start."""
        self.playback.play(self._chosen().recording)

    def reveal(self) -> None:
        """Show the folder of the current recording in the file manager."""
        folder = self._chosen().recording.path.parent
        if not open_with_system(folder):
            text = self.tr("No file manager opened %1.").replace("%1", printable(str(folder)))
            self.session.messages.warn(text)

    def locate(self) -> None:
        """Ask for the new path of the selected recording's file."""
        row = self._chosen()
        name = printable(row.recording.name)
        dialog = QFileDialog(self, self.tr("Locate %1").replace("%1", name))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: self.relocate_to(row.recording.id, Path(chosen)))
        dialog.open()

    def relocate_to(self, recording: int, path: Path) -> None:
        """Use this file for a recording if its content is the same."""
        self.commands.relocate_to(recording, path)

    def edit_rights(self) -> None:
        """Edit licence and consent of the selected recordings."""
        selected = self._selected()
        numbers = [recording.id for recording in selected]
        dialog = RightsDialog(selected, self)
        dialog.wanted.connect(
            lambda licence, consent: self.commands.set_rights(numbers, licence, consent)
        )
        dialog.open()

    def remove(self) -> None:
        """Remove the selected recordings with their clips; can be undone."""
        self.commands.remove([recording.id for recording in self._selected()])

    def selected_recording(self) -> int | None:
        """See Page."""
        row = self.list.chosen
        return None if row is None else row.recording.id

    def clean_recordings(self) -> None:
        """Open the cleaning dialog for the selected recording, or all."""
        self.session.action_asked.emit("window.show_cleaning")

    def remembered(self) -> Mapping[str, object]:
        """Widths and order of the table, and whether the import settings are folded."""
        return {
            "widths": self.list.widths,
            "sorting": list(self.list.sorting),
            "folds": self._folds,
        }

    def recall(self, state: Mapping[str, object]) -> None:
        """See Page."""
        widths, folds = state.get("widths"), state.get("folds")
        if isinstance(widths, dict):
            self.list.set_widths(widths)
        match state.get("sorting"):
            case [str(key), bool(descending)]:
                self.list.sort(key, descending=descending)
        if isinstance(folds, bool):
            self._folds = folds
            self._fit_height()

    def _chosen(self) -> RecordingRow:
        """Current recording. Raises CuratorError without one."""
        if self.list.chosen is None:
            raise CuratorError(self.tr("No recording selected."))
        return self.list.chosen

    def _selected(self) -> list[Recording]:
        """Selected recordings. Raises CuratorError without one."""
        if not self.list.selected:
            raise CuratorError(self.tr("No recording selected."))
        return [row.recording for row in self.list.selected]

    @Slot(int, object, str)
    def _edit_cell(self, row: int, field: Field, text: str) -> None:
        """Set a text of the edited recording, or of all selected ones if it is among them."""
        edited = self.list.recordings.row(row).recording.id
        selected = [each.recording.id for each in self.list.selected]
        numbers = selected if edited in selected else [edited]
        texts = (text, None) if field is Field.LICENCE else (None, text)
        self.commands.set_rights(numbers, *texts)

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

    def _read_waves(self) -> None:
        """Read waveforms that are not shown yet; where there are none, nothing follows."""
        if self.isVisible() and WAVES not in self.session.errands.waiting:
            task = partial(waves_of, drawn=self.list.recordings.drawn)
            self.session.errands.ask(WAVES, task)

    @Slot()
    def _show_list(self) -> None:
        recordings = self.session.project.recordings.all()
        self.list.recordings.show_recordings(recordings)
        self.adding.suggest(recordings)
        self.stack.setCurrentWidget(self.list if recordings else self.drop)
        for widget in (self.files, self.folder, self.selection):
            widget.setVisible(bool(recordings))
        self.plan.setVisible(bool(recordings) or self.session.jobs.running)
        self._fit_height()
        text = counted(len(recordings), self.tr("%n recording"), self.tr("%n recordings"))
        seconds = sum(recording.seconds for recording in recordings)
        self.total.setText(f"{text}, {clock(seconds)}" if recordings else self.tr("Recordings"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the list most of a low window."""
        super().resizeEvent(event)
        self._fit_height()

    def _fit_height(self) -> None:
        """Fold what stands below the list in a low window, unless a person unfolded it."""
        is_low = self.height() < ROOMY and self.list.model().rowCount() > FEW
        self.plan.set_compact(compact=is_low)
        folds = is_low if self._folds is None else self._folds
        if folds != self.adding.folded:
            self.adding.fold(folded=folds)

    @Slot(bool)
    def _keep_fold(self, folded: bool) -> None:
        self._folds = folded

    @Slot(str, object)
    def _show(self, what: str, result: object) -> None:
        if what == WHAT and isinstance(result, Survey):
            done = result.plan.done
            self.list.recordings.show_survey(result.languages, result.clips, result.files, done)
            self.plan.show_plan(result.plan)
            self._follow_selection()
            self._read_waves()
        elif what == WAVES and isinstance(result, dict) and result:
            self.list.recordings.show_waves(result)
            self._read_waves()

    @Slot(object)
    def _ended(self, ending: Ending) -> None:
        self._refresh_soon()
        if ending.what == "import" and ending.outcome == "finished":
            self._refresh()
            self._select_first()

    @Slot()
    def _follow_selection(self) -> None:
        row = self.list.chosen
        lost = row is not None and row.file in (FileState.MISSING, FileState.CHANGED)
        self.selection.show_selected(
            len(self.list.selectionModel().selectedRows()),
            is_lost=lost,
            is_writable=not self.session.read_only,
        )

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
