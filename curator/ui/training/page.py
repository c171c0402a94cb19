"""Training page: start a training, follow it, listen to it and compare the results."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from curator.domain.errors import printable
from curator.ui.actions import KeyScope
from curator.ui.clip_commands.file_player import FilePlayer
from curator.ui.page import Page
from curator.ui.session import Session
from curator.ui.sound.player import Player
from curator.ui.theme import GRID
from curator.ui.training.commands import TrainingCommands
from curator.ui.training.layout import TrainingLayout
from curator.ui.training.requirements import BUNDLE, KEPT, requirements
from curator.ui.training.run_follower import RunFollower
from curator.ui.widgets.row_selection import select_row


class TrainingPage(Page):
    """Owns the widgets (ui), the model (runs) and the controller (commands)."""

    def __init__(
        self, session: Session, player: Player | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, parent)
        self.runs = RunFollower(session.project.path.absolute().parent, self)
        self.ui = TrainingLayout(session, self.runs.runs, self)
        self.player = FilePlayer(session, player, self)
        self.commands = TrainingCommands(session, self.ui, self.runs, self.player, self)
        around = QVBoxLayout(self)
        around.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        around.addWidget(self.ui)
        self._offered = False  # whether the form was opened by itself since the page was shown
        self.ui.choose_folder.clicked.connect(self.choose_folder)
        self.ui.requirements.folder_wanted.connect(self.choose_folder)
        self.ui.view.play_wanted.connect(self.player.play)
        self.ui.listening.play_wanted.connect(self.player.play)
        self.ui.speaking.play_wanted.connect(self.player.play)
        self.ui.list.selectionModel().currentRowChanged.connect(self._select_row)
        self.ui.list.selectionModel().selectionChanged.connect(self._overlay_selected)
        self.ui.requirements.lead_wanted.connect(self._lead_on)
        self.ui.requirements.training_wanted.connect(self.commands.new_training)
        session.changed.connect(self._show_requirements)
        session.errands.ended.connect(self._show_requirements)
        self.runs.listed.connect(self._follow_list)
        self.runs.read.connect(self.commands.show_record)
        self.show_folder(self.runs.folder, select=False)

    @property
    def is_ready(self) -> bool:
        """See Page."""
        return not self.runs.busy

    def shown(self) -> None:
        """See Page."""
        self._offered = False
        self.runs.start()
        if not self.ui.list.selectionModel().hasSelection():  # focus alone selects no row
            select_row(self.ui.list, max(0, self.ui.list.currentIndex().row()))
        self._show_requirements()
        self.ui.focus_list()

    def changeEvent(self, event: QEvent) -> None:
        """Look at what is installed when a dialog was closed."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self._show_requirements()

    def hideEvent(self, event: QHideEvent) -> None:
        """Check files only while the page is visible."""
        self.runs.pause()

    def places(self, place: KeyScope) -> Sequence[QWidget]:
        """See Page."""
        ui = self.ui
        lists = (ui.list, ui.view.samples, ui.listening.table, ui.speaking.table)
        if place == KeyScope.TEXT:
            return (ui.speaking.text,)
        return lists if place == KeyScope.LIST else ()

    def remembered(self) -> Mapping[str, object]:
        """Curve, horizontal axis, smoothing and scale."""
        return self.ui.view.look()

    def recall(self, state: Mapping[str, object]) -> None:
        """See Page."""
        self.ui.view.recall_look(state)

    def close_page(self) -> None:
        """See Page. Trainings continue without the window."""
        self.runs.stop()
        self.commands.close()
        self.player.close()
        if self.commands.trainings.started:
            self.session.messages.inform(
                self.tr("Training continues without the window."),
                self.tr("Open the project again to pause it on the training page."),
            )

    def choose_folder(self) -> None:
        """Ask for another folder of runs."""
        dialog = QFileDialog(self, self.tr("Folder of runs"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda selected: self.show_folder(Path(selected)))
        dialog.open()

    def show_folder(self, folder: Path, *, select: bool = True) -> None:
        """List the runs of this folder. select: whether to select the first."""
        self.runs.folder = folder.absolute()
        self.runs.record = None
        self.ui.folder.setText(printable(str(self.runs.folder)))
        self.ui.requirements.folder.setText(printable(str(self.runs.folder)))
        self.ui.front.setCurrentIndex(0)
        self.runs.update()
        if select:
            select_row(self.ui.list, 0)

    @Slot()
    def _follow_list(self) -> None:
        runs = self.runs.runs
        row = runs.row_of(self.runs.record.folder if self.runs.record else None)
        selected = self.ui.list.selectionModel().hasSelection()
        if row is not None and not (selected and self.ui.list.currentIndex().row() == row):
            select_row(self.ui.list, row)
        self.ui.empty.setText(self.tr("Select a run.") if runs.rows else self.tr("No training yet"))
        if bool(runs.rows) == self.ui.requirements.list.isVisibleTo(self.ui.requirements):
            self._show_requirements()

    @Slot()
    def _show_requirements(self) -> None:
        """Show what a first training needs, or its form if nothing is missing.

        Nothing is counted where there are runs.
        """
        if not self.isVisible():
            return
        states = () if self.runs.runs.rows else requirements(self.session)
        self.ui.requirements.show_states(states)
        is_ready = bool(states) and all(state.is_met for state in states)
        if is_ready and not self._offered and self.ui.front.currentIndex() == 0:
            self._offered = True
            self.commands.new_training()

    @Slot(str)
    def _lead_on(self, key: str) -> None:
        if key == KEPT:
            self.session.show_clips("state:undecided")
        elif key == BUNDLE:
            self.session.page_asked.emit("export")
        else:
            self.session.action_asked.emit("window.show_setup")

    @Slot()
    def _overlay_selected(self) -> None:
        """Draw all selected runs in one plot."""
        rows = {index.row() for index in self.ui.list.selectionModel().selectedRows()}
        current = self.runs.record.folder if self.runs.record else None
        folders = [self.runs.runs.rows[row].folder for row in sorted(rows)]
        self.runs.overlay([folder for folder in folders if folder != current])
        self.ui.view.overlay(self.runs.overlays)

    @Slot(object, object)
    def _select_row(self, _current: object, _before: object) -> None:
        row = self.ui.list.currentIndex().row()
        if not 0 <= row < len(self.runs.runs.rows):
            return
        folder = self.runs.runs.rows[row].folder
        if self.runs.record is None or self.runs.record.folder != folder:
            self.runs.select(folder)
            self.ui.view.forget()
            self._overlay_selected()
