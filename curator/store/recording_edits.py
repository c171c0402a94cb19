"""Edits of recordings: licence and consent, removal and restoration.

A removed recording keeps its row, and its clips their facts and decisions, so that undo or a second
import brings everything back.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curator.domain.decision import PROJECT, Edit, Field, Value
from curator.domain.errors import printable
from curator.store.project import Project

NAMED = 3
"""Number of recordings that a label names; more are counted."""


@dataclass(frozen=True, slots=True)
class RecordingEdit:
    """Edits that are undone together, with their label."""

    label: str
    edits: Sequence[Edit]


def set_rights(
    project: Project, recordings: Sequence[int], *, licence: str | None, consent: str | None
) -> RecordingEdit:
    """Set licence and consent of recordings; None leaves one as it is."""
    edits, names = [], []
    for field, value in ((Field.LICENCE, licence), (Field.CONSENT, consent)):
        if value is not None:
            names.append(field.value)
            edits.append(Edit("", field, dict.fromkeys(recordings, value)))
    label = f"Set {' and '.join(names)}: {_named(project, recordings)}"
    return RecordingEdit(label, edits)


def removal(project: Project, recordings: Sequence[int]) -> RecordingEdit:
    """Remove recordings with their clips."""
    removed = dict(project.recordings.removed())
    gone: dict[int, Value] = {}
    for number in recordings:
        clips = project.clips.origins(number)
        removed[number] = clips
        gone |= dict.fromkeys(clips)
    edits = [Edit("", Field.PRESENCE, gone)] if gone else []
    edits.append(_removed(removed))
    return RecordingEdit(f"Remove recording: {_named(project, recordings)}", edits)


def restoration(project: Project, recording: int) -> RecordingEdit:
    """Bring a removed recording back with the clips it had."""
    removed = dict(project.recordings.removed())
    clips: dict[int, Value] = dict(removed.pop(recording))
    missing = {clip for clip, _, _ in project.clips.spans(list(clips))}
    back = {clip: origin for clip, origin in clips.items() if clip not in missing}
    edits = [_removed(removed)]
    if back:
        edits.append(Edit("", Field.PRESENCE, back))
    return RecordingEdit(f"Restore recording: {_named(project, [recording])}", edits)


def _removed(removed: Mapping[int, Mapping[int, str]]) -> Edit:
    return Edit("", Field.REMOVED, {PROJECT: json.dumps(removed) if removed else None})


def _named(project: Project, recordings: Sequence[int]) -> str:
    if len(recordings) > NAMED:
        return f"{len(recordings)} recordings"
    return ", ".join(printable(project.recordings.get(number).name) for number in recordings)
