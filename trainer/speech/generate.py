"""Ending rules for Hugging Face's ``generate``: a logits processor, called row by row."""

from typing import TYPE_CHECKING

from trainer.speech.endings import Ending

if TYPE_CHECKING:
    import torch


class EndingProcessor:
    """Put it into ``logits_processor=``; generate calls it before temperature, top-k and top-p.

    prefix: input ids before the first speech token, which the rules do not look at.
    """

    def __init__(self, ending: Ending, prefix: int) -> None:
        self._ending, self._prefix = ending, prefix

    def __call__(self, input_ids: "torch.Tensor", scores: "torch.Tensor") -> "torch.Tensor":
        """input_ids: (rows, tokens); scores: (rows, vocabulary)."""
        import torch

        shaped = [
            torch.from_numpy(self._ending.shape(row.float().cpu().numpy(), ids.tolist()))
            for ids, row in zip(input_ids[:, self._prefix :], scores, strict=True)
        ]
        return torch.stack(shaped).to(scores)
