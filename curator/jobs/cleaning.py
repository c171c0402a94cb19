"""Cleaning of recordings and clips by a recipe: compute, guard, decide.

What the guard refuses stays as it was recorded. Decisions are returned as edits, so that whoever
owns the project makes them, as one act that can be undone.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from curator.audio.intake import sweep
from curator.domain.cleaning import (
    CleaningComparison,
    CleaningVerdict,
    ClipCleaned,
    Measures,
    compared,
    judged,
)
from curator.domain.decision import Changes, Edit, Field, Value
from curator.domain.recipe import Recipe, none, to_toml
from curator.jobs.context import JobContext
from curator.jobs.job import Job, Options
from curator.jobs.messages import WorkerResult
from curator.jobs.reanalyse import follow_cut
from curator.jobs.running import make_caches
from curator.jobs.versions import versions
from curator.jobs.worker_pool import WorkerPool, item_of
from curator.stages.cleaning.recipes import of_recordings
from curator.stages.cleaning.versions import Versions
from curator.store.project import Project

TRIED_CLIPS = 6
"""Of a recording, when recipes are compared: spread over it, the usual lengths."""

TRIED_S = (1.5, 12.0)

RESTORE_ORIGINAL = "Restore original audio"

Store = Callable[[Project, Sequence[WorkerResult]], None]


@dataclass
class Outcome:
    """Result of a cleaning. verdicts: by clip. failures: number of failed items."""

    recipe: Recipe
    verdicts: dict[int, CleaningVerdict] = field(default_factory=dict)
    measures: dict[int, Measures] = field(default_factory=dict)
    failures: int = 0

    @property
    def accepted(self) -> list[int]:
        """Clips accepted by the guard."""
        return [clip for clip, verdict in self.verdicts.items() if verdict.is_accepted]

    @property
    def refused(self) -> dict[int, CleaningVerdict]:
        """Clips rejected by the guard."""
        return {clip: its for clip, its in self.verdicts.items() if not its.is_accepted}


def clean(work: JobContext, options: Options, recipe: Recipe, clips: Collection[int]) -> Outcome:
    """Clean the recordings of these clips and check each clip with the guard.

    Existing versions and measurements are reused. Changes no decision; see ``edits``.
    """
    project = work.project
    sweep(project.cache)  # left over by a killed process
    outcome = Outcome(recipe)
    work.write(lambda owner: _know(owner, recipe))
    outcome.failures += make_caches(work)
    recordings = list(dict.fromkeys(number for _, number, _ in project.clips.spans(clips)))
    outcome.failures += make_cleaned(work, options, recipe, recordings)
    if of_recordings(recipe.steps):
        known = project.cleanings.measured(recipe.hash, clips)
        lacking = [clip for clip, _, _ in project.clips.spans(clips) if clip not in known]
        outcome.failures += _run(work, "guard", options, recipe, lacking, _store)
        outcome.measures = dict(project.cleanings.measured(recipe.hash, clips))
        outcome.verdicts = {clip: judged(its) for clip, its in outcome.measures.items()}
    else:  # it changes no sound, or nothing at all
        outcome.verdicts = {clip: CleaningVerdict((), "") for clip in clips}
    return outcome


def make_cleaned(
    work: JobContext, options: Options, recipe: Recipe, recordings: Sequence[int]
) -> int:
    """Create missing cleaned recordings; returns the number of failures."""
    if not of_recordings(recipe.steps):
        return 0
    made = Versions(work.project.cache, {}, {recipe.hash: to_toml(recipe)})
    lacking = [
        number
        for number in recordings
        if made.made(work.project.recordings.get(number), recipe.hash) is None
    ]
    return _run(work, "clean", options, recipe, lacking, lambda _project, _results: None)


def make_all_cleaned(work: JobContext, options: Options) -> int:
    """Recreate deleted cleaned recordings; returns the number of failures."""
    project, failures = work.project, 0
    wanted: dict[str, set[int]] = {}
    known = versions(project)
    for clip, number, _ in project.clips.spans(known.of_clips):
        wanted.setdefault(known.of_clips[clip], set()).add(number)
    for recipe, recordings in wanted.items():
        failures += make_cleaned(work, options, known.recipe(recipe), sorted(recordings))
    return failures


def edits(project: Project, outcome: Outcome, *, whole: bool) -> tuple[str, list[Edit]]:
    """Label and edits that set the recipe of accepted clips.

    whole: the recipe is for the recordings, and clips have it from them; a clip that was refused,
    or could not be judged, is then given the recipe that does nothing. Otherwise it is for the
    accepted clips alone, and refused ones stay as they are.
    """
    recipe, accepted = outcome.recipe, outcome.accepted
    label = label_of(outcome)
    if not whole:
        return label, [Edit(label, Field.RECIPE, dict.fromkeys(accepted, recipe.hash))]
    spans = project.clips.spans(outcome.verdicts)
    numbers: dict[int, Value] = {number: recipe.hash for _, number, _ in spans}
    good = set(accepted)
    own: dict[int, Value] = {
        clip: None if clip in good else none().hash
        for clip, number, _ in project.clips.spans()
        if number in numbers
    }
    return label, [
        Edit(label, Field.RECORDING_RECIPE, numbers),
        Edit(label, Field.RECIPE, own),
    ]


def label_of(outcome: Outcome) -> str:
    """Label of the operation."""
    return f"Clean by {outcome.recipe.name} ({_counted(len(outcome.accepted))})"


def as_recorded(project: Project, clips: Collection[int]) -> tuple[str, list[Edit]]:
    """Label and edits that restore the original audio of these clips."""
    label = f"{RESTORE_ORIGINAL} ({_counted(len(clips))})"
    hash_ = none().hash
    return label, [Edit(label, Field.RECIPE, dict.fromkeys(clips, hash_))]


def decide(work: JobContext, options: Options, outcome: Outcome, *, whole: bool) -> Changes | None:
    """Apply the decisions and re-analyse clips with a changed version."""
    label, acts = edits(work.project, outcome, whole=whole)
    acts = [act for act in acts if act.after]
    if not acts:
        return None
    changes = work.project.decisions.apply_all(label, acts)
    follow(work, options, list(outcome.verdicts))
    return changes


def follow(work: JobContext, options: Options, clips: Collection[int]) -> int:
    """Re-analyse clips with a changed version; returns the number of failures."""
    return follow_cut(work, options, clips)


def compare(
    work: JobContext, options: Options, recipes: Sequence[Recipe]
) -> dict[int, list[CleaningComparison]]:
    """Compare recipes on sample clips of each recording; results by recording."""
    project = work.project
    make_caches(work)
    tried = _tried(project)
    number_of = {clip: number for clip, number, _ in project.clips.spans(tried)}
    comparisons: dict[int, list[CleaningComparison]] = {
        number: [] for number in dict.fromkeys(number_of.values())
    }
    for recipe in recipes:
        results: list[ClipCleaned] = []

        def keep(
            _project: Project, part: Sequence[WorkerResult], results: list[ClipCleaned] = results
        ) -> None:
            results += [each for each in part if isinstance(each, ClipCleaned)]

        work.watcher.noted(f"Trying {recipe.name}.")
        _run(work, "try", options, recipe, tried, keep)
        by_number: dict[int, list[Measures]] = {}
        for each in results:
            by_number.setdefault(number_of[each.clip_id], []).append(each.measures)
        for number, its in by_number.items():
            comparisons[number].append(compared(recipe.name, its))
    return comparisons


def _tried(project: Project) -> list[int]:
    """Sample clips spread over each recording, preferring usual lengths."""
    rates = {recording.id: recording.rate for recording in project.recordings.all()}
    by_number: dict[int, list[int]] = {}
    usual: dict[int, list[int]] = {}
    for clip, number, span in project.clips.spans():
        by_number.setdefault(number, []).append(clip)
        if TRIED_S[0] <= span.seconds(rates[number]) <= TRIED_S[1]:
            usual.setdefault(number, []).append(clip)
    chosen: list[int] = []
    for number, clips in by_number.items():
        its = usual.get(number, clips)
        step = max(1.0, len(its) / TRIED_CLIPS)
        chosen += [its[int(place * step)] for place in range(min(TRIED_CLIPS, len(its)))]
    return chosen


def _know(project: Project, recipe: Recipe) -> None:
    project.cleanings.add_recipe(recipe)
    project.cleanings.add_recipe(none())


def _store(project: Project, results: Sequence[WorkerResult]) -> None:
    project.cleanings.add(each for each in results if isinstance(each, ClipCleaned))


def _run(
    work: JobContext,
    stage: str,
    options: Options,
    recipe: Recipe,
    items: Sequence[int],
    store: Store,
) -> int:
    """Run a cleaning job in worker processes; returns the number of failures."""
    work.look_up()
    if not items:
        return 0
    project = work.project
    recordings = {recording.id: recording for recording in project.recordings.all()}
    if stage == "clean":
        seconds = {number: each.seconds for number, each in recordings.items()}
    else:
        seconds = {
            clip: span.seconds(recordings[number].rate)
            for clip, number, span in project.clips.spans(items)
        }
    work.watcher.started(stage, len(items), sum(seconds[item] for item in items))
    pool = WorkerPool(
        work,
        store=store,
        describe=lambda item: recordings[item].name if stage == "clean" else f"clip {item}",
        seconds_of=lambda result: seconds[item_of(result)],
    )
    pool.do(Job(stage, str(project.path), options, tuple(items), recipe=to_toml(recipe)), items)
    work.watcher.finished()
    return pool.failures


def _counted(clips: int) -> str:
    return "1 clip" if clips == 1 else f"{clips} clips"
