"""Summary of the analysis to do, with its start button."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from curator.ui.intake.plan import AnalysisPlan, PlannedStep
from curator.ui.job_progress import doing
from curator.ui.page import button, label
from curator.ui.session import Session
from curator.ui.theme import GRID
from curator.ui.wording import about, clock, number, shown_keys


class PlanView(QFrame):
    """Shows the steps to do and the estimated time."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._session = session
        self._plan = AnalysisPlan((), 0.0)
        self.heading = label(role="heading")
        self.steps = label(role="quiet", wrap=True)
        self.start = button(self.tr("Analyse"), "first")
        keys = shown_keys(session.settings.keys["intake.analyse"])
        self.start.setToolTip(self.tr("Analyse (%1)").replace("%1", keys))
        words = QVBoxLayout()
        words.addWidget(self.heading)
        words.addWidget(self.steps)
        line = QHBoxLayout(self)
        line.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        line.addLayout(words, 1)
        line.addWidget(self.start)
        session.jobs.began.connect(self._refresh)
        session.jobs.ended.connect(self._refresh)
        self._refresh()

    def show_plan(self, plan: AnalysisPlan) -> None:
        """Show another plan."""
        self._plan = plan
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        running = self._session.jobs.running
        if running:
            self.heading.setText(self.tr("Analysing; see the status line for progress."))
            self.steps.setText(
                self.tr("You can review clips meanwhile; results appear as they arrive.")
            )
        elif self._plan.steps:
            guess = about(self._plan.guess_s)
            self.heading.setText(self.tr("To analyse, about %1:").replace("%1", guess))
            self.steps.setText(", ".join(map(self._described, self._plan.steps)) + ".")
        else:
            self.heading.setText(self.tr("Nothing left to analyse."))
            self.steps.setText(self.tr("Add recordings or change settings to analyse more."))
        self.start.setVisible(bool(self._plan.steps) and not running)
        self.start.setEnabled(not running and not self._session.read_only)

    def _described(self, step: PlannedStep) -> str:
        if not step.items:
            return doing(step.step)
        text = self.tr("%1 (%2, %3 of audio)").replace("%1", doing(step.step))
        return text.replace("%2", number(step.items)).replace("%3", clock(step.seconds))
