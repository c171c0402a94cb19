"""End of a training that this window started: state and texts."""

from dataclasses import dataclass
from pathlib import Path

from curator.domain.errors import printable
from curator.ui.jobs.work_list import JobState
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.training.run_record import RunRecord
from curator.ui.wording import translated

STOPPED_BY_HAND = "stopped by hand"

SENTENCES = {
    "finished": QT_TRANSLATE_NOOP("Training", "Training %1 finished."),
    "stopped": QT_TRANSLATE_NOOP("Training", "Training %1 stopped early."),
    "paused": QT_TRANSLATE_NOOP("Training", "Paused training %1. Resume continues it."),
    "failed": QT_TRANSLATE_NOOP("Training", "Training %1 failed."),
    STOPPED_BY_HAND: QT_TRANSLATE_NOOP(
        "Training", "Stopped training %1. Resume continues from its newest checkpoint."
    ),
    "": QT_TRANSLATE_NOOP("Training", "Training %1 ended without a message."),
}
JOB_TEXTS = {
    "finished": "",
    "stopped": QT_TRANSLATE_NOOP("Training", "stopped early"),
    "paused": QT_TRANSLATE_NOOP("Training", "paused, can be resumed"),
    "failed": QT_TRANSLATE_NOOP("Training", "failed"),
    STOPPED_BY_HAND: QT_TRANSLATE_NOOP("Training", "stopped, can be resumed"),
    "": QT_TRANSLATE_NOOP("Training", "ended without a message"),
}
STATES = {
    "finished": JobState.FINISHED,
    "stopped": JobState.FINISHED,
    "paused": JobState.PAUSED,
    STOPPED_BY_HAND: JobState.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class TrainingEnd:
    """State in the list of jobs, its text there, and a sentence. is_told: the run says how."""

    state: JobState
    job_text: str
    sentence: str
    is_told: bool

    @property
    def is_error(self) -> bool:
        """Whether it ended without success and without being asked to."""
        return self.state == JobState.FAILED


def training_end(run: Path, *, is_by_hand: bool) -> TrainingEnd:
    """Read the end of a run. is_by_hand: whether a person stopped its process."""
    record = RunRecord(run)
    while record.read():
        pass
    ended = record.ended or (STOPPED_BY_HAND if is_by_hand else "")
    sentence = translated("Training", SENTENCES[ended]).replace("%1", printable(run.name))
    job_text = translated("Training", JOB_TEXTS[ended]) if JOB_TEXTS[ended] else ""
    if record.reason and ended in ("stopped", "failed"):
        reason = printable(record.reason)
        sentence, job_text = f"{sentence} {reason[:1].upper()}{reason[1:]}", f"{job_text}: {reason}"
    return TrainingEnd(STATES.get(ended, JobState.FAILED), job_text, sentence, bool(record.ended))
