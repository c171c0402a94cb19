"""Model family Chatterbox, English and multilingual editions.

Training adapts T3, the text-to-speech-token transformer; speech tokenizer and decoder stay as
released. Only this package imports chatterbox, inside functions.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trainer.backends import Arrays, Item
from trainer.backends.bases import base_of, with_extended_vocabulary
from trainer.backends.chatterbox.base import (
    EDITIONS,
    OTHER_T3,
    ChatterboxBase,
    open_base,
)
from trainer.backends.chatterbox.delivery import (
    NEUTRAL,
    fit_expression,
    measure,
    read_expression,
    write_expression,
)
from trainer.backends.chatterbox.package import version
from trainer.backends.chatterbox.sound import MAX_SPEECH_TOKENS, SPEECH_RATE, TOKENS
from trainer.backends.dropout import set_dropout
from trainer.backends.objective import PARTS, text_and_speech
from trainer.backends.prompt_sound import read_resampled
from trainer.bundle.manifest import Bundle, Clip
from trainer.bundle.preflight import Reason
from trainer.bundle.vocabulary import read_additions
from trainer.config import TrainConfig
from trainer.families import Family
from trainer.languages import GROWN
from trainer.runs.distributed import choose_device, device_of, full_precision
from trainer.speech.sound import write_sound
from trainer.target import read_target

if TYPE_CHECKING:
    from torch import nn

    from trainer.backends.chatterbox.batch import ChatterboxBatch, ChatterboxSpecialTokens
    from trainer.backends.chatterbox.stock import StockSpeaker

FEATURE_VERSION = 2
TEXT_CHARACTERS_PER_TOKEN = 1.6  # estimate for bucketing
TEXTLESS_SHARE = 0.15
"""Share of training rows without text, for classifier-free guidance (cfg_weight)."""


def open_backend(config: TrainConfig, bundle: Bundle, cache: Path) -> "ChatterboxBackend":
    """Open the back-end on ``model.base`` or on a small random base built for the bundle."""
    base = base_of(
        "Chatterbox",
        __name__,
        config,
        bundle,
        cache,
        lambda folder: open_base(folder, config.model.edition),
    )
    base = with_extended_vocabulary(base, __name__, config, bundle, cache, open_base)
    cached = cache / f"expression-{bundle.manifest_sha256[:16]}.json"
    return ChatterboxBackend(config, base, cached)


class ChatterboxBackend:
    """Implementation of ``trainer.backends.Backend``."""

    name = "chatterbox"
    target = "chatterbox"
    parts: Sequence[str] = PARTS
    prompt_units = TOKENS

    def __init__(
        self, config: TrainConfig, base: ChatterboxBase, cached: Path | None = None
    ) -> None:
        """cached: file of the fitted expression, for commands that encode no clips."""
        self.config = config
        self.base = base
        self.additions = read_additions(base.folder)
        self._cached = cached
        self._expression = read_expression(cached)

    @cached_property
    def _tokenizer(self) -> Any:  # noqa: ANN401 - the package has no types
        from trainer.backends.chatterbox.package import text_tokenizer

        return text_tokenizer(self.base)

    @cached_property
    def _encoders(self) -> tuple[Any, Any]:
        """Speech tokenizer and voice encoder."""
        from trainer.backends.chatterbox.package import load_s3gen, load_voice_encoder

        device = device_of(self.config)
        tokenizer: Any = load_s3gen(self.base).tokenizer
        return tokenizer.to(device), load_voice_encoder(self.base).to(device)

    @cached_property
    def _special(self) -> "ChatterboxSpecialTokens":
        from trainer.backends.chatterbox.batch import ChatterboxSpecialTokens
        from trainer.backends.chatterbox.package import chatterbox

        settings = chatterbox("models.t3.modules.t3_config").T3Config()
        return ChatterboxSpecialTokens(
            start_text=settings.start_text_token,
            stop_text=settings.stop_text_token,
            start_speech=settings.start_speech_token,
            stop_speech=settings.stop_speech_token,
        )

    def identity(self) -> Mapping[str, object]:
        """Provenance: hashes of the base files and version of chatterbox-tts."""
        return {
            "backend": self.name,
            "base": str(self.base.folder),
            "edition": self.base.edition.name,
            "sha256": dict(self.base.hashes),
            "chatterbox_tts": version(),
            "licence": read_target(self.target).licence,
            **(self.additions.identity() if self.additions else {}),
        }

    def reject(self, clips: Sequence[Clip]) -> Mapping[str, Sequence[Reason]]:
        """Clips of unsupported languages, with unknown characters or above the token limits."""
        from trainer.backends.chatterbox.text import base_language, token_ids, unknown_characters

        limit = read_target(self.target).max_tokens
        rejected: dict[str, list[Reason]] = {}
        for clip in clips:
            reasons = rejected.setdefault(clip.id, [])
            if not self._supports(base_language(clip.language)):
                why = f"the {self.base.edition.name} model does not support {clip.language!r}"
                reasons.append(Reason("language_unsupported", why))
                continue
            if unknown := unknown_characters(self._tokenizer, clip.text, clip.language):
                why = f"not in the vocabulary of the base: {' '.join(unknown)}"
                reasons.append(Reason("unknown_characters", why))
            tokens = len(token_ids(self._tokenizer, clip.text, clip.language))
            if tokens + 2 > limit:
                reasons.append(
                    Reason("text_too_long", f"text of {tokens} tokens, limit {limit - 2}")
                )
            speech_tokens = clip.samples * SPEECH_RATE // (clip.rate * TOKENS.code)
            if speech_tokens >= MAX_SPEECH_TOKENS:
                why = f"{speech_tokens} speech tokens, limit {MAX_SPEECH_TOKENS - 1}"
                reasons.append(Reason("too_long", why))
        return {clip: reasons for clip, reasons in rejected.items() if reasons}

    def _supports(self, language: str) -> bool:
        """Whether the base supports a language; with an extended vocabulary, any."""
        from trainer.backends.chatterbox.package import chatterbox

        grown = read_target(self.target).treatments.get(language) == GROWN
        if self.additions or grown:
            return True
        if self.base.edition.name == "english":
            return language == "en"
        return language in chatterbox("mtl_tts").SUPPORTED_LANGUAGES

    def feature_key(self) -> str:
        """Hash of the speech tokenizer, voice encoder and text vocabulary."""
        edition = self.base.edition
        names = (edition.s3gen, edition.voice_encoder, edition.tokenizer)
        hashes = {name: self.base.hashes[self.base.path(name).name] for name in names}
        text = json.dumps([self.name, FEATURE_VERSION, hashes], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def encode(self, clip: Clip, path: Path) -> Arrays:
        """Text tokens, speech tokens, speaker embedding and delivery of a clip."""
        import torch

        from trainer.backends.chatterbox.text import token_ids

        tokenizer, encoder = self._encoders
        wave = read_resampled(path, SPEECH_RATE)
        with torch.inference_mode(), full_precision():
            codes = tokenizer([wave])[0][0].cpu().numpy().astype(np.int16)
            voice = encoder.embeds_from_wavs([wave], sample_rate=SPEECH_RATE)[0]
        delivery = measure(wave, SPEECH_RATE)
        return {
            "tokens": np.asarray(
                token_ids(self._tokenizer, clip.text, clip.language), dtype=np.int32
            ),
            "codes": codes,
            "speaker": np.asarray(voice, dtype=np.float32),
            "delivery": np.asarray(
                [delivery.pitch_spread, delivery.level_spread], dtype=np.float32
            ),
            "mel": codes[:, None],
        }

    def fit(self, clips: Sequence[Clip], arrays: Mapping[str, Arrays]) -> None:
        """Fit the expression scalars of the clips by speaker; frees the encoders."""
        self.__dict__.pop("_encoders", None)
        spreads = {clip.id: arrays[clip.id]["delivery"] for clip in clips}
        self._expression = fit_expression(
            {key: (float(pair[0]), float(pair[1])) for key, pair in spreads.items()},
            {clip.id: clip.speaker for clip in clips},
            {clip.id: clip.emotion for clip in clips},
        )
        if self._cached is not None:
            write_expression(self._cached, self._expression)

    def length(self, clip: Clip) -> int:
        """Positions of the clip in a batch, with estimated text tokens."""
        from trainer.backends.chatterbox.batch import row_length

        tokens = int(len(clip.text) / TEXT_CHARACTERS_PER_TOKEN) + 1
        return row_length(tokens, TOKENS.frames(clip.samples / clip.rate))

    def network(self) -> "nn.Module":
        """T3 of the base, with the forward pass of ``ChatterboxNetwork``."""
        from trainer.backends.chatterbox.network import ChatterboxNetwork, enable_checkpointing
        from trainer.backends.chatterbox.package import load_t3

        t3: Any = load_t3(self.base)
        set_dropout(t3, self.config.model.dropout)
        if self.config.precision.checkpointing:
            enable_checkpointing(t3)
        return ChatterboxNetwork(t3, smooth=self.config.loss.label_smoothing > 0)

    def adapt(self, network: "nn.Module") -> None:
        """Set the trainable parameters: all, LoRA adapters or parts, and added tokens."""
        from trainer.backends.chatterbox.adapt import adapt

        adapt(network, self.config.adapt, is_extended=self.additions is not None)

    def objective(self) -> Mapping[str, tuple[float, str]]:
        """Weighted text and speech loss, with the configured stop token weight."""
        return text_and_speech(self.config.loss)

    def batch(self, items: Sequence[Item]) -> "ChatterboxBatch":
        """Collate items into tensors."""
        from trainer.backends.chatterbox.batch import make_batch

        scalars = [self._expression.of_clip.get(item.clip.id, NEUTRAL) for item in items]
        return make_batch(items, self._special, scalars, TEXTLESS_SHARE)

    def export(self, network: "nn.Module", folder: Path) -> Mapping[str, object]:
        """Write the base files with the trained T3, for the stock class."""
        from trainer.backends.chatterbox.stock import write_export

        return write_export(self.base, network, folder, self._expression)

    def speaker(self, export: Path) -> "StockSpeaker":
        """Load an export once for many texts."""
        return open_voice(export, self.config.run.device)

    def speak(
        self,
        export: Path,
        text: str,
        language: str,
        prompts: Sequence[Path],
        out: Path,
        seed: int,
    ) -> float:
        """Synthesise a WAV file with the stock class; returns its seconds."""
        sound = self.speaker(export).synthesise(text, language, prompts, seed, None)
        write_sound(out, sound)
        return sound.seconds


def open_voice(folder: Path, device: str = "auto") -> "StockSpeaker":
    """Load an export or a base as a speaker. device: as ``run.device``."""
    from trainer.backends.chatterbox.stock import StockSpeaker

    return StockSpeaker(folder, choose_device(device))


FAMILY = Family(
    target="chatterbox",
    base_files=(*(edition.t3 for edition in EDITIONS), *OTHER_T3),
    packages=("chatterbox-tts", "peft", "torchaudio", "transformers"),
    backend=open_backend,
    voice=open_voice,
)
