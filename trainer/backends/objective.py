"""What a family that predicts text tokens and speech codes is trained for."""

from collections.abc import Mapping

from trainer.sections import Loss

PARTS = ("text", "mel", "eos", "text_smooth", "mel_smooth")
"""The sums such a network returns, in order; mel stands for its speech codes."""


def text_and_speech(loss: Loss) -> Mapping[str, tuple[float, str]]:
    """See ``Backend.objective``: the end of speech counts once more or less often as configured."""
    raw, smooth = 1.0 - loss.label_smoothing, loss.label_smoothing
    return {
        "text": (loss.text_weight * raw, "text"),
        "mel": (loss.mel_weight * raw, "mel"),
        "eos": (loss.mel_weight * (loss.eos_weight - 1.0), "mel"),
        "text_smooth": (loss.text_weight * smooth, "text"),
        "mel_smooth": (loss.mel_weight * smooth, "mel"),
    }
