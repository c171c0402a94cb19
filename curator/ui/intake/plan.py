"""Plan of the analysis: steps with something to do and the estimated time."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from curator.audio.cache import cached_peaks
from curator.audio.peaks import Pairs
from curator.domain.span import Span
from curator.jobs.context import JobContext
from curator.jobs.job import Options
from curator.store.project import Project
from curator.ui.intake.recordings_model import FileState

ABOUT_CLIPS = 0.8
"""Typical share of a recording that becomes clips."""


WAVE_POINTS = 256
"""Columns of a waveform in the list."""

WAVES_AT_ONCE = 200
"""Waveforms that are read before they are shown; a library of recordings takes a while."""

START_S = 2.0
"""Start-up time of a step's processes."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """Step with something to do. items: 0 if unknown. seconds: of audio.

    cost: estimated seconds of work for a second of audio, with the configured processes.
    """

    step: str
    items: int
    seconds: float
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class AnalysisPlan:
    """Steps to do. guess_s: estimated seconds with the configured number of processes.

    done: completed share of the analysis by recording id, 0..1.
    """

    steps: tuple[PlannedStep, ...]
    guess_s: float
    done: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Survey:
    """Languages, clip counts and file states by recording id, and the plan."""

    languages: dict[int, str]
    clips: dict[int, int]
    files: dict[int, FileState]
    plan: AnalysisPlan


def survey(work: JobContext, options: Options, workers: int) -> Survey:
    """Survey the project; runs in a thread, as changed files are read.

    workers: number of processes of the analysis.
    """
    project = work.project
    languages: dict[int, str] = {}
    recordings = project.recordings.all()
    for recording in recordings:
        transcript = project.facts.recording_transcript(recording.id)
        if transcript is not None:
            languages[recording.id] = transcript.language
    clips: dict[int, int] = {}
    for _, number, _ in project.clips.spans():
        clips[number] = clips.get(number, 0) + 1
    plan = make_plan(work.project, options, workers)
    return Survey(languages, clips, files_of(work), plan)


def waves_of(work: JobContext, drawn: frozenset[str]) -> dict[str, Pairs]:
    """Waveforms of whole recordings by cache key, from the peaks that the import has stored.

    At most WAVES_AT_ONCE. drawn: cache keys of those that are there already.
    """
    waves: dict[str, Pairs] = {}
    for recording in work.project.recordings.all():
        work.look_up()
        if recording.cache_key not in drawn:
            with suppress(OSError, ValueError):  # not made yet, or damaged
                peaks = cached_peaks(work.project.cache, recording.cache_key)
                waves[recording.cache_key] = peaks.seen(Span(0, peaks.samples), WAVE_POINTS)
        if len(waves) == WAVES_AT_ONCE:
            break
    return waves


def files_of(work: JobContext) -> dict[int, FileState]:
    """File states by recording id. Only files with a new size or date are read."""
    from curator.export.sources import source_fault

    states = {}
    for recording in work.project.recordings.all():
        work.look_up()
        fault = source_fault(recording, thorough=False, is_stopped=work.stop.is_set)
        missing = fault is not None and fault.reason_key == "source_missing"
        state = FileState.MISSING if missing else FileState.CHANGED if fault else FileState.THERE
        states[recording.id] = state
    return states


def make_plan(project: Project, options: Options, workers: int) -> AnalysisPlan:
    """Return the steps that have something to do, in order."""
    from curator.jobs.step_table import STEPS
    from curator.jobs.steps import todo

    recordings = {recording.id: recording for recording in project.recordings.all()}
    lengths = {number: recording.seconds for number, recording in recordings.items()}
    spans = project.clips.spans()
    clips = {clip: span.seconds(recordings[number].rate) for clip, number, span in spans}
    recording_of = {clip: number for clip, number, _ in spans}
    whole, left = dict.fromkeys(lengths, 0.0), dict.fromkeys(lengths, 0.0)
    uncut_recordings: set[int] = set()
    uncut = 0.0
    steps: list[PlannedStep] = []
    guess_s = 0.0
    for step in (step for step in STEPS if not step.runs_after and not step.on_request):
        items = {item for job in todo(project, step, options) for item in job.items}
        known = lengths if step.item == "recording" else clips
        seconds = sum(known[item] for item in items)
        for number, length in lengths.items() if step.item != "set" else ():
            whole[number] += length * step.cost
            if step.item == "clip" and number in uncut_recordings:
                left[number] += length * step.cost
        for item in items if step.item != "set" else ():
            number = item if step.item == "recording" else recording_of[item]
            left[number] += known[item] * step.cost
        if step.replaces_clips:
            uncut_recordings = items
            uncut = seconds * ABOUT_CLIPS
        elif step.item != "recording":
            seconds += uncut
        if items or (uncut and step.item != "recording"):
            exact = step.exact_factor if options.exact else 1.0
            planned = PlannedStep(
                step.key, len(items), seconds, step.cost * exact / max(1, workers)
            )
            steps.append(planned)
            guess_s += START_S + seconds * planned.cost
    done = {
        number: max(0.0, 1.0 - left[number] / whole[number]) for number in lengths if whole[number]
    }
    return AnalysisPlan(tuple(steps), guess_s, done)
