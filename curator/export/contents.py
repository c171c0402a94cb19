"""Contents of an export and the names used in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curator.domain.clip import Clip
from curator.domain.recording import Recording
from curator.domain.text_rules import Fault
from curator.export.checks import Refusal
from curator.export.cut_clips import CutClip
from curator.export.data import ExportData

GROUP_HASH_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Contents:
    """Kept clips of an export as written. faults: by clip id, of kept clips to be refused."""

    data: ExportData
    kept: Sequence[Clip]
    cuts: Sequence[CutClip]
    faults: Mapping[int, Fault]

    @property
    def recordings(self) -> Mapping[int, Recording]:
        """Recordings of the kept clips."""
        return {clip.recording_id: self.data.recordings[clip.recording_id] for clip in self.kept}

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """Kept clips to be refused, in order."""
        kept = (clip.id for clip in self.kept if clip.id in self.faults)
        return tuple(Refusal.for_fault(clip, self.faults[clip]) for clip in kept)


def clip_name(clip: Clip) -> str:
    """Id of a clip in a bundle."""
    return f"clip_{clip.id:06d}"


def group_name(clip: Clip, recording: Recording) -> str:
    """Pause group of a clip, unique across recordings."""
    return f"{recording.cache_key[:GROUP_HASH_LENGTH]}-{clip.pause_group}"
