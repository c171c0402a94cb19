"""Progress of a session's jobs: in the list of jobs, and as text for the status line."""

import time
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from curator.domain.errors import printable
from curator.jobs.step_table import STEPS
from curator.ui.job_queue import Ending, JobQueue
from curator.ui.jobs.work_list import (
    JobButton,
    JobProgressed,
    JobState,
    ListedJob,
    WorkList,
)
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.queue_progress import QueueProgress
from curator.ui.session import Session
from curator.ui.wording import clock, counted, number, translated

APPEARS_MS = 500
"""Delay before a running job is shown, so that short ones are not."""

ALMOST = 0.9 / 1000
"""Seconds per timer millisecond, lowered as timers fire a little early."""

LONG_S = 60.0
"""Average length of recordings above which cleaning is shown in minutes."""

DOING = {
    "import": QT_TRANSLATE_NOOP("Steps", "importing recordings"),
    "cache": QT_TRANSLATE_NOOP("Steps", "decoding recordings"),
    **{step.key: step.title for step in STEPS},
    "fingerprint": QT_TRANSLATE_NOOP("Steps", "fingerprinting recordings"),
    "suggest": QT_TRANSLATE_NOOP("Steps", "learning from your categories"),
    "analyse": QT_TRANSLATE_NOOP("Steps", "analysing"),
    "follow": QT_TRANSLATE_NOOP("Steps", "analysing changed clips"),
    "voice": QT_TRANSLATE_NOOP("Steps", "comparing with the reference voice"),
    "balance": QT_TRANSLATE_NOOP("Steps", "counting"),
    "check": QT_TRANSLATE_NOOP("Steps", "checking"),
    "export": QT_TRANSLATE_NOOP("Steps", "exporting"),
    "compare": QT_TRANSLATE_NOOP("Steps", "comparing"),
    "train": QT_TRANSLATE_NOOP("Steps", "training"),
    "evaluate": QT_TRANSLATE_NOOP("Steps", "evaluating"),
    "merge_plan": QT_TRANSLATE_NOOP("Steps", "reading the other set"),
    "merge": QT_TRANSLATE_NOOP("Steps", "merging"),
    "clean": QT_TRANSLATE_NOOP("Steps", "cleaning"),
    "guard": QT_TRANSLATE_NOOP("Steps", "checking cleaning results"),
    "try": QT_TRANSLATE_NOOP("Steps", "trying recipes"),
    "clean_compare": QT_TRANSLATE_NOOP("Steps", "comparing recipes"),
    "clean_follow": QT_TRANSLATE_NOOP("Steps", "measuring cleaned clips"),
    "clean_listing": QT_TRANSLATE_NOOP("Steps", "listing cleaned clips"),
    "clean_sound": QT_TRANSLATE_NOOP("Steps", "reading audio"),
    "sources": QT_TRANSLATE_NOOP("Steps", "checking files"),
    "waveforms": QT_TRANSLATE_NOOP("Steps", "reading waveforms"),
    "sample": QT_TRANSLATE_NOOP("Steps", "making the sample recording"),
    "download": QT_TRANSLATE_NOOP("Steps", "downloading"),
    "install": QT_TRANSLATE_NOOP("Steps", "installing"),
}
"""Text of each running step."""

TITLES = {
    "import": QT_TRANSLATE_NOOP("Jobs", "Import"),
    "analyse": QT_TRANSLATE_NOOP("Jobs", "Analysis"),
    "transcribe": QT_TRANSLATE_NOOP("Jobs", "Transcription"),
    "follow": QT_TRANSLATE_NOOP("Jobs", "Analysis of changed clips"),
    "voice": QT_TRANSLATE_NOOP("Jobs", "Comparison with the reference voice"),
    "export": QT_TRANSLATE_NOOP("Jobs", "Export"),
    "check": QT_TRANSLATE_NOOP("Jobs", "Export check"),
    "merge": QT_TRANSLATE_NOOP("Jobs", "Merge"),
    "clean": QT_TRANSLATE_NOOP("Jobs", "Cleaning"),
    "clean_compare": QT_TRANSLATE_NOOP("Jobs", "Comparison of recipes"),
    "clean_follow": QT_TRANSLATE_NOOP("Jobs", "Measurement of cleaned clips"),
    "suggest": QT_TRANSLATE_NOOP("Jobs", "Category suggestions"),
    "training report": QT_TRANSLATE_NOOP("Jobs", "Training report"),
    "training compare": QT_TRANSLATE_NOOP("Jobs", "Comparison of trainings"),
}
"""Title of each job in the list of jobs; others are too short to be listed."""

NODES = QT_TRANSLATE_NOOP("Jobs", "%n node"), QT_TRANSLATE_NOOP("Jobs", "%n nodes")
CPUS = QT_TRANSLATE_NOOP("Jobs", "%n CPU"), QT_TRANSLATE_NOOP("Jobs", "%n CPUs")
GPUS = QT_TRANSLATE_NOOP("Jobs", "%n GPU"), QT_TRANSLATE_NOOP("Jobs", "%n GPUs")
"""Counts of a cluster, one and more."""

