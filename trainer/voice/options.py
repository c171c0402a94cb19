"""Options of a synthesis, checked."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

from trainer.errors import WrongUsage
from trainer.speech.speaker import SamplingSettings
from trainer.speech.synthesis import SynthesisSettings

MAX_CANDIDATES = 16
LIMITS = {
    "rate": (1.0, 60.0, "letters per second; people speak 8 to 20"),
    "speed": (0.25, 4.0, "a factor; 1 is unchanged"),
    "temperature": (0.01, 2.0, "the model's default is about 0.8"),
    "top_p": (0.01, 1.0, "a probability"),
    "repetition_penalty": (1.0, 20.0, "1 is none"),
}


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """How to speak a text; None and "" are the defaults of the voice. Raises WrongUsage.

    category: chooses the references. references: audio files used instead. rate: letters per
    second. speed: factor on top of the rate. candidates: draws per piece, 0 for automatic.
    """

    category: str = ""
    language: str = ""
    references: tuple[Path, ...] = ()
    seed: int = 0
    rate: float | None = None
    speed: float = 1.0
    temperature: float | None = None
    top_p: float | None = None
    repetition_penalty: float | None = None
    candidates: int = 0
    endings: bool = True

    def __post_init__(self) -> None:
        for name, (low, high, hint) in LIMITS.items():
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and low <= value <= high):
                raise WrongUsage(f"{name} {value:g} is not between {low:g} and {high:g} ({hint}).")
        if not 0 <= self.candidates <= MAX_CANDIDATES:
            raise WrongUsage(f"candidates {self.candidates} is not between 0 and {MAX_CANDIDATES}.")

    def settings(self, defaults: SamplingSettings, rate: float | None) -> SynthesisSettings:
        """Settings of a synthesis. defaults, rate: of the voice, used where None."""
        sampling = replace(
            defaults,
            **SamplingSettings(self.temperature, self.top_p, self.repetition_penalty).given(),
        )
        return SynthesisSettings(
            self.endings, self.candidates, self.rate or rate, self.speed, sampling
        )
