"""Protocols of a loaded model that synthesises speech with ending control."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from trainer.speech.endings import Ending
from trainer.speech.sound import Sound


@dataclass(frozen=True, slots=True)
class SamplingSettings:
    """Sampling of speech tokens. None: the default of the model.

    temperature: above 0. top_p: probability mass, above 0 to 1. repetition_penalty: at least 1.
    """

    temperature: float | None = None
    top_p: float | None = None
    repetition_penalty: float | None = None

    def given(self) -> dict[str, float]:
        """Values that are set, by name."""
        return {key: value for key, value in asdict(self).items() if value is not None}


DEFAULT_SAMPLING = SamplingSettings()


class Speaker(Protocol):
    """An export, loaded once.

    tokens_per_second: speech tokens, 0.0 if unknown. stop_token: end-of-speech id, -1 if unknown.
    """

    tokens_per_second: float
    stop_token: int

    def synthesise(
        self,
        text: str,
        language: str,
        prompts: Sequence[Path],
        seed: int,
        ending: Ending | None,
        sampling: SamplingSettings = DEFAULT_SAMPLING,
    ) -> Sound:
        """Synthesise one piece of text. ending: adjusts each step's logits; None: unchanged."""
        ...


@runtime_checkable
class StreamingSpeaker(Protocol):
    """A speaker that yields audio while it samples."""

    def stream(
        self,
        text: str,
        language: str,
        prompts: Sequence[Path],
        seed: int,
        ending: Ending | None,
        sampling: SamplingSettings = DEFAULT_SAMPLING,
    ) -> Iterator[Sound]:
        """Yield consecutive chunks of the sound that ``synthesise`` returns."""
        ...
