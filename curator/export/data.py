"""Project data of an export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from curator.domain.clip import Clip
from curator.domain.emotion import EmotionSet
from curator.domain.recording import Recording
from curator.domain.target import Target
from curator.domain.weights import Weights
from curator.export.settings import ExportSettings
from curator.stages import Version


@dataclass(frozen=True, slots=True)
class ExportData:
    """Clips to export with the project data that the files refer to.

    language: of the project, for clips without a transcript. emotions, weights: of the project.
    versions: by clip id, of cleaned clips, whose spans are then those to keep. snapshot,
    state_hash: name of the snapshot of the set and hash of all decisions; "" if unknown. created:
    date of the export; None for now.
    """

    clips: Sequence[Clip]
    recordings: Mapping[int, Recording]
    target: Target
    settings: ExportSettings
    language: str
    emotions: EmotionSet | None = None
    weights: Weights = field(default_factory=Weights)
    versions: Mapping[int, Version] = field(default_factory=dict)
    snapshot: str = ""
    state_hash: str = ""
    created: datetime | None = None
