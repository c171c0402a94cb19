"""The line below every page: what is decided, what was last said, and what runs beside."""

import statistics
import time
from collections import deque

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from curator.domain.clip_query import parse
from curator.domain.decision import Changes, Field
from curator.ui.elided_label import ElidedLabel
from curator.ui.job_progress import JobProgress
from curator.ui.messages import Level, Message
from curator.ui.page import button, label, restyle
from curator.ui.session import Session
from curator.ui.theme import GRID
from curator.ui.wording import about, number

COUNT_MS = 150
"""Decisions that follow one another so fast are counted in one go."""

SAID_MS = 12_000
"""How long a message that is no error stays."""

PACED_BY = 20
"""The pace is the median of so many steps from one decision to the next."""

BREAK_S = 60.0
"""A longer step was a break, not work."""


class StatusLine(QWidget):
    """Follows one session at a time, or none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self._steps: deque[float] = deque(maxlen=PACED_BY)
        self._decided_at = 0.0
        self._written = 0  # decisions that a thread writes just now
        self._kept, self._dropped = label(role="kept"), label(role="dropped")
        self._left = label(role="quiet")
        self._said = ElidedLabel()
        self._said.setAccessibleName(self.tr("Last message"))
        self._work = label(role="quiet")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(15 * GRID)
        self._bar.setAccessibleName(self.tr("Progress of the work in the background"))
        self.pause = button(self.tr("Pause"))
        self._counting = QTimer(self, singleShot=True, interval=COUNT_MS)
        self._count_next = QTimer(self, singleShot=True, interval=0)
        self._to_count: list[str] = []
        self._counted: dict[str, int] = {}
        self._silence = QTimer(self, singleShot=True, interval=SAID_MS)
        self._lay_out()
        self._counting.timeout.connect(self._count)
        self._count_next.timeout.connect(self._count_one)
        self._silence.timeout.connect(lambda: self._said.setText(""))
        self.progress: JobProgress | None = None

    def _lay_out(self) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(2 * GRID, GRID // 2, 2 * GRID, GRID // 2)
        line.setSpacing(2 * GRID)
        for counts in (self._kept, self._dropped, self._left):
            line.addWidget(counts)
        line.addWidget(self._said, 1)
        for widget in (self._work, self._bar, self.pause):
            line.addWidget(widget)
            widget.hide()
        self.setMinimumHeight(5 * GRID)

    def follow(self, session: Session | None) -> None:
        """Tell of this session from now on."""
        self._session = session
        self._counting.stop()
        self._count_next.stop()
        self._steps.clear()
        self._decided_at, self._written = 0.0, 0
        for widget in (self._kept, self._dropped, self._left):
            widget.setVisible(session is not None)
        self._show_work()
        if session is None:
            self.progress = None
            return
        self.progress = JobProgress(session)
        self.progress.changed.connect(self._show_work)
        session.writing.connect(self._show_writing)
        session.changed.connect(self._decided)
        session.facts_changed.connect(self._counting.start)
        self._count()

    @Slot(object)
    def say(self, message: Message) -> None:
        """Show a message until the next comes; those that are no error go by themselves."""
        self._said.setProperty("role", message.level.value)
        restyle(self._said)
        sign = "" if message.level == Level.INFORMATION else "! "
        self._said.setText(sign + message.text)
        if message.level == Level.ERROR:
            self._silence.stop()
        else:
            self._silence.start()

    @Slot(object)
    def _decided(self, changes: Changes) -> None:
        if changes.field == Field.STATE and len(changes.clips) == 1:
            now = time.monotonic()
            if self._decided_at and now - self._decided_at < BREAK_S:
                self._steps.append(now - self._decided_at)
            self._decided_at = now
        self._counting.start()

    @Slot()
    def _count(self) -> None:
        """Count one thing a turn of the event loop: of 100,000 clips each takes 20 ms."""
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
        self._kept.setText(self.tr("kept %1").replace("%1", number(kept)))
        self._dropped.setText(self.tr("dropped %1").replace("%1", number(dropped)))
        words = self.tr("left %1").replace("%1", number(left))
        if left and len(self._steps) >= PACED_BY // 4:
            pace = self.tr(", about %1 at your pace")
            words += pace.replace("%1", about(left * statistics.median(self._steps)))
        self._left.setText(words)
        self.setAccessibleDescription(words)

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
            words = self.tr("Writing %1 decisions").replace("%1", number(self._written))
            self._work.setText(words)
            self._bar.setRange(0, 0)
        elif progress is not None and shown:
            self._work.setText(progress.text)
            self._bar.setRange(0, 1000 if progress.share is not None else 0)
            self._bar.setValue(round(1000 * (progress.share or 0.0)))
