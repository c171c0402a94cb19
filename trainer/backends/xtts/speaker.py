"""XTTS's stock class as a speaker: loaded once, its codes drawn by our loop, endings shaped."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch.nn.utils import parametrize

from trainer.backends.xtts.decode import sampler
from trainer.backends.xtts.stock import CODES_PER_SECOND, OUTPUT_RATE, load_stock
from trainer.errors import TrainerError
from trainer.speech.endings import Ending
from trainer.speech.sound import Sound

LONGEST_S = 20.0  # without rules; a network that misses its end would go on for half a minute


class XttsSpeaker:
    """See ``trainer.speech.speaker.Speaker``. Prompts' voices are kept for the next text."""

    tokens_per_second = CODES_PER_SECOND

    def __init__(self, export: Path) -> None:
        self._model = load_stock(export)
        self._model.to("cuda" if torch.cuda.is_available() else "cpu")
        # Computed anew from two tensors before every layer otherwise, and the same each time.
        for module in self._model.hifigan_decoder.modules():
            if parametrize.is_parametrized(module, "weight"):
                parametrize.remove_parametrizations(module, "weight")
        self._voices: dict[tuple[Path, ...], tuple[torch.Tensor, torch.Tensor]] = {}
        self.stop_token = int(self._model.gpt.stop_audio_token)

    def say(
        self, text: str, language: str, prompts: Sequence[Path], seed: int, ending: Ending | None
    ) -> Sound:
        """One piece of text at 24 kHz."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            latent, embedding = self._voice(tuple(prompts))
            most = int(LONGEST_S * CODES_PER_SECOND)
            if ending is not None:
                most = min(ending.most + 1, most * 2)
            self._model.gpt.generate = sampler(self._model.gpt, ending, most)
            torch.manual_seed(seed)
            spoken = self._model.inference(text, language, latent, embedding)
        wave = np.asarray(spoken["wav"], dtype=np.float32)
        if not np.isfinite(wave).all():
            raise TrainerError("The network spoke samples that are not numbers; it is spoilt.")
        return Sound(np.clip(wave, -1.0, 1.0), OUTPUT_RATE)

    def _voice(self, prompts: tuple[Path, ...]) -> tuple[torch.Tensor, torch.Tensor]:
        if prompts not in self._voices:
            self._voices[prompts] = self._model.get_conditioning_latents(
                audio_path=[str(path) for path in prompts]
            )
        return self._voices[prompts]
