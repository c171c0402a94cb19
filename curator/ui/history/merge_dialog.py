"""Merge dialog: preview another training set, resolve conflicts, merge."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from curator.domain.decision import Changes, Field, Value
from curator.domain.merging import Conflict, MergePlan, Rule
from curator.jobs.context import JobContext
from curator.ui.dialog_size import resize_on_screen
from curator.ui.history.simple_table import TextTable, table_view
from curator.ui.job_queue import Ending
from curator.ui.page import button, label
from curator.ui.session import Session
from curator.ui.theme import GRID
from curator.ui.widgets.combo_box import ComboBox

LOOK, MERGE = "merge_plan", "merge"
"""Keys of the preview and merge jobs."""


class MergeDialog(QDialog):
    """Preview changes nothing; the merge is one undo step."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Merge training set"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self._plan: MergePlan | None = None
        self._choices: dict[int, Rule] = {}
        self.path = QLineEdit(placeholderText=self.tr("Project, folder or list of clips"))
        self.preview = button(self.tr("Preview"), "first")
        self.summary = label(wrap=True)
        self.rule = ComboBox()
        titles = (self.tr("Clip"), self.tr("Field"), self.tr("This project"), self.tr("Other set"))
        self.conflicts = TextTable((*titles, self.tr("Use")), (0,))
        self.list = table_view(QTableView(), self.conflicts, self.tr("Conflicts"), wide=2)
        stretch = QHeaderView.ResizeMode.Stretch
        self.list.horizontalHeader().setSectionResizeMode(3, stretch)
        self.merge = button(self.tr("Merge"))
        self._lay_out()
        self._connect()
        self._show_plan(None)

    def _lay_out(self) -> None:
        self.path.setAccessibleName(self.tr("Set to merge"))
        self.rule.setAccessibleName(self.tr("Conflict resolution"))
        for text, rule in (
            (self.tr("use this project"), Rule.MINE),
            (self.tr("use the other set"), Rule.THEIRS),
            (self.tr("use the newer decision"), Rule.NEWER),
        ):
            self.rule.addItem(text, rule)
        project = button(self.tr("Project or folder…"))
        project.clicked.connect(self._choose_folder)
        file = button(self.tr("List…"))
        file.clicked.connect(self._choose_file)
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.addWidget(self.path, 0, 0)
        grid.addWidget(project, 0, 1)
        grid.addWidget(file, 0, 2)
        grid.addWidget(self.preview, 0, 3)
        grid.setColumnStretch(0, 1)
        differ = QHBoxLayout()
        where = label(self.tr("Conflicts:"))
        where.setBuddy(self.rule)
        differ.addWidget(where)
        differ.addWidget(self.rule)
        differ.addStretch(1)
        self.hint = label(
            self.tr("Left/Right: use this project or the other set. Space: toggle."),
            "quiet",
        )
        self._close = button(self.tr("Close"))
        self._close.clicked.connect(self.close)
        last = QHBoxLayout()
        last.addWidget(self.hint)
        last.addStretch(1)
        last.addWidget(self.merge)
        last.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        words = self.tr(
            "Another project, a bundle, or a list of coqui-tts, LJ Speech, GPT-SoVITS, NeMo, "
            "Lhotse or a Hugging Face audiofolder. Audio already in this project is recognised."
        )
        column.addWidget(label(words, "quiet", wrap=True))
        column.addLayout(grid)
        column.addWidget(self.summary)
        column.addLayout(differ)
        column.addWidget(self.list, 1)
        column.addLayout(last)
        resize_on_screen(self, 104 * GRID, 72 * GRID)

    def _connect(self) -> None:
        self.preview.clicked.connect(self.show_preview)
        self.path.returnPressed.connect(self.show_preview)
        self.path.textEdited.connect(self._forget)
        self.rule.currentIndexChanged.connect(self._follow_rule)
        self.list.doubleClicked.connect(self._turn)
        self.list.installEventFilter(self)
        self.merge.clicked.connect(self.merge_now)
        for queue in (self._session.errands, self._session.jobs):
            queue.produced.connect(self._show)
            queue.ended.connect(self._ended)
        self._session.changed.connect(self._forget)

    @Slot()
    def show_preview(self) -> None:
        """Compute what a merge would change; writes nothing."""
        path = Path(self.path.text()).expanduser()
        if not self.path.text().strip():
            return

        def task(work: JobContext) -> MergePlan:
            from curator.jobs.merging import plan_merge

            return plan_merge(work, path)

        self._show_plan(None)
        self.summary.setText(self.tr("Comparing audio…"))
        self.preview.setEnabled(False)
        self._session.errands.ask(LOOK, task)

    @Slot()
    def merge_now(self) -> None:
        """Merge as one undo step."""
        if self._plan is None or self._session.read_only:
            return
        plan = self._plan.decided(Rule(self.rule.currentData()), self._choices)

        def task(work: JobContext) -> Changes:
            from curator.jobs.derived_facts import conclude
            from curator.jobs.merging import merge

            changes = merge(work, plan)
            if changes.clips:
                conclude(work.project, work.write)
            return changes

        self.merge.setEnabled(False)
        self.preview.setEnabled(False)
        waits = self._session.jobs.running
        self.summary.setText(self.tr("Waiting for running jobs…") if waits else self.tr("Merging…"))
        self._session.jobs.ask(MERGE, task)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Resolve the current conflict: Left this project, Right the other set, Space toggles."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        keys = {Qt.Key.Key_Left: Rule.MINE, Qt.Key.Key_Right: Rule.THEIRS}
        key = Qt.Key(event.key())
        if key in keys:
            self._choose(self.list.currentIndex().row(), keys[key])
        elif key == Qt.Key.Key_Space:
            self._turn()
        else:
            return False
        return True

    def choice(self, conflict: Conflict) -> Rule:
        """Return the selected resolution of a conflict."""
        chosen = self._choices.get(conflict.number, Rule(self.rule.currentData()))
        return conflict.newer if chosen is Rule.NEWER else chosen

    @Slot()
    def _turn(self) -> None:
        row = self.list.currentIndex().row()
        if self._plan is not None and row >= 0:
            now = self.choice(self._plan.conflicts[row])
            self._choose(row, Rule.MINE if now is Rule.THEIRS else Rule.THEIRS)

    def _choose(self, row: int, rule: Rule) -> None:
        if self._plan is not None and row >= 0:
            conflict = self._plan.conflicts[row]
            self._choices[conflict.number] = rule
            self.conflicts.show_row(row, self._cells(conflict))

    @Slot()
    def _follow_rule(self) -> None:
        if self._plan is not None:
            self._choices.clear()
            self._show_conflicts(self._plan)

    @Slot()
    def _forget(self) -> None:
        """Discard a preview that is out of date."""
        if self._plan is not None:
            self._show_plan(None)
            self.summary.setText(self.tr("The project or path has changed: preview again."))

    def _show_plan(self, plan: MergePlan | None) -> None:
        self._plan = plan
        self._choices.clear()
        self.preview.setEnabled(True)
        self.merge.setEnabled(plan is not None and not self._session.read_only)
        if plan is None:
            self.conflicts.show_rows([])
        else:
            self.summary.setText(" ".join(plan.sentences))
            self._show_conflicts(plan)
        differ = plan is not None and bool(plan.conflicts)
        self.rule.setEnabled(differ)
        self.hint.setVisible(differ)

    def _show_conflicts(self, plan: MergePlan) -> None:
        self.conflicts.show_rows([self._cells(conflict) for conflict in plan.conflicts])
        if plan.conflicts:
            self.list.selectRow(0)

    def _cells(self, conflict: Conflict) -> tuple[str, ...]:
        what = {
            Field.STATE: self.tr("Kept or dropped"),
            Field.EMOTION: self.tr("Category"),
            Field.TEXT: self.tr("Text"),
            Field.SPAN: self.tr("Edges"),
            Field.RECIPE: self.tr("Cleaning"),
            Field.PRESENCE: self.tr("Segmentation"),
        }[conflict.field]
        if conflict.field is Field.PRESENCE:
            here, there = f"{len(conflict.mine)}", f"{len(conflict.theirs)}"
        else:
            here, there = _shown(conflict.my_value), _shown(conflict.their_value)
        theirs = self.choice(conflict) is Rule.THEIRS
        used = self.tr("other set") if theirs else self.tr("this project")
        numbers = ", ".join(str(clip.id) for clip in conflict.mine)
        return numbers, what, here, there, used

    @Slot(str, object)
    def _show(self, what: str, result: object) -> None:
        if what == LOOK and isinstance(result, MergePlan):
            self._show_plan(result)
            (self.list if result.conflicts else self.merge).setFocus()
        elif what == MERGE and isinstance(result, Changes):
            self._show_plan(None)
            count = len(result.clips)
            words = self.tr("Merged %1 clips. Undo: Ctrl+Z.").replace("%1", str(count))
            self.summary.setText(words if count else self.tr("Nothing to change."))
            if count:
                self._session.changed.emit(result)
                self.summary.setText(words)

    @Slot(object)
    def _ended(self, ending: Ending) -> None:
        if ending.what in (LOOK, MERGE) and ending.outcome != "finished":
            self._show_plan(None)
            self.summary.setText(
                f"{ending.sentence} {ending.hint}".strip() or self.tr("Cancelled.")
            )

    @Slot()
    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Project or folder with a list of clips"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._take_path)
        dialog.open()

    @Slot()
    def _choose_file(self) -> None:
        dialog = QFileDialog(self, self.tr("List of clips"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._take_path)
        dialog.open()

    @Slot(str)
    def _take_path(self, path: str) -> None:
        self.path.setText(path)
        self.show_preview()


def _shown(value: Value) -> str:
    if isinstance(value, tuple):
        return f"{value[0]} – {value[1]}"
    return "" if value is None else str(value)
