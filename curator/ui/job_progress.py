"""Progress of a session's jobs as text; analysis before errands."""

import time

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from curator.jobs.step_table import STEPS
from curator.ui.job_queue import Ending, JobQueue
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.session import Session
from curator.ui.wording import clock, counted, translated

APPEARS_MS = 500
"""Delay before a running job is shown, so that short ones are not."""

ALMOST = 0.9 / 1000
"""Seconds per timer millisecond, lowered as timers fire a little early."""

LONG_S = 60.0
"""Average length of recordings above which cleaning is shown in minutes."""

GUESS_AFTER_S = 2.0
"""Time before the remaining time is estimated; earlier it would be unstable."""

DOING = {
    "import": QT_TRANSLATE_NOOP("Steps", "importing recordings"),
    "cache": QT_TRANSLATE_NOOP("Steps", "decoding recordings"),
    **{step.key: step.title for step in STEPS},
    "suggest": QT_TRANSLATE_NOOP("Steps", "learning from your categories"),
    "analyse": QT_TRANSLATE_NOOP("Steps", "analysing"),
    "balance": QT_TRANSLATE_NOOP("Steps", "counting"),
    "check": QT_TRANSLATE_NOOP("Steps", "checking"),
    "export": QT_TRANSLATE_NOOP("Steps", "exporting"),
    "compare": QT_TRANSLATE_NOOP("Steps", "comparing"),
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
    "sample": QT_TRANSLATE_NOOP("Steps", "making the sample recording"),
}
"""Text of each running step."""


def doing(step: str) -> str:
    """Return the translated text of a running step."""
    return translated("Steps", DOING.get(step, step))


class _Queue:
    """Progress of the job that a queue is running."""

    def __init__(self, queue: JobQueue) -> None:
        self.queue = queue
        self.what = self.step = ""
        self.items = self.done = 0
        self.seconds = self.done_seconds = 0.0
        self.since = self.step_since = 0.0
        self.failures = 0

    @property
    def share(self) -> float | None:
        """Completed share of the step, 0..1; None if unknown."""
        if self.seconds and self.done_seconds:
            return min(1.0, self.done_seconds / self.seconds)
        return self.done / self.items if self.items else None

    @property
    def left_s(self) -> float | None:
        """Estimated remaining seconds; None if it is too early to tell."""
        gone, share = time.monotonic() - self.step_since, self.share
        if not share or gone < GUESS_AFTER_S:
            return None
        return gone * (1 - share) / share


class JobProgress(QObject):
    """Follows the analysis and errands queues and reports what ended."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._queues = [_Queue(session.jobs), _Queue(session.errands)]
        self._appears = QTimer(self, singleShot=True, interval=APPEARS_MS)
        self._appears.timeout.connect(self.changed)
        for each in self._queues:
            self._connect(each)

    def _connect(self, each: _Queue) -> None:
        each.queue.began.connect(lambda what: self._began(each, what))
        each.queue.started.connect(
            lambda step, items, seconds: self._started(each, step, items, seconds)
        )
        each.queue.progressed.connect(lambda items, seconds: self._moved(each, items, seconds))
        each.queue.failed.connect(lambda sentence: self._failed(each, sentence))
        each.queue.noted.connect(
            lambda sentence: self._session.messages.inform(sentence, topic=each.what)
        )
        each.queue.ended.connect(lambda ending: self._ended(each, ending))

    @property
    def _shown(self) -> _Queue | None:
        now = time.monotonic()
        running = (each for each in self._queues if each.queue.running)
        return next((each for each in running if now - each.since > ALMOST * APPEARS_MS), None)

    @property
    def worth_showing(self) -> bool:
        """Whether a job has run long enough to be shown."""
        return self._shown is not None

    @property
    def share(self) -> float | None:
        """Completed share of the shown job, 0..1; None if unknown."""
        return self._shown.share if self._shown else None

    @property
    def text(self) -> str:
        """Text of the shown job: "transcribing 64 %, 2:10 left"."""
        shown = self._shown
        if shown is None:
            return ""
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

    def _began(self, each: _Queue, what: str) -> None:
        self._session.messages.withdraw(what)
        each.what, each.step, each.items, each.done = what, what, 0, 0
        each.seconds = each.done_seconds = 0.0
        each.since = each.step_since = time.monotonic()
        each.failures = 0
        self._appears.start()

    def _started(self, each: _Queue, step: str, items: int, seconds: float) -> None:
        each.step, each.items, each.seconds = step, items, seconds
        each.done, each.done_seconds, each.step_since = 0, 0.0, time.monotonic()
        self.changed.emit()

    def _moved(self, each: _Queue, items: int, seconds: float) -> None:
        each.done, each.done_seconds = items, seconds
        self.changed.emit()

    def _failed(self, each: _Queue, sentence: str) -> None:
        each.failures += 1
        self._session.messages.warn(sentence, topic=each.what)

    @Slot(object)
    def _ended(self, each: _Queue, ending: Ending) -> None:
        messages = self._session.messages
        messages.withdraw(ending.what)
        if ending.outcome == "failed":
            text = f"{ending.sentence} {ending.hint}".strip()
            messages.fail(text, ending.details, topic=ending.what)
        elif ending.outcome == "cancelled":
            text = self.tr("Paused. Results so far are saved; start again to continue.")
            messages.inform(text, topic=ending.what)
        elif ending.what in ("import", "analyse"):
            self._say_done(ending.what, each.failures)
        self.changed.emit()

    def _say_done(self, what: str, failures: int) -> None:
        done = self.tr("Imported.") if what == "import" else self.tr("Analysis finished.")
        if not failures:
            self._session.messages.inform(done, topic=what)
            return
        words = counted(failures, self.tr("%n item failed."), self.tr("%n items failed."))
        self._session.messages.warn(f"{done} {words}", self.tr("Details: Ctrl+J."), topic=what)
