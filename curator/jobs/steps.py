"""Jobs of the analysis stages: what is missing (parent process) and computing it (worker)."""

from collections.abc import Callable
from pathlib import Path

from curator.audio.intake import take_in
from curator.domain.errors import CuratorError, printable
from curator.domain.fact import ClipFact
from curator.jobs.cleaning_worker import STAGES as CLEANING
from curator.jobs.cleaning_worker import serve_cleaning
from curator.jobs.fingerprints import STAGE as FINGERPRINT
from curator.jobs.fingerprints import serve_fingerprints
from curator.jobs.job import Job, Options, path_of
from curator.jobs.learning import learn
from curator.jobs.messages import Message, Taken, TakenIn
from curator.jobs.stage_inputs import StageInputs
from curator.jobs.step_table import TRANSCRIBE, WORDS, Step, release_transcriber, step_of
from curator.jobs.versions import marked, versions
from curator.stages import Failed
from curator.store.project import Project

DECODING_BYTES = 1 << 30
"""What a worker may take to decode files; a few MB are needed, whatever a file's length."""

TRANSCRIBING = frozenset({TRANSCRIBE, WORDS, "guard", "try"})
"""Stages that load the transcriber."""


def todo(project: Project, step: Step, options: Options) -> list[Job]:
    """Jobs for items without facts of a stage; one job per group of scorers."""
    return [
        Job(step.key, str(project.path), options, tuple(items), scorers=scorers)
        for scorers, items in step.missing(project, options).items()
    ]


def serve(job: Job, say: Callable[[Message], None]) -> None:
    """Run a job, sending each result as soon as it is computed."""
    if job.stage not in TRANSCRIBING:
        release_transcriber()
    if job.stage == "import":
        _import_files(job, say)
        return
    with Project.open(Path(job.project), write=False, sound=job.sound) as project:
        if job.stage == "suggest":
            learn(project, say)
        elif job.stage == FINGERPRINT:
            serve_fingerprints(project, job, say)
        elif job.stage in CLEANING:
            serve_cleaning(project, job, say)
        else:
            _analyse(project, job, say)


def _analyse(project: Project, job: Job, say: Callable[[Message], None]) -> None:
    step = step_of(job.stage)
    recipes = versions(project).of_clips
    for result in step.run(StageInputs(project, job, say)):
        if isinstance(result, ClipFact) and step.item == "clip":
            say(marked(result, recipes))  # under the name of the clip's cleaning recipe
        else:
            say(result)


def _import_files(job: Job, say: Callable[[Message], None]) -> None:
    for place in job.items:
        path = path_of(job.paths[place])
        say(Taken(place))
        try:
            intake = take_in(path, Path(job.project) / "cache", job.choices[place])
        except CuratorError as error:
            say(Failed(place, str(error)))
        except MemoryError:
            name, most = printable(path.name), DECODING_BYTES >> 20
            say(Failed(place, f"{name}: decoding needs more than {most} MB of memory."))
        else:
            say(TakenIn(place, intake))
