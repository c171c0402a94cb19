"""Progress, rate and remaining time of the running stage for each recording."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from curator.domain.progress import RecordingProgress
from curator.ui.job_progress import doing, progress_of, real_time
from curator.ui.job_queue import JobQueue
from curator.ui.queue_progress import QueueProgress
from curator.ui.wording import clock, translated


@dataclass(frozen=True, slots=True)
class RecordingStage:
    """Stage that runs on a recording, as texts. share: of it, 0..1.

    detail: short rate and remaining time, "" while it is too early to tell. text: all of it.
    """

    title: str
    share: float
    detail: str
    text: str


class StageRates(QObject):
    """Follows the analysis recording by recording."""

    changed = Signal(int)  # id of the recording, 0 for all

    def __init__(self, jobs: JobQueue, parent: QObject) -> None:
        super().__init__(parent)
        self._step = ""
        self._states: dict[int, QueueProgress] = {}
        jobs.began.connect(self._end)
        jobs.started.connect(self._begin_step)
        jobs.recording_progressed.connect(self._move)
        jobs.ended.connect(self._end)

    def of(self, recording: int) -> RecordingStage | None:
        """Stage that runs on a recording; None while none does."""
        state = self._states.get(recording)
        if state is None:
            return None
        parts = []
        if state.speed is not None:
            parts.append(real_time(state.speed, short=True))
        if state.left_s is not None:
            left = translated("Jobs", "%1 left").replace("%1", clock(state.left_s))
            parts.append(left)
        share = state.share or 0.0
        return RecordingStage(doing(self._step), share, ", ".join(parts), progress_of(state).text)

    @Slot()
    def _end(self) -> None:
        self._begin_step("")

    @Slot(str)
    def _begin_step(self, step: str) -> None:
        self._step = step
        if self._states:
            self._states.clear()
            self.changed.emit(0)

    @Slot(object)
    def _move(self, progress: RecordingProgress) -> None:
        number = progress.recording
        if progress.done_s >= progress.seconds:
            self._states.pop(number, None)
        else:
            if number not in self._states:
                self._states[number] = QueueProgress()
                self._states[number].begin_step(self._step, 1, progress.seconds)
            self._states[number].move(0, progress.done_s)
        self.changed.emit(number)
