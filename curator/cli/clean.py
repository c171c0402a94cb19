"""Command ``clean``: clean recordings and clips by a recipe."""

import json
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence

from curator.cli.cluster import job_context
from curator.domain.cleaning import CleaningComparison, best
from curator.domain.errors import CuratorError, printable
from curator.domain.recipe import NOTHING
from curator.jobs.job import Options

BULK = 50
"""Changes of this many clips or more are backed up first."""

SHOWN = 10  # clips listed per verdict


def clean(arguments: Namespace) -> int:
    """Clean by a recipe, list or compare recipes, or rebuild deleted cleaned audio."""
    options = Options(whisper=arguments.whisper, device=arguments.device)
    if arguments.list:
        return _list(arguments)
    if arguments.compare:
        return _compare(arguments, options)
    if not arguments.recipes:
        return _rebuild(arguments, options)
    if len(arguments.recipes) > 1:
        raise CuratorError("Several recipes were given.", "Name one, or add --compare.")
    return _clean(arguments, options)


def _list(arguments: Namespace) -> int:
    from curator.stages.cleaning.cleaners import info_of
    from curator.stages.cleaning.recipes import read_recipe, recipe_names

    for name in [NOTHING, *recipe_names()]:
        recipe = read_recipe(name)
        steps = ", ".join(info_of(step.cleaner).label for step in recipe.steps)
        if arguments.json:
            _print_json(name=name, hash=recipe.hash, use=recipe.use, steps=steps)
        else:
            sys.stdout.write(f"{name:<12}{recipe.use}\n{'':<12}{steps or 'nothing'}\n")
    return 0


def _clean(arguments: Namespace, options: Options) -> int:
    from curator.jobs import cleaning
    from curator.jobs.queries import read_query
    from curator.stages.cleaning.recipes import read_recipe
    from curator.store.project import Project

    recipe = read_recipe(arguments.recipes[0])
    with Project.open(arguments.project) as project, job_context(project, arguments) as work:
        whole = arguments.query is None
        clips = project.clips.ids(None if whole else read_query(project, arguments.query))
        if not clips:
            raise CuratorError(
                "No clip matches the query.", "See: curator clips PROJECT --query Q."
            )
        if len(clips) >= BULK:
            project.backup("before cleaning many clips")
        outcome = cleaning.clean(work, options, recipe, clips)
        changes = cleaning.decide(work, options, outcome, whole=whole)
        undone = len(clips) - len(outcome.verdicts)
    if arguments.json:
        for clip, verdict in outcome.verdicts.items():
            _print_json(clip=clip, accepted=verdict.is_accepted, did=verdict.sentence,
                 reasons=list(verdict.refused))  # fmt: skip
        return 1 if outcome.failures else 0
    sys.stdout.write(f"{changes.label}.\n" if changes and changes.clips else "Nothing to change.\n")
    for clip in outcome.accepted[:SHOWN]:
        if sentence := outcome.verdicts[clip].sentence:
            sys.stdout.write(f"{clip:>6}  {sentence}\n")
    for clip, verdict in list(outcome.refused.items())[:SHOWN]:
        sys.stdout.write(f"{clip:>6}  refused: {'; '.join(verdict.refused)}\n")
    if outcome.refused:
        sys.stdout.write(f"Refused, left as recorded: {len(outcome.refused)}.\n")
    if undone:
        sys.stdout.write(f"Not measured, left unchanged: {undone}.\n")
    return 1 if outcome.failures else 0


def _rebuild(arguments: Namespace, options: Options) -> int:
    """Rebuild cleaned audio that was deleted."""
    from curator.jobs import cleaning
    from curator.store.project import Project

    with Project.open(arguments.project) as project, job_context(project, arguments) as work:
        failures = cleaning.make_all_cleaned(work, options)
    if not arguments.json:
        sys.stdout.write(
            "All cleaned audio is present.\n"
            if not failures
            else "Some cleaned audio is missing.\n"
        )
    return 1 if failures else 0


def _compare(arguments: Namespace, options: Options) -> int:
    from curator.jobs import cleaning
    from curator.stages.cleaning.recipes import read_recipe, usable_recipes
    from curator.store.project import Project

    wanted = [read_recipe(name) for name in arguments.recipes] or usable_recipes()
    with Project.open(arguments.project) as project, job_context(project, arguments) as work:
        compared = cleaning.compare(work, options, wanted)
        names = {each.id: printable(each.name) for each in project.recordings.all()}
    for number, comparisons in compared.items():
        if arguments.json:
            _print_json(
                recording=names[number],
                best=best(comparisons),
                recipes=[_as_json(each) for each in comparisons],
            )
        else:
            _write_table(names[number], comparisons)
    if not compared and not arguments.json:
        sys.stdout.write("There are no clips yet. Run: curator analyse PROJECT\n")
    return 0


def _write_table(name: str, comparisons: Sequence[CleaningComparison]) -> None:
    chosen = best(comparisons)
    sys.stdout.write(f"{name}: {chosen}\n")
    sys.stdout.write(f"  {'recipe':<12}{'clips':>6}{'refused':>9}{'overall':>16}{'voice':>16}\n")
    for each in comparisons:
        overall = f"{each.overall.before:.2f} -> {each.overall.after:.2f}"
        voice = each.similarity
        similarity = f"{voice.before:.2f} -> {voice.after:.2f}" if voice else "-"
        mark = "  best" if each.recipe == chosen else ""
        figures = f"{each.clips:>6}{each.refused:>9.0%}{overall:>16}{similarity:>16}"
        sys.stdout.write(f"  {each.recipe:<12}{figures}{mark}\n")


def _as_json(each: CleaningComparison) -> Mapping[str, object]:
    return {
        "recipe": each.recipe,
        "clips": each.clips,
        "refused": round(each.refused, 4),
        "overall": [round(each.overall.before, 4), round(each.overall.after, 4)],
        "similarity": None
        if each.similarity is None
        else [round(each.similarity.before, 4), round(each.similarity.after, 4)],
    }


def _print_json(**values: object) -> None:
    sys.stdout.write(json.dumps(values, ensure_ascii=False) + "\n")
