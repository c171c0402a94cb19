"""A clip before and after cleaning, and what was taken away. Read beside the window."""

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
"""Peak below which nothing is made louder: rounding, not sound."""


@dataclass(frozen=True, slots=True, eq=False)
class CleanedSounds:
    """The three sounds, aligned sample by sample and equally loud. recipe: its hash.

    after, removed: None while the recipe was not tried on the recording.
    """

    clip: int
    recipe: str
    before: PlayableClip
    after: PlayableClip | None = None
    removed: PlayableClip | None = None


def hear(project: Project, clip: int, recipe: Recipe, rate: int) -> CleanedSounds:
    """Read a clip as it was recorded and as the recipe made it, at ``rate`` Hz.

    MissingSource or UnreadableAudio where the recording cannot be read.
    """
    found = project.clips.get(clip)
    recording = project.recordings.get(found.recording_id)
    versions = Versions(project.cache, {clip: recipe.hash}, {recipe.hash: to_toml(recipe)})
    with Excerpts() as excerpts:
        before = resampled(excerpts.read(recording, found.span), rate).samples
        try:
            version = versions.of(clip, found.span, recording)
        except MissingSource:  # not made yet, or deleted since
            return CleanedSounds(clip, recipe.hash, _as_loud(before, rate, clip))
        made = excerpts.read(version.recording, version.span_in(recording))
    kept = version.span.shifted(-found.span.start).at_rate(recording.rate, rate)
    after = aligned(resampled(made, rate), kept.start, before.size)
    removed = before - after
    return CleanedSounds(
        clip,
        recipe.hash,
        _as_loud(before, rate, clip),
        _as_loud(after, rate, clip),
        _as_loud(removed, rate, clip),
    )


def aligned(wave: Waveform, start: int, size: int) -> Samples:
    """The sound from ``start`` on in silence of that size: what was trimmed is silent."""
    placed = np.zeros(size, np.float32)
    part = wave.samples[: max(0, size - start)]
    placed[start : start + part.size] = part
    return placed


def _as_loud(samples: Samples, rate: int, clip: int) -> PlayableClip:
    """As loud as the others, whatever the person's player is set to."""
    sound = PlayableClip.of(np.array(samples, np.float32), rate, clip)
    if samples.size and float(np.abs(samples).max()) > FAINT:
        measure(sound)
        sound.samples *= np.float32(matching_gain(sound))
        sound.loudness = None  # nothing is left to match
    return sound
