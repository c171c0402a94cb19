"""What an analysis would do now, and roughly how long that takes here."""

from dataclasses import dataclass

from curator.jobs.context import Work
from curator.jobs.job import Options
from curator.store.project import Project
from curator.ui.intake.recordings_model import FileState

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
class AnalysisPlan:
    """What is still to do. guess_s: how long it may take with as many processes as there may be."""

    steps: tuple[PlannedStep, ...]
    guess_s: float


@dataclass(frozen=True, slots=True)
class Survey:
    """The recordings of a project seen from all sides. languages, clips, files: by recording."""

    languages: dict[int, str]
    clips: dict[int, int]
    files: dict[int, FileState]
    plan: AnalysisPlan


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


def make_plan(project: Project, options: Options, workers: int) -> AnalysisPlan:
    """The steps that have something to do, in their order."""
    from curator.jobs.step_table import STEPS
    from curator.jobs.steps import todo

    recordings = {recording.id: recording for recording in project.recordings.all()}
    lengths = {number: recording.seconds for number, recording in recordings.items()}
    clips = {
        clip: span.seconds(recordings[number].rate) for clip, number, span in project.clips.spans()
    }
    uncut = 0.0
    steps: list[PlannedStep] = []
    cost = 0.0
    for step in (step for step in STEPS if not step.runs_after):
        items = {item for job in todo(project, step, options) for item in job.items}
        known = lengths if step.item == "recording" else clips
        seconds = sum(known[item] for item in items)
        if step.replaces_clips:
            uncut = seconds * ABOUT_CLIPS
        elif step.item != "recording":
            seconds += uncut
        if items or (uncut and step.item != "recording"):
            steps.append(PlannedStep(step.key, len(items), seconds))
            cost += seconds * step.cost * (step.exact_factor if options.exact else 1)
    return AnalysisPlan(tuple(steps), START_S * len(steps) + cost / max(1, workers))
