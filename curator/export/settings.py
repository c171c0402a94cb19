"""User settings and result of an export."""

from dataclasses import dataclass
from pathlib import Path

from curator.domain.errors import printable
from curator.export.checks import Refusal
from curator.export.split import EVAL_SHARE


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """User settings of an export.

    form: key of a format. target: key of another model family than the project's; "" for the
    project's. speaker: name in the manifest; "" for the project's name. eval_share: fraction of
    evaluation clips, 0..0.5. seed: of the evaluation split. keep_refused: also write clips that the
    trainer will refuse, if they have sound.
    """

    form: str = "bundle"
    target: str = ""
    speaker: str = ""
    eval_share: float = EVAL_SHARE
    seed: int = 0
    keep_refused: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """Result of an export. train, evaluation, seconds: of the clips in the manifest.

    refused: kept clips that the trainer would refuse, with reasons. notes: warnings. listed: number
    of listed clips in a format without audio; train and seconds then count the kept ones.
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
        """Summary of what was written."""
        where, minutes = printable(str(self.path)), self.seconds / 60
        if self.listed:
            return f"Exported {self.listed} clips to {where}: {self.train} kept, {minutes:.1f} min."
        summary = (
            f"Exported {self.train} training and {self.evaluation} evaluation clips to {where}: "
            f"{minutes:.1f} min."
        )
        if not self.refused:
            return summary
        clips = "1 kept clip" if len(self.refused) == 1 else f"{len(self.refused)} kept clips"
        return f"{summary} {clips} refused; see refused.jsonl for the reasons."
