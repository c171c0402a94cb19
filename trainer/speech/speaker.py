"""Protocol of a loaded model that synthesises speech with ending control."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from trainer.speech.endings import Ending
from trainer.speech.sound import Sound


class Speaker(Protocol):
    """An export, loaded once.

    tokens_per_second: speech tokens, 0.0 if unknown. stop_token: end-of-speech id, -1 if unknown.
    """

    tokens_per_second: float
    stop_token: int

    def say(
        self, text: str, language: str, prompts: Sequence[Path], seed: int, ending: Ending | None
    ) -> Sound:
        """Synthesise one piece of text. ending: adjusts each step's logits; None: unchanged."""
        ...
