"""Summary of the analysis: what is to do, and how far it is while it runs."""

import time
from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from curator.ui.elided_label import ElidedLabel
from curator.ui.intake.plan import AnalysisPlan, PlannedStep
from curator.ui.job_progress import CAN_CONTINUE, doing, progress_of
from curator.ui.page import button, label
from curator.ui.session import Session
from curator.ui.theme import GRID
from curator.ui.wording import about, clock, shown_keys

STEPS = 1000
"""Resolution of the progress bar."""

GUESS_FROM = 0.05
"""Completed share of the analysis from which its remaining time is estimated."""


class PlanSteps(QWidget):
    """Two columns: amount of audio, and the steps that have so much to do."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Steps of the analysis"))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self.rows: list[tuple[QLabel, QLabel]] = []

    def show_steps(self, steps: Sequence[PlannedStep]) -> None:
        """Show the steps, those with the same amount of audio in one row."""
        groups = [
            (amount, ", ".join(doing(step.step) for step in group))
            for amount, group in groupby(steps, lambda step: clock(step.seconds))
        ]
        while len(self.rows) < len(groups):
            cells = label(), label(role="quiet", wrap=True)
            cells[0].setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            for column, cell in enumerate(cells):
                self._grid.addWidget(cell, len(self.rows), column)
            self.rows.append(cells)
        for number, cells in enumerate(self.rows):
            texts = groups[number] if number < len(groups) else ("", "")
            for cell, text in zip(cells, texts, strict=True):
                cell.setText(text)
                cell.setVisible(bool(text))


class PlanView(QFrame):
    """Shows the steps to do and the estimated time, then the progress of the whole analysis.

    is_compact: whether the steps are listed in one line, for a low window.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._session = session
        self._plan: AnalysisPlan | None = None  # until the recordings are looked at
        self._whole_s, self._began = 0.0, 0.0
        self.heading = label(role="heading")
        self.steps = label(role="quiet", wrap=True)
        self.table, self.line, self.is_compact = PlanSteps(), ElidedLabel(), False
        self.line.setProperty("role", "quiet")
        self.bar = QProgressBar(maximum=STEPS, textVisible=False)
        self.bar.setAccessibleName(self.tr("Progress of the analysis"))
        self.start = button(self.tr("Analyse"), "first")
        keys = shown_keys(session.settings.keys["intake.analyse"])
        self.start.setToolTip(self.tr("Analyse (%1)").replace("%1", keys))
        self.pause = button(self.tr("Pause"))
        self.pause.clicked.connect(session.jobs.cancel)
        self.review = button(self.tr("Go to Audit"), "first")
        self.review.clicked.connect(lambda: session.page_asked.emit("audit"))
        words = QVBoxLayout()
        words.setSpacing(GRID // 2)
        for widget in (self.heading, self.bar, self.table, self.line, self.steps):
            words.addWidget(widget)
        line = QHBoxLayout(self)
        line.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        line.setSpacing(2 * GRID)
        line.addLayout(words, 1)
        line.addWidget(self.start)
        line.addWidget(self.pause)
        line.addWidget(self.review)
        session.jobs.began.connect(self._begin)
        session.jobs.started.connect(self._refresh)
        session.jobs.progressed.connect(self._refresh)
        session.jobs.ended.connect(self._refresh)
        self._refresh()

    def show_plan(self, plan: AnalysisPlan) -> None:
        """Show another plan."""
        self._plan = plan
        self._whole_s = max(self._whole_s, plan.guess_s)
        self._refresh()

    def set_compact(self, *, compact: bool) -> None:
        """List the steps in one line, or in a table with the amount of audio of each."""
        if compact != self.is_compact:
            self.is_compact = compact
            self._refresh()

    @property
    def share(self) -> float | None:
        """Completed share of the whole analysis by estimated time, 0..1; None if unknown."""
        if not self._whole_s or self._plan is None:
            return None
        return min(1.0, 1.0 - (self._plan.guess_s - self._gone_s(self._plan)) / self._whole_s)

    def _gone_s(self, plan: AnalysisPlan) -> float:
        """Estimated seconds of work that the running step has done since the plan was made."""
        progress = self._session.jobs.progress
        for step in plan.steps:
            if step.step == progress.step and progress.seconds:
                left = progress.seconds - progress.done_seconds
                return max(0.0, step.seconds - left) * step.cost
        return 0.0

    @Slot(str)
    def _begin(self, what: str) -> None:
        if what == "analyse":
            self._began = time.monotonic()
            self._whole_s = self._plan.guess_s if self._plan else 0.0
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        jobs = self._session.jobs
        running = jobs.running
        if running:
            self._show_running(is_analysis=jobs.progress.what == "analyse")
        elif self._plan is None:
            self.heading.setText(self.tr("Checking recordings…"))
            self.steps.setText("")
        elif self._plan.steps:
            guess = about(self._plan.guess_s)
            self.heading.setText(self.tr("To analyse, about %1:").replace("%1", guess))
            self.table.show_steps(self._plan.steps)
            self.line.setText(", ".join(doing(step.step) for step in self._plan.steps))
        else:
            self.heading.setText(self.tr("Nothing left to analyse."))
            self.steps.setText(self.tr("Add recordings or change settings to analyse more."))
        has_steps = self._plan is not None and bool(self._plan.steps)
        lists_steps = has_steps and not running
        self.table.setVisible(lists_steps and not self.is_compact)
        self.line.setVisible(lists_steps and self.is_compact)
        self.steps.setVisible(not lists_steps)
        self.bar.setVisible(running)
        self.pause.setVisible(running)
        is_done = self._plan is not None and not self._plan.steps and not running
        self.review.setVisible(is_done and self._session.project.clips.count() > 0)
        self.start.setVisible(has_steps and not running)
        self.start.setEnabled(not running and not self._session.read_only)

    def _show_running(self, *, is_analysis: bool) -> None:
        continues = self._session.jobs.progress.what in CAN_CONTINUE
        self.pause.setText(self.tr("Pause") if continues else self.tr("Cancel"))
        progress = progress_of(self._session.jobs.progress)
        share = self.share if is_analysis else progress.share
        heading = self.tr("Analysing") if is_analysis else doing(self._session.jobs.progress.what)
        if is_analysis and share is not None:
            heading = f"{heading} {int(100 * share)} %"
            gone = time.monotonic() - self._began
            if share >= GUESS_FROM:
                left = self.tr("about %1 left").replace("%1", about(gone * (1 - share) / share))
                heading = f"{heading}, {left}"
        self.heading.setText(heading[:1].upper() + heading[1:])
        self.steps.setText(progress.text)
        self.bar.setRange(0, STEPS if share is not None else 0)
        self.bar.setValue(round(STEPS * (share or 0.0)))
