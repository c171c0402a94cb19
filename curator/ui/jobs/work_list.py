"""Jobs of the window and of the open project as one list."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QLocale, QObject, QTime, Signal

from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.wording import clock, translated

ENDED_KEPT = 20
"""Upper bound of ended jobs in the list."""


class JobState(StrEnum):
    """State of a job in the list."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


ACTIVE = (JobState.WAITING, JobState.RUNNING)
ENDED = (JobState.FINISHED, JobState.CANCELLED, JobState.FAILED)

STATE_TEXTS = {
    JobState.WAITING: QT_TRANSLATE_NOOP("Jobs", "waiting"),
    JobState.RUNNING: QT_TRANSLATE_NOOP("Jobs", "running"),
    JobState.PAUSED: QT_TRANSLATE_NOOP("Jobs", "paused"),
    JobState.FINISHED: QT_TRANSLATE_NOOP("Jobs", "finished"),
    JobState.CANCELLED: QT_TRANSLATE_NOOP("Jobs", "cancelled"),
    JobState.FAILED: QT_TRANSLATE_NOOP("Jobs", "failed"),
}


@dataclass(frozen=True, slots=True)
class JobButton:
    """Button of a job: its text and what it does."""

    text: str
    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class JobProgressed:
    """Progress of a job: stage title, share 0..1, rate text, remaining seconds.

    cluster: nodes of a cluster that it uses, and the rates of its ended stages; "" without one.
    """

    stage: str = ""
    share: float | None = None
    rate: str = ""
    left_s: float | None = None
    cluster: str = ""

    @property
    def text(self) -> str:
        """Stage, percentage, rate and remaining time: "transcribing 64 %, 2:10 left"."""
        text = self.stage
        if self.share is not None:
            text = f"{text} {int(100 * self.share)} %".strip()
        parts = [text] if text else []
        if self.rate:
            parts.append(self.rate)
        if self.left_s is not None:
            left = translated("Jobs", "%1 left").replace("%1", clock(self.left_s))
            parts.append(left)
        return ", ".join(parts)


class ListedJob(QObject):
    """One job. project: name of its project, "" for none. sentence: how it ended, or ""."""

    changed = Signal()

    def __init__(self, title: str, project: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.title, self.project = title, project
        self.state = JobState.WAITING
        self.progress = JobProgressed()
        self.sentence = ""
        self.buttons: tuple[JobButton, ...] = ()
        self._began: float | None = None
        self._took_s: float | None = None
        self._ended_at: QTime | None = None

    @property
    def when(self) -> str:
        """When it ended and how long it took, by the locale: "14:32, took 0:45"; "" before."""
        if self._ended_at is None:
            return ""
        at = QLocale().toString(self._ended_at, QLocale.FormatType.ShortFormat)
        if self._took_s is None:
            return at
        took = translated("Jobs", QT_TRANSLATE_NOOP("Jobs", "%1, took %2"))
        return took.replace("%1", at).replace("%2", clock(self._took_s))

    @property
    def text(self) -> str:
        """Progress while it runs, then how it ended."""
        if self.state == JobState.RUNNING and self.progress.text:
            return self.progress.text
        return self.sentence or translated("Jobs", STATE_TEXTS[self.state])

    def begin(self, *buttons: JobButton) -> None:
        """Follow that it runs now, with these buttons."""
        self.state, self.buttons = JobState.RUNNING, buttons
        self._began, self._ended_at = time.monotonic(), None
        self.changed.emit()

    def show_progress(self, progress: JobProgressed) -> None:
        """Follow its progress."""
        self.progress = progress
        self.changed.emit()

    def end(self, state: JobState, sentence: str = "", *buttons: JobButton) -> None:
        """Follow how it ended, with the buttons it has then."""
        self.state, self.sentence, self.buttons = state, sentence, buttons
        if self._ended_at is None:
            self._ended_at = QTime.currentTime()
            self._took_s = None if self._began is None else time.monotonic() - self._began
        self.changed.emit()


class WorkList(QObject):
    """All jobs, newest first; ended ones are forgotten beyond ENDED_KEPT."""

    changed = Signal()  # jobs were added or removed
    progressed = Signal()  # a job has changed

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs: list[ListedJob] = []

    def add(self, job: ListedJob) -> None:
        """Add a job."""
        job.setParent(self)
        self.jobs.insert(0, job)
        job.changed.connect(self.progressed)
        ended = [each for each in self.jobs if each.state not in ACTIVE]
        for old in ended[ENDED_KEPT:]:
            self._forget(old)
        self.changed.emit()

    def remove(self, job: ListedJob) -> None:
        """Remove a job."""
        if job in self.jobs:
            self._forget(job)
            self.changed.emit()

    @property
    def has_ended(self) -> bool:
        """Whether `clear_ended` would remove a job."""
        return any(job.state in ENDED for job in self.jobs)

    def clear_ended(self) -> None:
        """Remove the jobs that have ended; paused ones stay."""
        for job in [each for each in self.jobs if each.state in ENDED]:
            self._forget(job)
        self.changed.emit()

    def close_project(self, project: str) -> None:
        """Remove the jobs of a project that is closed."""
        for job in [each for each in self.jobs if each.project == project and project]:
            self._forget(job)
        self.changed.emit()

    def _forget(self, job: ListedJob) -> None:
        self.jobs.remove(job)
        job.deleteLater()
