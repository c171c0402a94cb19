"""Facts about the version of a clip that would be exported: as recorded, or cleaned.

Their producer names the recipe, so that a fact about another version counts as missing.
"""

from dataclasses import replace

from curator.domain.fact import ClipFact, Fact, Producer
from curator.stages.cleaning.versions import Versions
from curator.store.project import Project

MARK = 12  # characters of a recipe's hash in a producer's options


def versions(project: Project) -> Versions:
    """Current version of each clip: as recorded, or its cleaning recipe."""
    recipes = project.cleanings.of_clips()
    if not recipes:
        return Versions(project.cache, {}, {})
    texts = {hash_: stored.text for hash_, stored in project.cleanings.recipes().items()}
    return Versions(project.cache, recipes, texts)


def producer_for(producer: Producer, recipe: str | None) -> Producer:
    """Producer of facts about clips cleaned by this recipe."""
    if recipe is None:
        return producer
    return replace(producer, options=f"{producer.options}+{recipe[:MARK]}")


def marked(fact: ClipFact, of_clips: dict[int, str]) -> ClipFact:
    """The fact with the producer of the clip's version."""
    recipe = of_clips.get(fact.clip_id)
    if recipe is None:
        return fact
    return replace(fact, made_by=producer_for(fact.made_by, recipe))


def missing(project: Project, producer: Producer, kind: type[Fact]) -> list[int]:
    """Clips without this fact for their current version, by recording and time."""
    of_clips = versions(project).of_clips
    lacking = project.facts.missing(producer, kind)
    if not of_clips:
        return lacking
    wanting = {clip for clip in lacking if clip not in of_clips}
    for recipe in set(of_clips.values()):
        by_recipe = project.facts.missing(producer_for(producer, recipe), kind)
        wanting |= {clip for clip in by_recipe if of_clips.get(clip) == recipe}
    return [clip for clip, _, _ in project.clips.spans(wanting)]
