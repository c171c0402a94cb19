"""Snapshots dialog: take, compare, restore and delete snapshots."""

from collections.abc import Callable

from PySide6.QtCore import QDateTime, QLocale, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from curator.domain.snapshot import CategoryChange, Comparison, Snapshot
from curator.jobs.context import JobContext
from curator.store.project import Project
from curator.store.snapshots import NOW
from curator.ui import write_queue
from curator.ui.dialog_size import resize_on_screen
from curator.ui.history.simple_table import TextTable, table_view
from curator.ui.job_queue import Ending
from curator.ui.page import button, label
from curator.ui.session import Session
from curator.ui.theme import GRID
from curator.ui.widgets.combo_box import ComboBox
from curator.ui.wording import number

WHAT = "compare"
"""Key of the comparison job in the errands queue."""
SNAPSHOTS = "snapshots"
"""Key of the job that lists snapshots."""


class SnapshotsDialog(QDialog):
    """List of snapshots and the changes between two of them; compares in the background."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Snapshots"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self._snapshots: list[Snapshot] = []
        self._wanted: tuple[str, str] | None = None
        self._sure = ""
        self.name = QLineEdit(placeholderText=self.tr("Name (default: date and time)"))
        self.take = button(self.tr("Take snapshot"), "first")
        titles = (self.tr("Snapshot"), self.tr("Taken"), self.tr("Kept"), self.tr("Clips"))
        self.snapshots = TextTable(titles, (2, 3))
        self.list = table_view(QTableView(), self.snapshots, self.tr("Snapshots"))
        self.other = ComboBox()
        self.summary = label(role="heading", wrap=True)
        self.categories = TextTable(
            (
                *(self.tr("Category"), self.tr("Before"), self.tr("After"), self.tr("Added")),
                *(self.tr("Dropped"), self.tr("Moved in"), self.tr("Moved out")),
                *(self.tr("Trimmed"), self.tr("Text edited")),
            ),
            tuple(range(1, 9)),
        )
        self.table = table_view(QTableView(), self.categories, self.tr("Changes by category"))
        self.back = button(self.tr("Restore"))
        self.remove = button(self.tr("Delete"))
        self._lay_out()
        self._connect()
        self._list()

    def _lay_out(self) -> None:
        self.name.setAccessibleName(self.tr("Name of a new snapshot"))
        self.other.setAccessibleName(self.tr("Compare with"))
        for control in (self.name, self.take, self.remove):
            control.setEnabled(not self._session.read_only)
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        top.addWidget(self.take)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        with_ = label(self.tr("Compare with"))
        with_.setBuddy(self.other)
        grid.addWidget(with_, 0, 0)
        grid.addWidget(self.other, 0, 1)
        grid.setColumnStretch(1, 1)
        close = button(self.tr("Close"))
        close.clicked.connect(self.close)
        last = QHBoxLayout()
        last.addWidget(self.back)
        last.addWidget(self.remove)
        last.addStretch(1)
        last.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        words = self.tr(
            "A snapshot saves all clips and decisions. Every export takes one, which records what "
            "a voice was trained on."
        )
        column.addWidget(label(words, "quiet", wrap=True))
        column.addLayout(top)
        column.addWidget(self.list, 2)
        column.addLayout(grid)
        column.addWidget(self.summary)
        column.addWidget(self.table, 3)
        column.addLayout(last)
        resize_on_screen(self, 104 * GRID, 80 * GRID)

    def _connect(self) -> None:
        self.take.clicked.connect(self.take_one)
        self.name.returnPressed.connect(self.take_one)
        self.list.selectionModel().currentRowChanged.connect(self._chosen)
        self.other.currentIndexChanged.connect(self.compare)
        self.back.clicked.connect(self.go_back)
        self.remove.clicked.connect(self.remove_it)
        self._session.errands.produced.connect(self._show)
        self._session.errands.ended.connect(self._ended)
        self._session.changed.connect(self.compare)

    @property
    def chosen(self) -> Snapshot | None:
        """Selected snapshot, None without one."""
        row = self.list.currentIndex().row()
        return self._snapshots[row] if 0 <= row < len(self._snapshots) else None

    @Slot()
    def take_one(self) -> None:
        """Take a snapshot."""
        name = self.name.text()
        self._write(lambda project: project.snapshots.take(name))

    @Slot()
    def go_back(self) -> None:
        """Restore the selected snapshot (can be undone)."""
        snapshot = self.chosen
        if snapshot is not None:
            clips = self._session.project.clips.count()
            self._session.act(lambda project: project.snapshots.back(snapshot.name), clips)

    @Slot()
    def remove_it(self) -> None:
        """Delete the selected snapshot on the second click (cannot be undone)."""
        snapshot = self.chosen
        if snapshot is None:
            return
        if self._sure != snapshot.name:
            self._sure = snapshot.name
            self.remove.setText(self.tr("Delete permanently"))
            return
        name = snapshot.name
        self._write(lambda project: project.snapshots.remove(name))

    @Slot()
    def compare(self) -> None:
        """Compare the selected snapshot with the other one."""
        snapshot = self.chosen
        if snapshot is None:
            return
        self._wanted = before, after = snapshot.name, self.other.currentData() or NOW

        def task(work: JobContext) -> Comparison:
            return work.project.snapshots.compare(before, after)

        self.summary.setText(self.tr("Comparing…"))
        self._session.errands.ask(WHAT, task)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete the selected snapshot with the Delete key."""
        if event.key() == Qt.Key.Key_Delete and self.list.hasFocus():
            self.remove_it()
        else:
            super().keyPressEvent(event)

    def _write(self, write: Callable[[Project], object]) -> None:
        def then() -> None:
            if isValid(self):  # the dialog may be closed by then
                self.name.clear()
                self._list()

        self._session.write(write, self._session.project.clips.count(), then)

    def _list(self) -> None:
        """Show all snapshots; those of many clips are counted in the background."""
        project = self._session.project
        if project.clips.count() < write_queue.LARGE:
            self._show_snapshots(project.snapshots.all())
            return

        def task(work: JobContext) -> list[Snapshot]:
            return work.project.snapshots.all()

        self.summary.setText(self.tr("Loading snapshots…"))
        self._session.errands.ask(SNAPSHOTS, task)

    def _show_snapshots(self, snapshots: list[Snapshot]) -> None:
        self._snapshots = snapshots
        rows = [
            (each.name, _when(each.made_at), number(each.kept), number(each.clips))
            for each in self._snapshots
        ]
        self.snapshots.show_rows(rows)
        if rows:
            self.list.selectRow(0)
            self.list.setFocus()
        else:
            self._chosen()
            self.name.setFocus()

    @Slot()
    def _chosen(self) -> None:
        snapshot = self.chosen
        self._sure = ""
        self.remove.setText(self.tr("Delete"))
        writes = snapshot is not None and not self._session.read_only
        self.back.setEnabled(writes)
        self.remove.setEnabled(writes)
        self.other.blockSignals(True)
        self.other.clear()
        self.other.addItem(self.tr("current set"), NOW)
        for each in self._snapshots:
            if each is not snapshot:
                self.other.addItem(each.name, each.name)
        self.other.blockSignals(False)
        self.other.setEnabled(snapshot is not None)
        if snapshot is None:
            self.summary.setText(self.tr("No snapshots yet."))
            self.categories.show_rows([])
        else:
            self.compare()

    @Slot(str, object)
    def _show(self, what: str, result: object) -> None:
        if what == SNAPSHOTS and isinstance(result, list):
            self._show_snapshots(result)
        if what != WHAT or not isinstance(result, Comparison):
            return
        if (result.before, result.after) != self._wanted:
            return
        self.summary.setText("\n".join([result.sentences[0], *result.of_project]))
        named = sorted(result.categories, key=lambda each: (not each.key, each.key))
        self.categories.show_rows([self._cells(each) for each in named])

    def _cells(self, each: CategoryChange) -> tuple[str, ...]:
        emotions = self._session.project.settings.emotions.emotions
        names = {emotion.key: emotion.name for emotion in emotions}
        name = names.get(each.key, each.key) or self.tr("No category")
        counts = (each.before, each.after, each.added, each.dropped, each.came, each.went)
        return (name, *map(number, (*counts, each.recut, each.reworded)))

    @Slot(object)
    def _ended(self, ending: Ending) -> None:
        if ending.what in (WHAT, SNAPSHOTS) and ending.outcome != "finished":
            self.summary.setText(ending.sentence or self.tr("Cancelled."))


def _when(made_at: str) -> str:
    when = QDateTime.fromString(made_at, Qt.DateFormat.ISODate).toLocalTime()
    return QLocale().toString(when, QLocale.FormatType.ShortFormat)
