"""What a person may choose about an export, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from curator.domain.emotion import EmotionSet
from curator.export.checks import Refusal
from curator.export.split import EVAL_SHARE

Progress = Callable[[int, int], None]
"""Told after each clip how many of how many are done."""


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What a person may choose.

    language: of the project, for clips nobody transcribed. eval_share: 0..0.5 of the clips.
    keep_refused: also write clips that the trainer will refuse, as far as they have sound.
    created: when, for the summary; None for now.
    """

    language: str
    speaker: str = "voice"
    emotions: EmotionSet | None = None
    eval_share: float = EVAL_SHARE
    seed: int = 0
    keep_refused: bool = False
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle that was written. train, evaluation, seconds: of the clips in the manifest.

    refused: kept clips the trainer would not use, and why. notes: what could not be had.
    """

    path: Path
    train: int
    evaluation: int
    seconds: float
    refused: tuple[Refusal, ...]
    notes: tuple[str, ...]
