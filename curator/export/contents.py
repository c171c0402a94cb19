"""What goes into a bundle, and how things are called there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from curator.domain.clip import Clip
from curator.domain.recording import Recording
from curator.domain.target import Target
from curator.export.checks import Fault, Refusal
from curator.export.cut_clips import Cut
from curator.export.settings import ExportSettings
from curator.stages import Version

GROUP_HASH_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Contents:
    """All that goes into a bundle. faults: by clip id, of kept clips that will be refused.

    versions: by clip id, of those that are cleaned.
    """

    kept: Sequence[Clip]
    cuts: Sequence[Cut]
    faults: Mapping[int, Fault]
    recordings: Mapping[int, Recording]
    target: Target
    settings: ExportSettings
    versions: Mapping[int, Version] = field(default_factory=dict)

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """The kept clips that will be refused, in order."""
        return tuple(self.faults[c.id].of(c) for c in self.kept if c.id in self.faults)


def clip_name(clip: Clip) -> str:
    """The id of a clip in a bundle."""
    return f"clip_{clip.id:06d}"


def group_name(clip: Clip, recording: Recording) -> str:
    """The pause group of a clip, unlike that of any other recording."""
    return f"{recording.content_hash[:GROUP_HASH_LENGTH]}-{clip.pause_group}"
