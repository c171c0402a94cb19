"""The analysis of a project: every stage in order, on the items that lack its facts."""

from collections.abc import Collection, Mapping, Sequence

from curator.domain.errors import printable
from curator.jobs.cleaning import make_all_cleaned
from curator.jobs.context import JobContext
from curator.jobs.derived_facts import conclude
from curator.jobs.job import Options
from curator.jobs.map_placement import place_new
from curator.jobs.overlap import can_overlap, transcribe_and_analyse
from curator.jobs.running import make_caches, run_step
from curator.jobs.step_table import TRANSCRIBE, WORDS, Step, chosen_steps, transcriber_choice
from curator.stages.transcription.transcribers import languages_of, require_language


def analyse(work: JobContext, options: Options, only: Collection[str] = ()) -> int:
    """Run the stages that are not done yet; returns the number of items that failed.

    only: keys of stages; empty for all. Decisions are never changed.
    """
    steps = chosen_steps(only)
    if any(step.key in (TRANSCRIBE, WORDS) for step in steps):
        _check_transcriber(work, options)
    _say_notes(work, steps, options)
    failures = make_caches(work) + make_all_cleaned(work, options)
    failed: Mapping[str, Collection[int]] = {}
    if can_overlap(work, steps, options):
        failed = transcribe_and_analyse(work, steps, options)
        failures += sum(map(len, failed.values()))
    for step in steps:
        failures += run_step(work, step, options, failed.get(step.key, ()))
        if step.has_vectors:
            place_new(work)
    conclude(work.project, work.write)
    return failures


def _check_transcriber(work: JobContext, options: Options) -> None:
    """Raise MissingModel if the transcriber does not know the project's language.

    In a project without one, a note says that a model of one language cannot detect it.
    """
    choice, language = transcriber_choice(work.project, options), work.project.settings.language
    require_language(choice, language)
    if not language and languages_of(choice) == frozenset({"en"}):
        work.watcher.noted(
            f"{choice} transcribes English only: all recordings are taken to be English."
            " Use a multilingual model to detect their languages."
        )


def _say_notes(work: JobContext, steps: Sequence[Step], options: Options) -> None:
    """Say what was unusual about the recordings that are analysed now, and what was done."""
    items = {
        item
        for step in steps
        if step.item == "recording"
        for its in step.missing(work.project, options).values()
        for item in its
    }
    for recording in work.project.recordings.all():
        if recording.id in items:
            for note in recording.notes:
                work.watcher.noted(f"{printable(recording.name)}: {note}")
