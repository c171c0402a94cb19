"""Status line: counts of decisions, last message, progress of background jobs."""

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from curator.domain.clip_query import parse
from curator.domain.decision import Changes, Field
from curator.ui.actions import ACTIONS
from curator.ui.elided_label import ElidedLabel
from curator.ui.job_progress import JobProgress
from curator.ui.jobs.work_list import WorkList
from curator.ui.messages import Level, Message, Messages
from curator.ui.page import button, label, restyle
from curator.ui.session import Session
from curator.ui.session_summary import SessionSummary
from curator.ui.session_tally import SessionTally
from curator.ui.theme import GRID
from curator.ui.wording import about, number, translated

COUNT_MS = 150
"""Delay after a decision before clips are counted again."""

SHOWN_MS = {Level.INFORMATION: 5_000, Level.WARNING: 12_000}
"""How long messages stay visible; errors stay until another message."""


class StatusLine(QWidget):
    """Status of one session at a time, or none.

    keys_shown: keys of an action in the platform's notation.
    """

    action_asked = Signal(str)  # key of the action offered beside the message
    jobs_asked = Signal()  # the progress was clicked

    def __init__(
        self,
        messages: Messages,
        work: WorkList | None = None,
        keys_shown: Callable[[str], str] = lambda _key: "",
    ) -> None:
        super().__init__()
        self._work_list = work or WorkList(self)
        self._messages, self._keys_shown = messages, keys_shown
        self._session: Session | None = None
        self.tally = SessionTally()
        self._written = 0  # number of decisions a thread is writing
        self._kept, self._dropped = label(role="kept"), label(role="dropped")
        self._left = label(role="quiet")
        self.this_session = button("", "link")
        self.this_session.clicked.connect(self.show_summary)
        self.this_session.hide()
        self._message = ElidedLabel(fits=True)
        self._message.setAccessibleName(self.tr("Last message"))
        self.action = button("", "link")
        self._work = button("", "link")
        self._work.setToolTip(self.tr("Show all jobs"))
        self._work.clicked.connect(self.jobs_asked)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(15 * GRID)
        self._bar.setAccessibleName(self.tr("Progress of background jobs"))
        self.pause = button(self.tr("Pause"))
        self._counting = QTimer(self, singleShot=True, interval=COUNT_MS)
        self._count_next = QTimer(self, singleShot=True, interval=0)
        self._to_count: list[str] = []
        self._counted: dict[str, int] = {}
        self._message_timer = QTimer(self, singleShot=True)
        self._lay_out()
        self._counting.timeout.connect(self._count)
        self._count_next.timeout.connect(self._count_one)
        self._message_timer.timeout.connect(self._end_message)
        messages.said.connect(self._say)
        messages.withdrawn.connect(self._show_nothing)
        self.action.clicked.connect(self._run_action)
        self.progress: JobProgress | None = None

    def _lay_out(self) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(2 * GRID, GRID // 2, 2 * GRID, GRID // 2)
        line.setSpacing(2 * GRID)
        for counts in (self._kept, self._dropped, self._left):
            line.addWidget(counts)
        line.addWidget(self.this_session)
        said = QHBoxLayout()
        said.setSpacing(GRID // 2)
        said.addWidget(self._message)
        said.addWidget(self.action)
        said.addStretch(1)
        self.action.hide()
        line.addLayout(said, 1)
        for widget in (self._work, self._bar, self.pause):
            line.addWidget(widget)
            widget.hide()
        self.setMinimumHeight(5 * GRID)

    def follow(self, session: Session | None) -> None:
        """Show the status of this session."""
        self._session = session
        self._counting.stop()
        self._count_next.stop()
        self.tally, self._written = SessionTally(), 0
        self.this_session.hide()
        for widget in (self._kept, self._dropped, self._left):
            widget.setVisible(session is not None)
        self._show_work()
        if session is None:
            self.progress = None
            return
        self.progress = JobProgress(session, self._work_list)
        self.progress.changed.connect(self._show_work)
        session.writing.connect(self._show_writing)
        session.changed.connect(self._decided)
        session.facts_changed.connect(self._counting.start)
        self._count()

    @Slot(object)
    def _say(self, message: Message) -> None:
        if self._message.property("role") != message.level.value:
            self._message.setProperty("role", message.level.value)
            restyle(self._message)
        sign = "" if message.level == Level.INFORMATION else "! "
        self._message.setText(sign + message.text)
        self.action.setVisible(bool(message.action))
        if message.action:
            text = next(each.text for each in ACTIONS if each.key == message.action)
            keys = self._keys_shown(message.action)
            text = translated("Actions", text)
            self.action.setText(f"{text} ({keys})" if keys else text)
        self._message_timer.stop()
        if message.level in SHOWN_MS:
            self._message_timer.start(SHOWN_MS[message.level])

    @Slot()
    def _end_message(self) -> None:
        """Hide the message, unless its action is about to be clicked."""
        if self.action.underMouse() or self.action.hasFocus():
            self._message_timer.start(SHOWN_MS[Level.INFORMATION])
        else:
            self._messages.clear()

    @Slot()
    def _show_nothing(self) -> None:
        self._message_timer.stop()
        self._message.setText("")
        self.action.hide()

    @Slot()
    def _run_action(self) -> None:
        if self._messages.shown is not None and self._messages.shown.action:
            self.action_asked.emit(self._messages.shown.action)

    @Slot(object)
    def _decided(self, changes: Changes) -> None:
        undone = self._session is not None and self._session.undoing
        self.tally.follow(changes, undone=undone)
        self._counting.start()

    @Slot()
    def show_summary(self) -> None:
        """Show what was decided in this session above the counts."""
        if self._session is None:
            return
        left = self._session.project.clips.count(parse("state:undecided"))
        SessionSummary(self._session, self.tally, left, self).show_above(self)

    @Slot()
    def _count(self) -> None:
        """Count one state per turn of the event loop; each takes 20 ms for 100,000 clips."""
        self._to_count = ["state:kept", "state:dropped", ""]
        self._counted.clear()
        self._count_next.start()

    @Slot()
    def _count_one(self) -> None:
        if self._session is None or not self._to_count:
            return
        query = self._to_count.pop(0)
        clips = self._session.project.clips
        self._counted[query] = clips.count(parse(query)) if query else clips.count()
        if self._to_count:
            self._count_next.start()
        else:
            self._show_counts()

    def _show_counts(self) -> None:
        kept, dropped = self._counted["state:kept"], self._counted["state:dropped"]
        left = self._counted[""] - kept - dropped
        self._kept.setText(self.tr("%1 kept").replace("%1", number(kept)))
        self._dropped.setText(self.tr("%1 dropped").replace("%1", number(dropped)))
        text = self.tr("%1 left").replace("%1", number(left))
        pace_s = self.tally.pace_s
        if left and pace_s is not None:
            text += self.tr(", about %1").replace("%1", about(left * pace_s))
        decided = len(self.tally.clips(Field.STATE))
        self.this_session.setText(self.tr("%1 this session").replace("%1", number(decided)))
        keys = self._keys_shown("window.show_summary")
        tip = self.tr("Session summary")
        self.this_session.setToolTip(f"{tip} ({keys})" if keys else tip)
        self.this_session.setVisible(decided > 0)
        self._left.setText(text)
        self.setAccessibleDescription(text)

    @Slot(int)
    def _show_writing(self, decisions: int) -> None:
        self._written = decisions
        self._show_work()

    @Slot()
    def _show_work(self) -> None:
        progress = self.progress
        shown = progress is not None and progress.worth_showing
        for widget in (self._work, self._bar):
            widget.setVisible(shown or self._written > 0)
        self.pause.setVisible(shown and not self._written)
        if self._written:
            text = self.tr("Writing %1 decisions").replace("%1", number(self._written))
            self._work.setText(text)
            self._bar.setRange(0, 0)
        elif progress is not None and shown:
            self._work.setText(progress.text)
            self._bar.setRange(0, 1000 if progress.share is not None else 0)
            self._bar.setValue(round(1000 * (progress.share or 0.0)))
