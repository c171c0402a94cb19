"""Which clips are to be cleaned, and how they stand with a recipe. Read beside the window."""

from collections.abc import Mapping
from dataclasses import dataclass

from curator.domain.cleaning import CleaningVerdict, judged
from curator.domain.errors import printable
from curator.domain.recipe import NOTHING, Recipe
from curator.jobs.context import Work
from curator.store.project import Project

MOST_LISTED = 2000
"""Clips in the list; more are cleaned, but nobody reads so many."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Clips by number, else all of a recording, else those of a query ("" for all there are)."""

    clips: tuple[int, ...] = ()
    recording: int | None = None
    query: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether it is about whole recordings."""
        return not self.clips and (self.recording is not None or not self.query)

    def ids(self, project: Project) -> list[int]:
        """The clips, as the project is now."""
        if self.clips:
            return [clip for clip, _, _ in project.clips.spans(self.clips)]
        if self.recording is not None:
            spans = project.clips.spans()
            return [clip for clip, number, _ in spans if number == self.recording]
        if not self.query:
            return list(project.clips.ids())
        from curator.jobs.queries import read_query

        return list(project.clips.ids(read_query(project, self.query)))


@dataclass(frozen=True, slots=True)
class ScopeListing:
    """How the clips of a scope stand with a recipe.

    verdicts: of those that were tried. recordings: names by clip. now: what each is cleaned by.
    """

    scope: Scope
    recipe: str
    count: int
    clips: tuple[int, ...]
    recordings: Mapping[int, str]
    verdicts: Mapping[int, CleaningVerdict]
    now: Mapping[int, str]


def list_clips(project: Project, scope: Scope, recipe: Recipe) -> ScopeListing:
    """Find out how they stand."""
    clips = scope.ids(project)
    shown = clips[:MOST_LISTED]
    names = {each.id: printable(each.name) for each in project.recordings.all()}
    known = {hash_: stored.name for hash_, stored in project.cleanings.recipes().items()}
    measured = project.cleanings.measured(recipe.hash, shown)
    chosen = project.cleanings.of_clips()
    return ScopeListing(
        scope,
        recipe.hash,
        len(clips),
        tuple(shown),
        {clip: names[number] for clip, number, _ in project.clips.spans(shown)},
        {clip: judged(its) for clip, its in measured.items()},
        {clip: known.get(chosen[clip], NOTHING) for clip in shown if clip in chosen},
    )


def recipes_of(work: Work) -> list[Recipe]:
    """The recipes that can be used here: the program's, and those the project has used before."""
    from curator.stages.cleaning.recipes import parsed, usable_recipes

    found = {recipe.hash: recipe for recipe in usable_recipes()}
    for hash_, stored in work.project.cleanings.recipes().items():
        recipe = parsed(stored.text, stored.name)
        if recipe.steps:
            found.setdefault(hash_, recipe)
    return list(found.values())
