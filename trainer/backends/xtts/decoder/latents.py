"""Training data of the decoder: cached GPT latents and speaker embeddings of the clips.

The GPT is given the clip's own text and codes (teacher forcing), and a voice prompt of another clip
of the speaker, as in synthesis. Latents and audio of a clip then belong together frame by frame.
"""

import hashlib
import json
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from trainer.backends import Arrays
from trainer.backends.xtts.decoder.spectra import RATE
from trainer.bundle.manifest import Bundle, Clip
from trainer.bundle.sampler import Schedule
from trainer.data.features import Features
from trainer.foreign_files import read_mono
from trainer.runs.distributed import full_precision
from trainer.seeded_random import generator, number

VERSION = 1

Wave = NDArray[np.float32]


class LatentEncoder:
    """Encoder of the feature cache: "mel" holds the latents (codes, width), float16.

    model: stock Xtts. codes: arrays "tokens" and "codes" by clip. source: hashes of the weights.
    """

    def __init__(
        self,
        model: Any,  # noqa: ANN401 - coqui-tts has no types
        bundle: Bundle,
        codes: Mapping[str, Features],
        source: Mapping[str, object],
    ) -> None:
        self._model, self._bundle, self._codes = model, bundle, codes
        self._source = source
        self._voices: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}
        self._by_speaker: dict[str, list[Clip]] = {}
        for clip in bundle.part("train"):
            if clip.id in codes:
                self._by_speaker.setdefault(clip.speaker, []).append(clip)

    def feature_key(self) -> str:
        """Hash of the weights and of the bundle, on which the choice of prompts depends."""
        key = [VERSION, dict(self._source), self._bundle.manifest_sha256]
        return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()

    def encode(self, clip: Clip, path: Path) -> Arrays:
        """Latents and speaker embedding of a clip; ``path`` is not read."""
        arrays = self._codes[clip.id].arrays
        device = self._model.device
        tokens, codes = (
            torch.from_numpy(np.asarray(arrays[name], dtype=np.int64))[None].to(device)
            for name in ("tokens", "codes")
        )
        with torch.inference_mode(), full_precision():
            prompt, embedding = self._voice(self._reference(clip))
            gpt = self._model.gpt
            latents = gpt(
                tokens,
                torch.tensor([tokens.shape[1]], device=device),
                codes,
                torch.tensor([codes.shape[1] * gpt.code_stride_len], device=device),
                cond_latents=prompt,
                return_latent=True,
            )
        return {
            "embedding": embedding.reshape(-1).cpu().numpy().astype(np.float32),
            "mel": latents[0].float().cpu().numpy().astype(np.float16),
        }

    def _reference(self, clip: Clip) -> Clip:
        """Another training clip of the speaker, always the same one; itself if there is none."""
        others = [other for other in self._by_speaker.get(clip.speaker, ()) if other.id != clip.id]
        others = [other for other in others if other.group != clip.group] or others
        return others[number(0, "reference", 0, clip.id) % len(others)] if others else clip

    def _voice(self, clip: Clip) -> tuple[torch.Tensor, torch.Tensor]:
        if clip.id not in self._voices:
            settings = self._model.config
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of torchaudio, about its next version
                self._voices[clip.id] = self._model.get_conditioning_latents(
                    audio_path=[str(self._bundle.audio(clip))],
                    max_ref_length=settings.max_ref_len,
                    gpt_cond_len=settings.gpt_cond_len,
                    gpt_cond_chunk_len=settings.gpt_cond_chunk_len,
                    sound_norm_refs=settings.sound_norm_refs,
                )
        return self._voices[clip.id]


@dataclass(frozen=True, slots=True)
class Segments:
    """Input and target of an update. frames: (rows, width, frames). embeddings: (rows, dim, 1).

    waves: (rows, 1, samples), 24 kHz.
    """

    frames: torch.Tensor
    embeddings: torch.Tensor
    waves: torch.Tensor

    def part(self, rows: slice, device: torch.device) -> "Segments":
        """Some of the rows, on the device."""
        values = (self.frames, self.embeddings, self.waves)
        return Segments(*(value[rows].to(device) for value in values))


@dataclass(frozen=True, slots=True)
class DecoderClips:
    """Clips of a fine-tuning. latents: by clip id. held_out: for evaluation only.

    scales: factors of the interpolations of latents. hop: samples per interpolated frame.
    """

    bundle: Bundle
    latents: Mapping[str, Features]
    schedule: Schedule
    held_out: Sequence[Clip]
    scales: tuple[float, ...]
    hop: int

    def frames(self, clip: Clip) -> torch.Tensor:
        """Interpolated latents of a clip, float32 (width, frames)."""
        features = self.latents[clip.id]
        latents = features.mel(0, features.frames).astype(np.float32)
        return interpolated(torch.from_numpy(latents)[None], self.scales)[0]

    def embedding(self, clip: Clip) -> torch.Tensor:
        """Speaker embedding, float32 (dim, 1)."""
        values = np.asarray(self.latents[clip.id].arrays["embedding"], dtype=np.float32)
        return torch.from_numpy(values)[:, None]

    def wave(self, clip: Clip) -> Wave:
        """Audio of a clip at 24 kHz, float32 (samples,)."""
        import soxr

        samples, rate = read_mono(self.bundle.audio(clip))
        resampled: Wave = samples if rate == RATE else soxr.resample(samples, rate, RATE)
        return resampled

    def segments(
        self, clips: Sequence[Clip], seconds: float, place: tuple[int, int, int]
    ) -> Segments:
        """Segments of equal length at random positions.

        place: seed, epoch and index of the update.
        """
        seed, epoch, index = place
        loaded = [(self.frames(clip), self.wave(clip)) for clip in clips]
        available = [min(frames.shape[1], len(wave) // self.hop) for frames, wave in loaded]
        count = min(math.ceil(seconds * RATE / self.hop), *available)
        frames, waves = [], []
        for row, clip in enumerate(clips):
            random = generator(seed, f"segment {index} {row}", epoch, clip.id)
            start = int(random.integers(available[row] - count + 1))
            frames.append(loaded[row][0][:, start : start + count])
            wave = loaded[row][1][start * self.hop : (start + count) * self.hop]
            waves.append(torch.from_numpy(np.ascontiguousarray(wave))[None])
        embeddings = [self.embedding(clip) for clip in clips]
        return Segments(torch.stack(frames), torch.stack(embeddings), torch.stack(waves))


def scales_of(decoder: Any) -> tuple[float, ...]:  # noqa: ANN401 - coqui-tts has no types
    """Factors of the interpolations in ``HifiDecoder.forward``."""
    frames = decoder.ar_mel_length_compression / decoder.output_hop_length
    rates = decoder.output_sample_rate / decoder.input_sample_rate
    return (frames,) if rates == 1.0 else (frames, rates)


def interpolated(latents: torch.Tensor, scales: Sequence[float]) -> torch.Tensor:
    """Input of the vocoder, as in ``HifiDecoder.forward``: (rows, width, frames).

    latents: (rows, codes, width).
    """
    frames = latents.transpose(1, 2)
    for scale in scales:
        frames = functional.interpolate(frames, scale_factor=[scale], mode="linear")
    return frames
