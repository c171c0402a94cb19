"""Cleaned versions of the clips to export."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from curator.domain.clip import Clip
from curator.stages import Version
from curator.stages.cleaning.versions import Versions
from curator.store.project import Project


def with_versions(
    project: Project, clips: Sequence[Clip]
) -> tuple[list[Clip], Mapping[int, Version]]:
    """Clips with the spans to keep, and the versions of cleaned clips by clip id.

    Raises MissingSource if cleaned audio was deleted.
    """
    of_clips = project.cleanings.of_clips()
    if not of_clips:
        return list(clips), {}
    texts = {hash_: stored.text for hash_, stored in project.cleanings.recipes().items()}
    versions = Versions(project.cache, of_clips, texts)
    recordings = {recording.id: recording for recording in project.recordings.all()}
    cleaned = {
        clip.id: versions.of(clip.id, clip.span, recordings[clip.recording_id])
        for clip in clips
        if clip.id in versions.of_clips
    }
    return [
        replace(clip, span=cleaned[clip.id].span) if clip.id in cleaned else clip for clip in clips
    ], cleaned
