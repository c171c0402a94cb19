"""TensorBoard log of losses, in addition to events.jsonl."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainer.errors import TrainerError
from trainer.foreign_files import own_folder
from trainer.runs.run import TENSORBOARD

METRICS = ("loss", "mel_ce", "eos_ce", "text_ce", "lr", "grad_norm", "padding", "memory_mb")


class TensorBoardLog:
    """Writes the metrics of steps and evaluations to ``RUN/tensorboard``."""

    def __init__(self, run: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise TrainerError(
                "log.tensorboard needs the package tensorboard.", "pip install tensorboard."
            ) from error
        self.writer: Any = SummaryWriter(log_dir=str(own_folder(run, TENSORBOARD)))  # type: ignore[no-untyped-call]

    def show(self, event: str, fields: Mapping[str, Any]) -> None:
        """Log the metrics of one step or evaluation."""
        if event not in ("step", "eval"):
            return
        for name in METRICS:
            if fields.get(name) is not None:
                self.writer.add_scalar(f"{event}/{name}", fields[name], fields["step"])

    def close(self) -> None:
        """Flush and close the log."""
        self.writer.close()
