"""How the training page is laid out, and how it follows the runs of a folder."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from curator.domain.errors import printable
from curator.ui.actions import KeyScope
from curator.ui.clip_commands.file_player import FilePlayer
from curator.ui.elided_label import ElidedLabel
from curator.ui.page import Page, button, label
from curator.ui.session import Session
from curator.ui.sound.player import Player
from curator.ui.theme import GRID
from curator.ui.training.listening_view import ListeningView
from curator.ui.training.run_list import RunListModel, runs_below, size_of, summary_of
from curator.ui.training.run_record import RunRecord
from curator.ui.training.run_view import RunView
from curator.ui.training.start_panel import StartPanel
from curator.ui.training.trainings import Trainings

FOLLOW_MS = 1000
"""How often files are check at while the page is in front."""
LIST_WIDTH, LEAST_WIDTH, LEAST_FRONT = 50 * GRID, 20 * GRID, 52 * GRID


class TrainingView(Page):
    """A list of runs beside the chosen one, read a little at a time."""

    def __init__(self, session: Session, player: Player | None = None) -> None:
        super().__init__(session)
        self.record: RunRecord | None = None
        self.folder = session.project.path.absolute().parent
        self.trainings = Trainings(self)
        self.hearer = FilePlayer(session, player, self)
        self.runs = RunListModel()
        self.list = QTableView()
        self.where = ElidedLabel()
        self.empty = label(wrap=True)
        self.view, self.start = RunView(), StartPanel()
        self.listening = ListeningView(session)
        self.front = QStackedWidget()
        self.new = button(self.tr("Begin a training…"), "first")
        self.choose_folder_button = button(self.tr("Folder…"))
        self._unread: list[Path] = []
        self._sizes: dict[Path, int] = {}
        self._reading = QTimer(self, interval=0)
        self._following = QTimer(self, interval=FOLLOW_MS)
        self._lay_out()
        self._connect()
        self._show_folder()

    def _lay_out(self) -> None:
        self._dress_list()
        head = QHBoxLayout()
        head.addWidget(self.where, 1)
        head.addWidget(self.choose_folder_button)
        self.left = QWidget()
        self.left.setMinimumWidth(LEAST_WIDTH)
        column = QVBoxLayout(self.left)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self.new)
        for widget in (self._nothing(), self.view, self.start, self.listening):
            self.front.addWidget(widget)
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.addWidget(self.left)
        right = QWidget()
        inside = QVBoxLayout(right)
        inside.setContentsMargins(GRID, 0, 0, 0)
        inside.addWidget(self.front)
        split.addWidget(right)
        self.front.setMinimumWidth(LEAST_FRONT)  # not the widest of its pages
        split.setStretchFactor(1, 1)
        self.front.currentChanged.connect(self._offer)
        split.setSizes([LIST_WIDTH, 2 * LIST_WIDTH])
        around = QVBoxLayout(self)
        around.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        around.addWidget(split)

    @Slot(int)
    def _offer(self, _place: int) -> None:
        """One first button at a time; and listening needs the room of the list."""
        self.new.setVisible(self.front.currentWidget() is not self.start)
        self.left.setVisible(self.front.currentWidget() is not self.listening)

    def _nothing(self) -> QWidget:
        """What is shown while no run is chosen."""
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.addStretch(1)
        column.addWidget(self.empty)
        column.addStretch(2)
        return inside

    def _dress_list(self) -> None:
        self.list.setModel(self.runs)
        self.list.setAccessibleName(self.tr("Runs"))
        self.list.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setShowGrid(False)
        self.list.setWordWrap(False)
        self.list.setTabKeyNavigation(False)
        self.list.verticalHeader().hide()
        self.list.verticalHeader().setDefaultSectionSize(4 * GRID)
        header = self.list.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.resizeSection(1, 12 * GRID)
        header.resizeSection(2, 18 * GRID)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def _connect(self) -> None:
        self.view.play_wanted.connect(self.hearer.play)
        self.listening.play_wanted.connect(self.hearer.play)
        self.list.selectionModel().currentRowChanged.connect(self._choose_row)
        self._reading.timeout.connect(self._read_on)
        self._following.timeout.connect(self.look_again)

    def shown(self) -> None:
        """See Page."""
        self.look_again()
        self._following.start()
        if self.record is None and self.runs.rows:
            self.list.selectRow(0)
        (self.list if self.runs.rows else self.new).setFocus()

    def hideEvent(self, event: object) -> None:
        """Files are check at only while somebody looks at the page."""
        self._following.stop()

    def places(self, place: KeyScope) -> Sequence[QWidget]:
        """See Page."""
        return (
            (self.list, self.view.samples, self.listening.table) if place == KeyScope.LIST else ()
        )

    def close_page(self) -> None:
        """See Page. Trainings go on without the window."""
        self._following.stop()
        self._reading.stop()
        self.hearer.close()
        if self.trainings.started:
            self.session.messages.inform(
                self.tr("The training goes on without the window."),
                self.tr("The training page pauses it when the project is open again."),
            )

    # Following

    def _show_folder(self) -> None:
        self.where.setText(printable(str(self.folder)))
        self.front.setCurrentIndex(0)
        self._list_runs()

    def _list_runs(self) -> None:
        folders = runs_below(self.folder)
        chosen = self.record.folder if self.record else None
        self.runs.show_runs(folders)
        row = self.runs.row_of(chosen)
        if row is not None and self.list.currentIndex().row() != row:
            self.list.selectRow(row)
        for folder in folders:
            size = size_of(folder)
            if self._sizes.get(folder) != size:
                self._sizes[folder] = size
                self._unread.append(folder)
        self._reading.start()
        self.empty.setText(
            self.tr("Choose a run.")
            if folders
            else self.tr(
                "There is no run in this folder yet. Export a bundle, then begin a training."
            )
        )

    @Slot()
    def look_again(self) -> None:
        """See whether there is more to read."""
        self._list_runs()

    @Slot()
    def _read_on(self) -> None:
        """A little of what there is to read; called again until nothing is left."""
        more = self.record.read() if self.record is not None else False
        if more:
            return
        if self._unread:
            self.runs.put(summary_of(self._unread.pop(0)))
            return
        self._reading.stop()
        self._show_record()

    def _show_record(self) -> None:
        record = self.record
        if record is None:
            return
        if self.front.currentIndex() == 0:
            self.front.setCurrentIndex(1)
        here = self.trainings.process_of(record.folder) is not None
        self.view.show_record(record, here=here)

    @Slot(object, object)
    def _choose_row(self, current: object, _before: object) -> None:
        row = self.list.currentIndex().row()
        if not 0 <= row < len(self.runs.rows):
            return
        folder = self.runs.rows[row].folder
        if self.record is None or self.record.folder != folder:
            self.record = RunRecord(folder)
            self.view.forget()
            self._reading.start()
