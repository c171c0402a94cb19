"""Exported versions of clips: cut from the recording or from its cleaned version."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from curator.domain.clip import Clip
from curator.stages import Version
from curator.stages.cleaning.versions import Versions
from curator.store.project import Project


def with_versions(
    project: Project, clips: Sequence[Clip]
) -> tuple[list[Clip], Mapping[int, Version]]:
    """Clips with their kept spans, and the cleaned versions of those that have one.

    MissingSource when cleaned sound was deleted and not made again.
    """
    of_clips = project.cleanings.of_clips()
    if not of_clips:
        return list(clips), {}
    texts = {hash_: stored.text for hash_, stored in project.cleanings.recipes().items()}
    known = Versions(project.cache, of_clips, texts)
    recordings = {recording.id: recording for recording in project.recordings.all()}
    found = {
        clip.id: known.of(clip.id, clip.span, recordings[clip.recording_id])
        for clip in clips
        if clip.id in known.of_clips
    }
    kept = [replace(clip, span=found[clip.id].span) if clip.id in found else clip for clip in clips]
    return kept, found
