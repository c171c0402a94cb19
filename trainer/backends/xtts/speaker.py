"""XTTS's stock class as a speaker: loaded once, its endings shaped, nothing of it patched."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from trainer.backends.xtts.stock import CODES_PER_SECOND, OUTPUT_RATE, load_stock
from trainer.errors import TrainerError
from trainer.speech.endings import Ending
from trainer.speech.generate import EndingProcessor
from trainer.speech.sound import Sound

LONGEST_S = 20.0  # without rules; a network that misses its end would go on for half a minute


class XttsSpeaker:
    """See ``trainer.speech.speaker.Speaker``. Prompts' voices are kept for the next text."""

    tokens_per_second = CODES_PER_SECOND

    def __init__(self, export: Path) -> None:
        self._model = load_stock(export)
        self._model.to("cuda" if torch.cuda.is_available() else "cpu")
        self._voices: dict[tuple[Path, ...], tuple[torch.Tensor, torch.Tensor]] = {}
        self.stop_token = int(self._model.gpt.stop_audio_token)

    def say(
        self, text: str, language: str, prompts: Sequence[Path], seed: int, ending: Ending | None
    ) -> Sound:
        """One piece of text at 24 kHz."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            latent, embedding = self._voice(tuple(prompts))
            torch.manual_seed(seed)
            most = int(LONGEST_S * CODES_PER_SECOND)
            more: dict[str, object] = {"max_new_tokens": most}
            if ending is not None:
                tokens = self._model.tokenizer.encode(text.strip().lower(), lang=_plain(language))
                # Conditioning, the text between its start and stop, and the start of speech.
                prefix = latent.shape[1] + len(tokens) + 2 + 1
                more = {
                    "max_new_tokens": min(ending.most + 1, most * 2),
                    "logits_processor": [EndingProcessor(ending, prefix)],
                }
            spoken = self._model.inference(text, language, latent, embedding, **more)
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


def _plain(language: str) -> str:
    """Without its region, as the stock class takes it."""
    return language.partition("-")[0]