LARGE_SPEED = 100.0
"""Times real time from which a rate is shown without decimals."""

CLUSTER = QT_TRANSLATE_NOOP("Jobs", "Ray cluster: %1, %2, %3.")
ENDED_STEPS = QT_TRANSLATE_NOOP("Jobs", "Finished: %1.")

CAN_CONTINUE = ("analyse",)
"""Jobs that are paused instead of cancelled: started again, they continue."""


def doing(step: str) -> str:
    """Return the translated text of a running step; internal names are never shown."""
    return translated("Steps", DOING.get(step, QT_TRANSLATE_NOOP("Steps", "working")))


def cluster_text(state: QueueProgress) -> str:
    """Nodes of the cluster that a job uses and the rates of its ended steps; "" without one."""
    if state.nodes is None:
        return ""
    text = translated("Jobs", CLUSTER)
    used = (state.nodes.nodes, NODES), (state.nodes.cpus, CPUS), (state.nodes.gpus, GPUS)
    for place, (count, texts) in enumerate(used, start=1):
        words = counted(count, *(translated("Jobs", each) for each in texts))
        text = text.replace(f"%{place}", words, 1)
    if state.ended:
        rates = [f"{doing(each.step)} {real_time(each.speed)}" for each in state.ended]
        text += " " + translated("Jobs", ENDED_STEPS).replace("%1", ", ".join(rates), 1)
    return text


def real_time(speed: float, *, short: bool = False) -> str:
    """Seconds of audio per second as a text: "6.1× real time", or short "6.1×"."""
    text = number(round(speed)) if speed >= LARGE_SPEED else f"{speed:.3g}"
    return f"{text}×" if short else translated("Steps", "%1× real time").replace("%1", text)


def progress_of(state: QueueProgress) -> JobProgressed:
    """Progress text of a running job, or of one of its recordings."""
    rate = ""
    if state.speed is not None:
        rate = real_time(state.speed)
    elif state.per_minute is not None:
        rate = translated("Steps", "%1/min").replace("%1", number(round(state.per_minute)))
    return JobProgressed(doing(state.step), state.share, rate, state.left_s, cluster_text(state))


class _Followed:
    """A queue with its jobs in the list. job: the running one, once it is listed."""

    def __init__(self, queue: JobQueue) -> None:
        self.queue = queue
        self.failures = 0
        self.job: ListedJob | None = None
        self.waiting: list[tuple[str, ListedJob]] = []


