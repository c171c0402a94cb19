"""Selection of clips to clean, and the state of each clip for a recipe."""

from collections.abc import Mapping
from dataclasses import dataclass

from curator.domain.cleaning import CleaningVerdict, judged
from curator.domain.errors import printable
from curator.domain.recipe import NOTHING, Recipe
from curator.jobs.context import JobContext
from curator.store.project import Project

MAX_LISTED = 2000
"""Most clips in the table; further ones are cleaned but not listed."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Clips by id, else all of a recording, else those of a query ("" for all)."""

    clips: tuple[int, ...] = ()
    recording: int | None = None
    query: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the scope is whole recordings."""
        return not self.clips and (self.recording is not None or not self.query)

    def ids(self, project: Project) -> list[int]:
        """Ids of the clips, as the project is now."""
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
    """Clips of a scope, with their state for a recipe (hash).

    count: of all clips; clips: those listed. recordings: names by clip. verdicts: if tried.
    recipes: name of the current recipe, by cleaned clip.
    """

    scope: Scope
    recipe: str
    count: int
    clips: tuple[int, ...]
    recordings: Mapping[int, str]
    verdicts: Mapping[int, CleaningVerdict]
    recipes: Mapping[int, str]


def list_clips(project: Project, scope: Scope, recipe: Recipe) -> ScopeListing:
    """Read the clips of a scope with their state for a recipe."""
    clips = scope.ids(project)
    shown = clips[:MAX_LISTED]
    names = {each.id: printable(each.name) for each in project.recordings.all()}
    recipes = {hash_: stored.name for hash_, stored in project.cleanings.recipes().items()}
    measured = project.cleanings.measured(recipe.hash, shown)
    cleaned = project.cleanings.of_clips()
    return ScopeListing(
        scope,
        recipe.hash,
        len(clips),
        tuple(shown),
        {clip: names[number] for clip, number, _ in project.clips.spans(shown)},
        {clip: judged(measures) for clip, measures in measured.items()},
        {clip: recipes.get(cleaned[clip], NOTHING) for clip in shown if clip in cleaned},
    )


def read_recipes(work: JobContext) -> list[Recipe]:
    """Return usable recipes: built-in ones and those the project has used."""
    from curator.stages.cleaning.recipes import parsed, usable_recipes

    recipes = {recipe.hash: recipe for recipe in usable_recipes()}
    for hash_, stored in work.project.cleanings.recipes().items():
        recipe = parsed(stored.text, stored.name)
        if recipe.steps:
            recipes.setdefault(hash_, recipe)
    return list(recipes.values())
