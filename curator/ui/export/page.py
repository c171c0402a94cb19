"""Export page: list the clips the trainer rejects, write the others as a bundle."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from curator.domain.target import read_target
from curator.export.project import Checked, check_project, export_project
from curator.export.settings import Exported
from curator.jobs.context import JobContext
from curator.jobs.queries import by_id
from curator.jobs.result_writer import OnClips
from curator.ui.actions import KeyScope
from curator.ui.export.choices import Choices
from curator.ui.export.reasons import ReasonBar
from curator.ui.export.refusals_model import REASON, RefusalsModel, RejectedClip
from curator.ui.export.rejected_clip_player import RejectedClipPlayer
from curator.ui.export.result_panel import ResultPanel
from curator.ui.export.split_preview import SplitPreview
from curator.ui.export.summary import LeftOut, contents_text, left_out_text
from curator.ui.job_queue import Ending
from curator.ui.page import Page, button, label, restyle
from curator.ui.session import Session
from curator.ui.sound.player import Player
from curator.ui.theme import GRID
from curator.ui.wording import counted, shown_keys

RECHECK_MS = 400
"""Delay between a decision on this page, such as an undo, and the next check."""


class ExportPage(Page):
    """Checks the kept clips when first shown and on request, then exports them."""

    def __init__(
        self, session: Session, player: Player | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, parent)
        self._checked = False
        self._asked = ""  # the target checked last
        self._recheck = QTimer(self, singleShot=True, interval=RECHECK_MS)
        self._recheck.timeout.connect(self.check)
        self.heading = label(role="title")
        self.hint = label(role="quiet", wrap=True)
        self.contents, self.left_out = label(wrap=True), label(role="quiet", wrap=True)
        self.contents.hide()
        self.left_out.hide()
        self.refusals = RefusalsModel()
        self.list = QTableView()
        self.list.setModel(self.refusals)
        self.choices = Choices(session)
        self.split = SplitPreview(session, self.choices)
        self.again = button(self.tr("Check again"))
        self.start = self.choices.start
        self.reasons = ReasonBar()
        self.reason = label(wrap=True)
        self.reason.hide()
        self.show_one = button(self.tr("Show clip in Audit"))
        self.show_all = button(self.tr("Show all in Audit"))
        self.lead = button(self.tr("Keep clips in Audit"), "first")
        self.lead.hide()
        self.result = ResultPanel()
        self.written, self.copy = self.result.text, self.result.copy
        self.preview = RejectedClipPlayer(session, self.list, self.refusals, player, self)
        self._of_clips = (self.preview.button, self.show_one, self.show_all)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self._style_list()
        head = QHBoxLayout()
        head.addWidget(self.heading, 1)
        head.addWidget(self.lead)
        head.addWidget(self.again)
        groups = QHBoxLayout()
        groups.addWidget(self.reasons, 1)
        groups.setSpacing(GRID)
        for each in self._of_clips:
            groups.addWidget(each, 0, Qt.AlignmentFlag.AlignTop)
            each.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self.contents)
        column.addWidget(self.split.line)
        column.addWidget(self.left_out)
        column.addWidget(self.hint)
        column.addLayout(groups)
        column.addWidget(self.reason)
        column.addWidget(self.list, 100)
        column.addWidget(self.choices)
        column.addWidget(self.result)
        column.addStretch(1)
        keys = self.session.settings.keys
        self.again.setToolTip(shown_keys(keys["export.check"]))
        self.preview.button.setToolTip(shown_keys(keys["export.play"]))
        self.show_one.setToolTip(shown_keys(keys["export.show_clip"]))
        self.start.setToolTip(shown_keys(keys["export.export"]))
        self.heading.setText(self.tr("Not checked yet"))

    def _style_list(self) -> None:
        self.list.setAccessibleName(self.tr("Rejected clips"))
        self.list.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setShowGrid(False)
        self.list.setWordWrap(False)
        self.list.setTabKeyNavigation(False)
        self.list.verticalHeader().hide()
        self.list.verticalHeader().setDefaultSectionSize(4 * GRID)
        header = self.list.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)

    def _connect(self) -> None:
        self.again.clicked.connect(self.check)
        self.start.clicked.connect(self.export)
        self.copy.clicked.connect(self._copy_command)
        self.lead.clicked.connect(lambda: self.session.show_clips("state:undecided"))
        self.result.train_wanted.connect(self.train)
        self.reasons.reason_wanted.connect(self._filter)
        self.show_one.clicked.connect(self.show_clip)
        self.show_all.clicked.connect(self.show_clips)
        self.choices.target.currentIndexChanged.connect(self.check)
        self.list.doubleClicked.connect(self.show_clip)
        self.session.errands.produced.connect(self._show)
        self.session.errands.ended.connect(self._ended)
        self.session.changed.connect(self._check_after_decision)
        self.session.facts_changed.connect(self._expire)

    def shown(self) -> None:
        """See Page."""
        if not self._checked:
            self.check()
        first = self.start if self.start.isEnabled() else self.again
        (self.list if self.refusals.rowCount() else first).setFocus()

    def places(self, place: KeyScope) -> Sequence[QWidget]:
        """See Page."""
        return (self.list,) if place == KeyScope.LIST else ()

    def left(self) -> None:
        """Stop playback."""
        self.preview.playback.stop()

    def remembered(self) -> Mapping[str, object]:
        """The format, and the settings of the last export in each."""
        return self.choices.remembered()

    def recall(self, state: Mapping[str, object]) -> None:
        """See Page."""
        self.choices.recall(state)

    def close_page(self) -> None:
        """See Page."""
        self._recheck.stop()
        self.split.close()
        self.preview.playback.close()

    # Commands

    def check(self) -> None:
        """Check which kept clips the trainer rejects; writes nothing."""
        if "check" not in self.session.errands.waiting:
            self._checked, self._asked = True, self.choices.target_key
            self.heading.setText(self.tr("Checking the kept clips…"))
            self.hint.setText(self.tr("Clips that the trainer rejects are listed here."))
            self.session.errands.ask("check", partial(_check, self._asked))

    def show_clip(self) -> None:
        """Show the selected clip on the audit page."""
        row = self.list.currentIndex().row()
        if 0 <= row < self.refusals.rowCount():
            self.session.show_clip(self.refusals.clip(row))

    def show_clips(self) -> None:
        """Show the listed clips on the audit page."""
        if self.refusals.rowCount():
            self.session.show_clips(f"id:{','.join(map(str, self.refusals.clips))}")

    def train(self) -> None:
        """Open the form of a new training with the bundle that was written."""
        if self.result.folder is not None:
            self.session.exported_bundle = self.result.folder
            self.session.page_asked.emit("training")
            self.session.action_asked.emit("training.new_training")

    def next_refused(self) -> None:
        """Show the next rejected clip."""
        if self.refusals.rowCount():
            self.list.selectRow((self.list.currentIndex().row() + 1) % self.refusals.rowCount())
            self.show_clip()

    def export(self) -> None:
        """Write the kept clips that the trainer accepts."""
        out, settings = self.choices.folder, self.choices.settings
        read_only = self.session.read_only

        def task(work: JobContext) -> Exported:
            take = None if read_only else lambda: _snapshot(work)
            return export_project(work.project, out, settings, progress=work.watcher, take=take)

        self.choices.note_preset()
        self._leave_button()
        self._weigh_start(first=True)
        self.start.setEnabled(False)
        self.result.show_running(self.tr("Exporting…"))
        self.session.errands.ask("export", task)

    # Display

    def _weigh_start(self, *, first: bool) -> None:
        """Make the export button the primary one, or leave that to the button of the result."""
        self.start.setProperty("weight", "first" if first else "")
        restyle(self.start)

    def _leave_button(self) -> None:
        """Focus the list, or the page without one: disabling a focused button moves the focus."""
        (self.list if self.refusals.rowCount() else self).setFocus()

    @Slot(str, object)
    def _show(self, what: str, result: object) -> None:
        if what == "check" and isinstance(result, tuple):
            target, checked, texts, left_out = result
            if target == self.choices.target_key:
                self._show_checked(checked, texts)
                self._show_summary(checked, left_out)
        elif what == "export" and isinstance(result, Exported):
            self.result.show_result(result)
            self.choices.follow_export(result.path)
            self._weigh_start(first=not self.result.is_bundle)

    def _show_checked(self, checked: Checked, texts: dict[int, str]) -> None:
        refusals = checked.refusals
        rows = [
            RejectedClip(each.clip_id, each.sentence, texts[each.clip_id], each.reason_key)
            for each in refusals
        ]
        self.refusals.show_rows(rows)
        self.reasons.show_rows(rows)
        self._show_reason()
        for each in (self.list, *self._of_clips):
            each.setVisible(bool(rows))
        self.lead.setVisible(not checked.usable and not rows)
        kept = len(checked.usable) + len(refusals)
        target = read_target(self.choices.target_key).name
        if not kept:
            self.heading.setText(self.tr("No kept clips yet"))
            self.hint.setText(self.tr("Keep clips on the Audit page (Ctrl+2)."))
        else:
            clips = counted(kept, self.tr("%n kept clip"), self.tr("%n kept clips"))
            text = self.tr("%1 accepts %2 of %3").replace("%1", target)
            self.heading.setText(text.replace("%2", str(len(checked.usable))).replace("%3", clips))
            self.hint.setText(
                self.tr("Rejected clips are not exported. Space: play. Enter: show in Audit.")
                if refusals
                else self.tr("No clip is rejected.")
            )
        if self.start.hasFocus() and not checked.usable:
            self._leave_button()
        self.start.setEnabled(bool(checked.usable))
        self.preview.select_first()

    def _show_summary(self, checked: Checked, left_out: LeftOut) -> None:
        """Say what is exported, how it is split and what is left out; nothing without clips."""
        emotions = self.session.project.settings.emotions
        self.contents.setText(contents_text(checked, emotions) if checked.usable else "")
        self.left_out.setText(left_out_text(checked, left_out) if checked.usable else "")
        for line in (self.contents, self.left_out):
            line.setVisible(bool(line.text()))
        self.split.show_split_of(checked.candidates)

    @Slot(object)
    def _ended(self, ending: Ending) -> None:
        if ending.what == "export":
            self.start.setEnabled(True)
            if ending.outcome != "finished":
                self.result.show_failure(f"{ending.sentence} {ending.hint}".strip())
        elif ending.what == "check" and ending.outcome != "finished":
            self._checked = False
            self.heading.setText(self.tr("Not checked yet"))
            self.hint.setText(ending.sentence or self.tr("The check was cancelled."))
        elif ending.what == "check" and self._asked != self.choices.target_key:
            self.check()  # another target was selected in the meantime

    @Slot()
    def _expire(self) -> None:
        """Check again when the page is shown next."""
        self._checked = False

    @Slot()
    def _check_after_decision(self) -> None:
        """Check again; without waiting while the page is visible."""
        self._expire()
        if self.isVisible():
            self._recheck.start()

    @Slot(str)
    def _filter(self, reason_key: str) -> None:
        self.refusals.filter(reason_key)
        self._show_reason()
        self.preview.select_first()

    def _show_reason(self) -> None:
        """Show a reason that all rows share once, above the list."""
        shared = self.refusals.shared_reason
        self.reason.setText(shared)
        self.reason.setVisible(bool(shared))
        self.list.setColumnHidden(REASON, bool(shared))

    @Slot()
    def _copy_command(self) -> None:
        if self.result.folder is not None:
            QApplication.clipboard().setText(trainer_command(self.result.folder))
            self.session.messages.inform(self.tr("Copied. Paste it into a terminal."))


def _snapshot(work: JobContext) -> str:
    """Take a snapshot in the window's thread and return its name."""
    names: list[str] = []
    take = OnClips(frozenset(), lambda owner: names.append(owner.snapshots.for_export().name))
    work.write(take)
    return names[0]


def trainer_command(bundle: Path) -> str:
    """Return the command that checks a bundle."""
    shown = str(bundle)
    return f'trainer check "{shown}"' if " " in shown else f"trainer check {shown}"


def _check(target: str, work: JobContext) -> tuple[str, Checked, dict[int, str], LeftOut]:
    checked = check_project(work.project, work.watcher, target)
    refused = [refusal.clip_id for refusal in checked.refusals]
    clips = work.project.clips.find(by_id(refused)) if refused else []
    texts = {clip.id: clip.text for clip in clips}
    return target, checked, texts, LeftOut.of(work.project)
