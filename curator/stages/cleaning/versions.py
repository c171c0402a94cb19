"""Which version of a clip would be exported: as recorded, or cleaned by a recipe."""

from collections.abc import Mapping
from pathlib import Path

from curator.audio.cache import cached16
from curator.audio.derived import derived_recording, is_ready
from curator.audio.waveform import CACHE_RATE, Waveform
from curator.domain.errors import MissingSource, printable
from curator.domain.recipe import Recipe, RecipeStep, hash_of
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.stages import Version
from curator.stages.cleaning.clean import kept_of_clip
from curator.stages.cleaning.recipes import of_clips, of_recordings, parsed


def derived(recording: Recording, cache: Path, steps: tuple[RecipeStep, ...]) -> Recording | None:
    """The recording as the steps made it; None where that is not (or no longer) there."""
    steps = of_recordings(steps)
    if not steps:
        return recording
    cleaned = derived_recording(recording, cache, hash_of(steps))
    return cleaned if is_ready(cleaned, cache) else None


class Versions:
    """The versions of a project's clips.

    of_clips: recipe hash by clip. texts: the recipes, by hash.
    """

    def __init__(self, cache: Path, of_clips: Mapping[int, str], texts: Mapping[str, str]) -> None:
        self._cache = cache
        self._texts = texts
        self._recipes: dict[str, Recipe] = {}
        self._made: dict[tuple[int, str], Recording | None] = {}
        self.of_clips = {
            clip: recipe for clip, recipe in of_clips.items() if self.recipe(recipe).steps
        }
        """The recipe of every clip that is cleaned."""

    def recipe(self, recipe: str) -> Recipe:
        """The recipe with this hash."""
        if recipe not in self._recipes:
            self._recipes[recipe] = parsed(self._texts[recipe])
        return self._recipes[recipe]

    def of(self, clip: int, span: Span, recording: Recording) -> Version:
        """Audio of a clip's version; MissingSource when the cleaned audio is missing."""
        hash_ = self.of_clips.get(clip)
        if hash_ is None:
            return Version(recording, span, None)
        steps = self.recipe(hash_).steps
        cleaned = self.made(recording, hash_)
        if cleaned is None:
            name = self.recipe(hash_).name
            raise MissingSource(
                f"{printable(recording.name)} cleaned by {name!r} is not in the cache any more.",
                "Run: curator clean PROJECT; it makes again what is missing.",
            )
        trims = of_clips(steps)
        if trims:
            span = self._kept(cleaned, recording, span, trims)
        return Version(cleaned, span, hash_)

    def made(self, recording: Recording, recipe: str) -> Recording | None:
        """A recording as a recipe made it, or None."""
        key = (recording.id, recipe)
        if key not in self._made:
            self._made[key] = derived(recording, self._cache, self.recipe(recipe).steps)
        return self._made[key]

    def _kept(
        self, cleaned: Recording, imported: Recording, span: Span, trims: tuple[RecipeStep, ...]
    ) -> Span:
        samples16 = cached16(self._cache, cleaned.cache_key)
        span16 = span.at_rate(imported.rate, CACHE_RATE).within(len(samples16))
        wave = Waveform.from_int16(samples16[span16.start : span16.stop], CACHE_RATE)
        kept = kept_of_clip(wave, trims).at_rate(CACHE_RATE, imported.rate)
        stop = span.stop if kept.stop >= span.samples else span.start + kept.stop
        return Span(min(span.start + kept.start, stop), stop)
