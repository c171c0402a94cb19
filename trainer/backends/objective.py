"""Training objective of families that predict text tokens and speech codes."""

from collections.abc import Mapping

from trainer.sections import Loss

PARTS = ("text", "mel", "eos", "text_smooth", "mel_smooth")
"""Loss sums that such a network returns, in order; mel: speech codes."""


def text_and_speech(loss: Loss) -> Mapping[str, tuple[float, str]]:
    """``Backend.objective``, with the stop token weighted by ``eos_weight``."""
    raw, smooth = 1.0 - loss.label_smoothing, loss.label_smoothing
    return {
        "text": (loss.text_weight * raw, "text"),
        "mel": (loss.mel_weight * raw, "mel"),
        "eos": (loss.mel_weight * (loss.eos_weight - 1.0), "mel"),
        "text_smooth": (loss.text_weight * smooth, "text"),
        "mel_smooth": (loss.mel_weight * smooth, "mel"),
    }
