"""Speaker on the stock class of XTTS, with fast sampling and ending control."""

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.utils import parametrize

from trainer.backends.xtts.decode import code_sampler, sample_codes, sampler
from trainer.backends.xtts.stock import CODES_PER_SECOND, OUTPUT_RATE, load_stock
from trainer.errors import TrainerError
from trainer.speech.endings import Ending
from trainer.speech.sound import Sound
from trainer.speech.speaker import DEFAULT_SAMPLING, SamplingSettings

MAX_SECONDS = 20.0  # without ending control
SAMPLING_KEYS = ("temperature", "top_k", "top_p", "repetition_penalty")  # in config.json
FIRST_CODES = 16
"""Codes of the first chunk, 0.7 s; the following ones grow with what is there."""
UNSETTLED_CODES = 4
"""Codes at the end of a chunk whose audio still depends on the codes that follow."""
REFERENCE_S = 6  # taken at least of each of several references

Wave = NDArray[np.float32]


class XttsSpeaker:
    """Implementation of ``trainer.speech.speaker.Speaker``, with cached voice prompts."""

    tokens_per_second = CODES_PER_SECOND

    def __init__(self, export: Path, device: torch.device | None = None) -> None:
        """Load the export in ``export``. device: the CPU if None."""
        self._model = load_stock(export)
        self._model.to(device or "cpu")
        # Otherwise recomputed from two tensors in every forward pass.
        for module in self._model.hifigan_decoder.modules():
            if parametrize.is_parametrized(module, "weight"):
                parametrize.remove_parametrizations(module, "weight")
        self._settings = self._model.config
        self._sampling = {key: self._settings[key] for key in SAMPLING_KEYS}
        self._voices: dict[tuple[Path, ...], tuple[torch.Tensor, torch.Tensor]] = {}
        self.stop_token = int(self._model.gpt.stop_audio_token)

    def synthesise(
        self,
        text: str,
        language: str,
        prompts: Sequence[Path],
        seed: int,
        ending: Ending | None,
        sampling: SamplingSettings = DEFAULT_SAMPLING,
    ) -> Sound:
        """Synthesise one piece of text at 24 kHz."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            latent, embedding = self._voice(tuple(prompts))
            self._model.gpt.generate = sampler(self._model.gpt, ending, _max_codes(ending))
            torch.manual_seed(seed)
            options = {**self._sampling, **sampling.given()}
            result = self._model.inference(text, language, latent, embedding, **options)
        return _sound(np.asarray(result["wav"], dtype=np.float32))

    def stream(
        self,
        text: str,
        language: str,
        prompts: Sequence[Path],
        seed: int,
        ending: Ending | None,
        sampling: SamplingSettings = DEFAULT_SAMPLING,
    ) -> Iterator[Sound]:
        """Yield the sound of ``synthesise`` in chunks while the codes are sampled."""
        latent, embedding = self._voice(tuple(prompts))
        model = self._model
        code = language.partition("-")[0]
        tokens = torch.tensor(
            [model.tokenizer.encode(text.strip().lower(), lang=code)], device=latent.device
        )
        options = {**self._sampling, **sampling.given()}
        torch.manual_seed(seed)
        latents: list[torch.Tensor] = []
        due, sent = FIRST_CODES, 0
        with torch.inference_mode():
            model.gpt.compute_embeddings(latent, tokens)
            prefix = model.gpt.gpt_inference.cached_prefix_emb  # (1, positions, width)
            limit = min(_max_codes(ending), model.gpt.max_gen_mel_tokens)
            choose = code_sampler(model.gpt, ending, options)
            for _, step in sample_codes(model.gpt, prefix, limit, choose):
                latents.append(step)
                if len(latents) >= due:
                    due = len(latents) + max(FIRST_CODES, len(latents) // 2)
                    wave = self._decode(latents, embedding)
                    stop = len(wave) - int(UNSETTLED_CODES / CODES_PER_SECOND * OUTPUT_RATE)
                    if stop > sent:
                        yield _sound(wave[sent:stop])
                        sent = stop
            wave = self._decode(latents, embedding)
        if len(wave) > sent:
            yield _sound(wave[sent:])

    def _decode(self, latents: list[torch.Tensor], embedding: torch.Tensor) -> Wave:
        """Audio of the latents so far: (samples,)."""
        wave = self._model.hifigan_decoder(torch.stack(latents, dim=1), g=embedding)
        return wave.float().cpu().numpy().reshape(-1)  # type: ignore[no-any-return]

    def _voice(self, prompts: tuple[Path, ...]) -> tuple[torch.Tensor, torch.Tensor]:
        """Latents and speaker embedding: means over the references.

        The stock class joins the references and takes the first ``gpt_cond_len`` seconds, which
        may be all of the first one. Here that length is divided among them.
        """
        if not prompts:
            raise TrainerError("There is no voice prompt.", "Specify a clip with --reference.")
        if prompts not in self._voices:
            settings = self._settings
            seconds = max(REFERENCE_S, settings.gpt_cond_len // len(prompts))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                voices = [
                    self._model.get_conditioning_latents(
                        audio_path=[str(path)],
                        max_ref_length=settings.max_ref_len,
                        gpt_cond_len=settings.gpt_cond_len if len(prompts) == 1 else seconds,
                        gpt_cond_chunk_len=settings.gpt_cond_chunk_len,
                        sound_norm_refs=settings.sound_norm_refs,
                    )
                    for path in prompts
                ]
            latents, embeddings = zip(*voices, strict=True)
            self._voices[prompts] = (
                torch.stack(latents).mean(dim=0),
                torch.stack(embeddings).mean(dim=0),
            )
        return self._voices[prompts]


def _max_codes(ending: Ending | None) -> int:
    """Upper bound of codes of a piece."""
    limit = int(MAX_SECONDS * CODES_PER_SECOND)
    return limit if ending is None else min(ending.most + 1, limit * 2)


def _sound(wave: Wave) -> Sound:
    """Sound of a wave; TrainerError if it has NaN or infinity."""
    if not np.isfinite(wave).all():
        raise TrainerError(
            "The synthesised audio contains NaN or infinity: the weights are damaged."
        )
    return Sound(np.clip(wave, -1.0, 1.0), OUTPUT_RATE)
