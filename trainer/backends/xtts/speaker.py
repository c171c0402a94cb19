"""Speaker on the stock class of XTTS, with fast sampling and ending control."""

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

MAX_SECONDS = 20.0  # without ending control


class XttsSpeaker:
    """Implementation of ``trainer.speech.speaker.Speaker``, with cached voice prompts."""

    tokens_per_second = CODES_PER_SECOND

    def __init__(self, export: Path) -> None:
        self._model = load_stock(export)
        self._model.to("cuda" if torch.cuda.is_available() else "cpu")
        # Otherwise recomputed from two tensors in every forward pass.
        for module in self._model.hifigan_decoder.modules():
            if parametrize.is_parametrized(module, "weight"):
                parametrize.remove_parametrizations(module, "weight")
        self._voices: dict[tuple[Path, ...], tuple[torch.Tensor, torch.Tensor]] = {}
        self.stop_token = int(self._model.gpt.stop_audio_token)

    def say(
        self, text: str, language: str, prompts: Sequence[Path], seed: int, ending: Ending | None
    ) -> Sound:
        """Synthesise one piece of text at 24 kHz."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            latent, embedding = self._voice(tuple(prompts))
            max_codes = int(MAX_SECONDS * CODES_PER_SECOND)
            if ending is not None:
                max_codes = min(ending.most + 1, max_codes * 2)
            self._model.gpt.generate = sampler(self._model.gpt, ending, max_codes)
            torch.manual_seed(seed)
            result = self._model.inference(text, language, latent, embedding)
        wave = np.asarray(result["wav"], dtype=np.float32)
        if not np.isfinite(wave).all():
            raise TrainerError(
                "The synthesised audio contains NaN or infinity: the weights are damaged."
            )
        return Sound(np.clip(wave, -1.0, 1.0), OUTPUT_RATE)

    def _voice(self, prompts: tuple[Path, ...]) -> tuple[torch.Tensor, torch.Tensor]:
        if prompts not in self._voices:
            self._voices[prompts] = self._model.get_conditioning_latents(
                audio_path=[str(path) for path in prompts]
            )
        return self._voices[prompts]