class JobProgress(QObject):
    """Follows the analysis and errands queues, lists their jobs and reports what ended."""

    changed = Signal()

    def __init__(self, session: Session, work: WorkList) -> None:
        super().__init__(session)
        self._session, self._work = session, work
        self._project = printable(session.project.path.stem)
        self._queues = [_Followed(session.jobs), _Followed(session.errands)]
        self._appears = QTimer(self, singleShot=True, interval=APPEARS_MS)
        self._appears.timeout.connect(self._appear)
        for each in self._queues:
            self._connect(each)
        session.closing.connect(lambda: work.close_project(self._project))

    def _connect(self, each: _Followed) -> None:
        each.queue.asked.connect(lambda: self._list_waiting(each))
        each.queue.began.connect(lambda what: self._began(each, what))
        each.queue.started.connect(lambda: self._show_progress(each))
        each.queue.progressed.connect(lambda: self._show_progress(each))
        each.queue.nodes_changed.connect(lambda: self._show_progress(each))
        each.queue.failed.connect(lambda sentence: self._failed(each, sentence))
        each.queue.noted.connect(
            lambda sentence: self._session.messages.inform(sentence, topic=each.queue.progress.what)
        )
        each.queue.ended.connect(lambda ending: self._ended(each, ending))

    @property
    def _shown(self) -> _Followed | None:
        now = time.monotonic()
        running = (each for each in self._queues if each.queue.running)
        return next(
            (each for each in running if now - each.queue.progress.since > ALMOST * APPEARS_MS),
            None,
        )

    @property
    def worth_showing(self) -> bool:
        """Whether a job has run long enough to be shown."""
        return self._shown is not None

    @property
    def share(self) -> float | None:
        """Completed share of the shown job, 0..1; None if unknown."""
        return self._shown.queue.progress.share if self._shown else None

    @property
    def text(self) -> str:
        """Text of the shown job: "transcribing 64 %, 2:10 left"."""
        if self._shown is None:
            return ""
        shown = self._shown.queue.progress
        words = doing(shown.step)
        if shown.step == "clean" and shown.seconds > LONG_S * shown.items:
            words = self.tr("%1 %2 of %3 min").replace("%1", words, 1)
            words = words.replace("%2", str(int(shown.done_seconds / 60)), 1)
            words = words.replace("%3", str(round(shown.seconds / 60)), 1)
        elif shown.share is not None:
            words = self.tr("%1 %2 %").replace("%1", words, 1)
            words = words.replace("%2", str(int(100 * shown.share)), 1)
        if shown.left_s is not None:
            words = self.tr("%1, %2 left").replace("%1", words, 1)
            words = words.replace("%2", clock(shown.left_s), 1)
        return words

    def _list_waiting(self, each: _Followed) -> None:
        """List the jobs that wait behind another one."""
        names = list(each.queue.waiting)
        for what, job in list(each.waiting):
            if what in names:
                names.remove(what)
            else:
                each.waiting.remove((what, job))
                self._work.remove(job)
        for what in names:
            if what in TITLES:
                job = self._listed(what)
                each.waiting.append((what, job))
                withdraw = partial(self._withdraw, each, what)
                job.buttons = (JobButton(self.tr("Cancel"), withdraw),)
                self._work.add(job)

    def _withdraw(self, each: _Followed, what: str) -> None:
        each.queue.withdraw(what)
        self._list_waiting(each)

    def _listed(self, what: str) -> ListedJob:
        return ListedJob(translated("Jobs", TITLES[what]), self._project)

    def _began(self, each: _Followed, what: str) -> None:
        self._session.messages.withdraw(what)
        each.failures, each.job = 0, None
        self._list_waiting(each)
        self._appears.start()

    def _appear(self) -> None:
        """List the jobs that have run long enough."""
        for each in self._queues:
            what = each.queue.progress.what
            if each.queue.running and each.job is None and what in TITLES:
                self._drop_paused(what)
                each.job = self._listed(what)
                text = self.tr("Pause") if what in CAN_CONTINUE else self.tr("Cancel")
                each.job.begin(JobButton(text, each.queue.stop_running))
                each.job.show_progress(progress_of(each.queue.progress))
                self._work.add(each.job)
        self.changed.emit()

    def _drop_paused(self, what: str) -> None:
        """Forget the paused job that continues now."""
        title = translated("Jobs", TITLES[what])
        for job in list(self._work.jobs):
            if (job.title, job.project, job.state) == (title, self._project, JobState.PAUSED):
                self._work.remove(job)

    def _show_progress(self, each: _Followed) -> None:
        if each.job is not None:
            each.job.show_progress(progress_of(each.queue.progress))
        self.changed.emit()

    def _failed(self, each: _Followed, sentence: str) -> None:
        each.failures += 1
        self._session.messages.warn(sentence, topic=each.queue.progress.what)

    def _ended(self, each: _Followed, ending: Ending) -> None:
        messages = self._session.messages
        messages.withdraw(ending.what)
        if ending.outcome == "failed":
            text = f"{ending.sentence} {ending.hint}".strip()
            messages.fail(text, ending.details, topic=ending.what)
        elif ending.outcome == "cancelled":
            self._say_cancelled(ending.what)
        elif ending.what in ("import", "analyse"):
            self._say_done(ending.what, each.failures)
        if each.job is not None:
            self._end_job(each.job, each, ending)
            each.job = None
        self._list_waiting(each)
        self.changed.emit()

    def _end_job(self, job: ListedJob, each: _Followed, ending: Ending) -> None:
        if ending.outcome == "failed":
            job.end(JobState.FAILED, f"{ending.sentence} {ending.hint}".strip())
        elif ending.outcome == "cancelled" and ending.what in CAN_CONTINUE:
            sentence = self.tr("Paused. Results so far are saved.")
            go_on = JobButton(self.tr("Continue"), self._session.analyse)
            job.end(JobState.PAUSED, sentence, go_on)
        elif ending.outcome == "cancelled":
            job.end(JobState.CANCELLED)
        else:
            failed = self.tr("%n item failed."), self.tr("%n items failed.")
            sentence = counted(each.failures, *failed) if each.failures else ""
            job.end(JobState.FINISHED, sentence)

    def _say_cancelled(self, what: str) -> None:
        if what in CAN_CONTINUE:
            text = self.tr("Paused. Results so far are saved; start again to continue.")
            self._session.messages.inform(text, topic=what, action="window.analyse")
        elif what in TITLES:
            text = self.tr("Cancelled: %1.").replace("%1", translated("Jobs", TITLES[what]))
            self._session.messages.inform(text, topic=what)

    def _say_done(self, what: str, failures: int) -> None:
        done = self.tr("Imported.") if what == "import" else self.tr("Analysis finished.")
        if not failures:
            self._session.messages.inform(done, topic=what)
            return
        words = counted(failures, self.tr("%n item failed."), self.tr("%n items failed."))
        self._session.messages.warn(f"{done} {words}", self.tr("Details: Ctrl+J."), topic=what)
