"""Sounds of a clip before and after cleaning, and their difference."""

from dataclasses import dataclass

import numpy as np

from curator.audio.encode import resampled
from curator.audio.excerpts import Excerpts
from curator.audio.waveform import Samples, Waveform
from curator.domain.errors import MissingSource
from curator.domain.recipe import Recipe, to_toml
from curator.stages.cleaning.versions import Versions
from curator.store.project import Project
from curator.ui.sound.loudness import matching_gain, measure
from curator.ui.sound.playable import PlayableClip

FAINT = 1e-4
"""Peak below which a sound is not amplified: rounding noise."""


@dataclass(frozen=True, slots=True, eq=False)
class ClipVersions:
    """Three sounds, aligned to the sample and loudness-matched. recipe: hash.

    after, removed: None until the recipe was tried on the recording.
    """

    clip: int
    recipe: str
    before: PlayableClip
    after: PlayableClip | None = None
    removed: PlayableClip | None = None


def read_versions(project: Project, clip: int, recipe: Recipe, rate: int) -> ClipVersions:
    """Read a clip before and after a recipe. rate: Hz of the sounds.

    Raises MissingSource or UnreadableAudio.
    """
    row = project.clips.get(clip)
    recording = project.recordings.get(row.recording_id)
    versions = Versions(project.cache, {clip: recipe.hash}, {recipe.hash: to_toml(recipe)})
    with Excerpts() as excerpts:
        before = resampled(excerpts.read(recording, row.span), rate).samples
        try:
            version = versions.of(clip, row.span, recording)
        except MissingSource:  # not cleaned yet, or deleted since
            return ClipVersions(clip, recipe.hash, _matched(before, rate, clip))
        cleaned = excerpts.read(version.recording, version.span_in(recording))
    span = version.span.shifted(-row.span.start).at_rate(recording.rate, rate)
    after = aligned(resampled(cleaned, rate), span.start, before.size)
    removed = before - after
    return ClipVersions(
        clip,
        recipe.hash,
        _matched(before, rate, clip),
        _matched(after, rate, clip),
        _matched(removed, rate, clip),
    )


def aligned(wave: Waveform, start: int, size: int) -> Samples:
    """Place a wave at ``start`` in silence of ``size`` samples; trimmed edges are silent."""
    placed = np.zeros(size, np.float32)
    part = wave.samples[: max(0, size - start)]
    placed[start : start + part.size] = part
    return placed


def _matched(samples: Samples, rate: int, clip: int) -> PlayableClip:
    """Loudness-matched sound, independent of the player's setting."""
    sound = PlayableClip.of(np.array(samples, np.float32), rate, clip)
    if samples.size and float(np.abs(samples).max()) > FAINT:
        measure(sound)
        sound.samples *= np.float32(matching_gain(sound))
        sound.loudness = None  # so that the player does not match again
    return sound
