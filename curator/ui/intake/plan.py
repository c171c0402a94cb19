"""What an analysis would do now, and roughly how long that takes here."""

from dataclasses import dataclass

from curator.domain.clip_query import parse
from curator.jobs.context import Work
from curator.jobs.job import Options
from curator.store.project import Project
from curator.ui.intake.recordings_model import FileState

USUAL_COST = {
    "transcribe": 0.25,
    "segment": 0.02,
    "edges": 0.01,
    "embed": 0.08,
    "delivery": 0.005,
    "score": 0.05,
    "overlap": 0.03,
    "lay_out": 0.02,
    "lay_out_delivery": 0.02,
}
"""Seconds of one process for a second of sound, until this machine has shown its own pace.

Measured with tiny.en on one slow core; the exact scores take about nine times as long.
"""

EXACT_COST = 9
ABOUT_CLIPS = 0.8
"""The share of a recording that becomes clips, before it is cut."""


START_S = 2.0
"""Starting the processes of a step."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step with something to do. items: 0 when nobody knows how many. seconds: of sound."""

    step: str
    items: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What is still to do. guess_s: how long it may take with as many processes as there may be."""

    steps: tuple[PlannedStep, ...]
    guess_s: float


@dataclass(frozen=True, slots=True)
class Survey:
    """The recordings of a project seen from all sides. languages, clips, files: by recording."""

    languages: dict[int, str]
    clips: dict[int, int]
    files: dict[int, FileState]
    plan: Plan


def survey(work: Work, options: Options, workers: int) -> Survey:
    """Look at everything; in a thread, as files are read when they may have changed.

    workers: with which the analysis would run.
    """
    project = work.project
    languages: dict[int, str] = {}
    recordings = project.recordings.all()
    for recording in recordings:
        heard = project.facts.recording_transcript(recording.id)
        if heard is not None:
            languages[recording.id] = heard.language
    clips: dict[int, int] = {}
    for _, number, _ in project.clips.spans():
        clips[number] = clips.get(number, 0) + 1
    plan = make_plan(work.project, options, workers)
    return Survey(languages, clips, files_of(work), plan)


def files_of(work: Work) -> dict[int, FileState]:
    """Which recordings are gone or changed. Only files that look changed are read."""
    from curator.export.sources import source_fault

    found = {}
    for recording in work.project.recordings.all():
        work.look_up()
        fault = source_fault(recording, thorough=False, is_stopped=work.stop.is_set)
        missing = fault is not None and fault.reason_key == "source_missing"
        state = FileState.MISSING if missing else FileState.CHANGED if fault else FileState.THERE
        found[recording.id] = state
    return found


def make_plan(project: Project, options: Options, workers: int) -> Plan:
    """The steps that have something to do, in their order."""
    from curator.jobs.pipeline import RECORDING_STEPS
    from curator.jobs.steps import STEPS, todo

    recordings = {recording.id: recording for recording in project.recordings.all()}
    lengths = {number: recording.seconds for number, recording in recordings.items()}
    clips = {
        clip: span.seconds(recordings[number].rate) for clip, number, span in project.clips.spans()
    }
    uncut = 0.0
    steps: list[PlannedStep] = []
    cost = 0.0
    for step in STEPS:
        items = {item for job in todo(project, step, options) for item in job.items}
        if step == "lay_out" and not uncut and "embed" not in {each.step for each in steps}:
            # Clips too short to have a voice have no place on the map, now or later.
            items &= set(project.clips.ids(parse("has:voice")))
        known = lengths if step in RECORDING_STEPS else clips
        seconds = sum(known[item] for item in items)
        if step == "segment":
            uncut = seconds * ABOUT_CLIPS
        elif step not in RECORDING_STEPS:
            seconds += uncut
        if items or (uncut and step not in RECORDING_STEPS):
            steps.append(PlannedStep(step, len(items), seconds))
            exact = EXACT_COST if step == "score" and options.exact else 1
            cost += seconds * USUAL_COST[step] * exact
    return Plan(tuple(steps), START_S * len(steps) + cost / max(1, workers))
