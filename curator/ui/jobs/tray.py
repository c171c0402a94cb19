"""Tray of jobs: stage, progress, rate, remaining time, and buttons to pause or cancel."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from curator.ui.elided_label import ElidedLabel
from curator.ui.jobs.work_list import ACTIVE, JobState, ListedJob, WorkList
from curator.ui.page import button, label, restyle
from curator.ui.theme import GRID

STEPS = 1000
"""Resolution of the progress bars."""


class JobRow(QWidget):
    """One job of the tray."""

    def __init__(self, job: ListedJob) -> None:
        super().__init__()
        self.job = job
        self._buttons: tuple[object, ...] = ()
        self.title = ElidedLabel()
        self.text = ElidedLabel()
        self.when = label(role="quiet")
        self.bar = QProgressBar(maximum=STEPS, textVisible=False)
        self.bar.setAccessibleName(self.tr("Progress of %1").replace("%1", job.title))
        self.cluster = label(role="quiet", wrap=True)
        self._line = QHBoxLayout()
        self._line.setSpacing(GRID)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, GRID // 2, 0, GRID // 2)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(0)
        grid.addWidget(self.title, 0, 0)
        grid.addWidget(self.text, 0, 1)
        grid.addWidget(self.bar, 1, 0, 1, 3)
        grid.addWidget(self.cluster, 2, 0, 1, 3)
        grid.addWidget(self.when, 0, 2)
        grid.addLayout(self._line, 0, 3, 3, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 2)
        job.changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the job as it is now."""
        job = self.job
        self.title.setText(f"{job.title} – {job.project}" if job.project else job.title)
        self.text.setText(job.text)
        self.when.setText(job.when)
        self.when.setVisible(bool(job.when))
        role = "error" if job.state == JobState.FAILED else "quiet"
        if self.text.property("role") != role:
            self.text.setProperty("role", role)
            restyle(self.text)
        self.cluster.setText(job.progress.cluster)
        self.cluster.setVisible(bool(job.progress.cluster))
        share = job.progress.share
        self.bar.setVisible(job.state in ACTIVE)
        self.bar.setRange(0, STEPS if share is not None or job.state == JobState.WAITING else 0)
        self.bar.setValue(round(STEPS * (share or 0.0)))
        if self._buttons != job.buttons:
            self._buttons = job.buttons
            self._show_buttons()

    def _show_buttons(self) -> None:
        while (item := self._line.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for each in self.job.buttons:
            shown = button(each.text)
            shown.setAccessibleDescription(self.job.title)
            shown.clicked.connect(each.run)
            self._line.addWidget(shown)


class JobTray(QScrollArea):
    """List of all jobs, newest first."""

    def __init__(self, work: WorkList) -> None:
        super().__init__(widgetResizable=True)
        self._work = work
        self.setAccessibleName(self.tr("Jobs"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.rows: list[JobRow] = []
        self._none = label(self.tr("No jobs."), "quiet")
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(GRID, 0, GRID, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._none)
        self._column.addStretch(1)
        self.setWidget(inside)
        work.changed.connect(self._list)
        self._list()

    @Slot()
    def _list(self) -> None:
        jobs = self._work.jobs
        for row in [row for row in self.rows if row.job not in jobs]:
            self.rows.remove(row)
            row.job.changed.disconnect(row.refresh)
            row.hide()
            row.deleteLater()
        shown = {row.job: row for row in self.rows}
        self.rows = []
        for place, job in enumerate(jobs):
            row = shown.get(job) or JobRow(job)
            self._column.insertWidget(1 + place, row)
            self.rows.append(row)
        self._none.setVisible(not jobs)
