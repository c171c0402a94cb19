"""Losses for TensorBoard, beside events.jsonl; the report never reads them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainer.errors import TrainerError

SHOWN = ("loss", "mel_ce", "eos_ce", "text_ce", "lr", "grad_norm", "padding", "memory_mb")


class TensorBoardLog:
    """Writes the numbers of steps and evaluations to ``RUN/tensorboard``."""

    def __init__(self, run: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise TrainerError(
                "log.tensorboard needs the package tensorboard.", "pip install tensorboard."
            ) from error
        self.writer: Any = SummaryWriter(log_dir=str(run / "tensorboard"))  # type: ignore[no-untyped-call]

    def show(self, event: str, fields: Mapping[str, Any]) -> None:
        """The numbers of one step or evaluation."""
        if event not in ("step", "eval"):
            return
        for name in SHOWN:
            if fields.get(name) is not None:
                self.writer.add_scalar(f"{event}/{name}", fields[name], fields["step"])

    def close(self) -> None:
        """Write what is still held back."""
        self.writer.close()
