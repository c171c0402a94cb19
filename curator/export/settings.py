"""What a person may choose about an export, and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from curator.domain.emotion import EmotionSet
from curator.domain.errors import printable
from curator.domain.weights import Weights
from curator.export.checks import Refusal
from curator.export.split import EVAL_SHARE


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What a person may choose.

    language: of the project, for clips nobody transcribed. eval_share: 0..0.5 of the clips.
    keep_refused: also write clips that the trainer will refuse, as far as they have sound.
    created: when, for the summary; None for now. snapshot, state_hash: which set is exported, by
    the name of its snapshot and the hash of all decisions; "" where that is not known. weights: how
    often each category shall be heard. form: the key of a format.
    """

    language: str
    speaker: str = "voice"
    emotions: EmotionSet | None = None
    eval_share: float = EVAL_SHARE
    seed: int = 0
    keep_refused: bool = False
    created: datetime | None = None
    snapshot: str = ""
    state_hash: str = ""
    weights: Weights = field(default_factory=Weights)
    form: str = "bundle"


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle that was written. train, evaluation, seconds: of the clips in the manifest.

    refused: kept clips the trainer would not use, and why. notes: what could not be had. listed: of
    a format that cuts no sounds, the clips it tells of; train and seconds are then those kept.
    """

    path: Path
    train: int
    evaluation: int
    seconds: float
    refused: tuple[Refusal, ...]
    notes: tuple[str, ...]
    listed: int = 0

    @property
    def sentence(self) -> str:
        """What was written, for people."""
        if self.listed:
            return (
                f"{printable(str(self.path))} tells of {self.listed} clips, {self.train} of them "
                f"kept, {self.seconds / 60:.1f} minutes."
            )
        words = (
            f"{printable(str(self.path))} holds {self.train} clips to train on and "
            f"{self.evaluation} to evaluate with, {self.seconds / 60:.1f} minutes."
        )
        if not self.refused:
            return words
        clips = (
            "1 kept clip was" if len(self.refused) == 1 else f"{len(self.refused)} kept clips were"
        )
        return f"{words} {clips} refused; refused.jsonl says why."
