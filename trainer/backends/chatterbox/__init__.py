"""Chatterbox, English and multilingual. Only this package imports chatterbox, inside functions.

What learns is T3, which turns text into speech tokens; what makes tokens of sound and sound of
tokens stays as released.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trainer.backends import Arrays, Item
from trainer.backends.bases import base_of, with_more_words
from trainer.backends.chatterbox.base import ChatterboxBase, open_base
from trainer.backends.chatterbox.delivery import (
    USUAL,
    expression,
    measured,
    read_expression,
    write_expression,
)
from trainer.backends.chatterbox.package import version
from trainer.backends.chatterbox.sound import MOST_SPEECH_TOKENS, SPEECH_RATE, TOKENS
from trainer.backends.dropout import set_dropout
from trainer.backends.objective import PARTS, text_and_speech
from trainer.backends.prompt_sound import read
from trainer.bundle.manifest import Bundle, Clip
from trainer.bundle.preflight import Reason
from trainer.config import TrainConfig
from trainer.families import Family
from trainer.target import read_target

if TYPE_CHECKING:
    from torch import nn

    from trainer.backends.chatterbox.batch import ChatterboxBatch, ChatterboxSpecialTokens
    from trainer.backends.chatterbox.stock import StockSpeaker

FEATURE_VERSION = 2
TEXT_CHARACTERS_PER_TOKEN = 1.6  # only for bucketing before the tokens are known
WORDLESS_SHARE = 0.15
"""Of the training rows that go without their text. The stock class speaks by the difference that
the text makes (cfg_weight); without such rows the branch it compares with would drift."""


def open_backend(config: TrainConfig, bundle: Bundle, cache: Path) -> "ChatterboxBackend":
    """The back-end on ``model.base``, or on a small random base built for the bundle."""
    base = base_of("Chatterbox", __name__, config, bundle, cache, open_base)
    base = with_more_words(base, __name__, config, bundle, cache, open_base)
    kept = cache / f"expression-{bundle.manifest_sha256[:16]}.json"
    return ChatterboxBackend(config, base, kept)


class ChatterboxBackend:
    """See ``trainer.backends.Backend``."""

    name = "chatterbox"
    target = "chatterbox"
    parts: Sequence[str] = PARTS
    prompt_units = TOKENS

    def __init__(self, config: TrainConfig, base: ChatterboxBase, kept: Path | None = None) -> None:
        """kept: where the expression of the clips is kept for commands that see no clip."""
        self.config = config
        self.base = base
        self._kept = kept
        self._expression = read_expression(kept)

    @cached_property
    def _tokenizer(self) -> Any:  # noqa: ANN401 - the package has no types
        from trainer.backends.chatterbox.package import text_tokenizer

        return text_tokenizer(self.base)

    @cached_property
    def _listeners(self) -> tuple[Any, Any]:
        """What makes tokens of speech, and what makes a vector of a voice."""
        from trainer.backends.chatterbox.package import load_s3gen, load_voice_encoder

        return load_s3gen(self.base).tokenizer, load_voice_encoder(self.base)

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
        """Hashes of the base's files and the version of chatterbox-tts."""
        return {
            "backend": self.name,
            "base": str(self.base.folder),
            "edition": self.base.edition.name,
            "sha256": dict(self.base.hashes),
            "chatterbox_tts": version(),
            "licence": read_target(self.target).licence,
        }

    def reject(self, clips: Sequence[Clip]) -> Mapping[str, Sequence[Reason]]:
        """Clips of another language, with unknown signs, or longer than it can say at once."""
        from trainer.backends.chatterbox.text import plain, token_ids, unknown_signs

        limit = read_target(self.target).max_tokens
        found: dict[str, list[Reason]] = {}
        for clip in clips:
            reasons = found.setdefault(clip.id, [])
            if not self._speaks(plain(clip.language)):
                why = f"the {self.base.edition.name} model does not speak {clip.language!r}"
                reasons.append(Reason("language_unsupported", why))
                continue
            if signs := unknown_signs(self._tokenizer, clip.text, clip.language):
                why = f"the vocabulary of the base does not have {' '.join(signs)}"
                reasons.append(Reason("unknown_characters", why))
            tokens = len(token_ids(self._tokenizer, clip.text, clip.language))
            if tokens + 2 > limit:
                reasons.append(
                    Reason("text_too_long", f"its text has {tokens} of {limit - 2} tokens")
                )
            spoken = clip.samples * SPEECH_RATE // (clip.rate * TOKENS.code)
            if spoken >= MOST_SPEECH_TOKENS:
                why = f"it has {spoken} of {MOST_SPEECH_TOKENS - 1} speech tokens"
                reasons.append(Reason("too_long", why))
        return {clip: reasons for clip, reasons in found.items() if reasons}

    def _speaks(self, language: str) -> bool:
        """Whether the base speaks it; a grown vocabulary may learn to."""
        from trainer.backends.chatterbox.package import chatterbox

        if self.config.adapt.extend:
            return True
        if self.base.edition.name == "english":
            return language == "en"
        return language in chatterbox("mtl_tts").SUPPORTED_LANGUAGES

    def feature_key(self) -> str:
        """Networks and vocabulary that speech tokens, voices and text tokens come from."""
        edition = self.base.edition
        names = (edition.s3gen, edition.voice_encoder, edition.tokenizer)
        used = {name: self.base.hashes[name] for name in names}
        text = json.dumps([self.name, FEATURE_VERSION, used], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def encode(self, clip: Clip, path: Path) -> Arrays:
        """Text tokens, speech tokens, voice and delivery of a clip, each clip alone."""
        import torch

        from trainer.backends.chatterbox.text import token_ids

        tokenizer, encoder = self._listeners
        wave = read(path, SPEECH_RATE)
        with torch.inference_mode():
            codes = tokenizer([wave])[0][0].numpy().astype(np.int16)
            voice = encoder.embeds_from_wavs([wave], sample_rate=SPEECH_RATE)[0]
        found = measured(wave, SPEECH_RATE)
        return {
            "tokens": np.asarray(
                token_ids(self._tokenizer, clip.text, clip.language), dtype=np.int32
            ),
            "codes": codes,
            "speaker": np.asarray(voice, dtype=np.float32),
            "delivery": np.asarray([found.pitch_spread, found.level_spread], dtype=np.float32),
            "mel": codes[:, None],
        }

    def settle(self, clips: Sequence[Clip], arrays: Mapping[str, Arrays]) -> None:
        """Find out where each clip's delivery lies among those of its speaker."""
        found = {clip.id: arrays[clip.id]["delivery"] for clip in clips}
        self._expression = expression(
            {key: (float(pair[0]), float(pair[1])) for key, pair in found.items()},
            {clip.id: clip.speaker for clip in clips},
            {clip.id: clip.emotion for clip in clips},
        )
        if self._kept is not None:
            write_expression(self._kept, self._expression)

    def length(self, clip: Clip) -> int:
        """Positions of the clip in a batch; the text's share is estimated."""
        from trainer.backends.chatterbox.batch import row_length

        tokens = int(len(clip.text) / TEXT_CHARACTERS_PER_TOKEN) + 1
        return row_length(tokens, TOKENS.frames(clip.samples / clip.rate))

    def network(self) -> "nn.Module":
        """The base's T3 with our forward pass."""
        from trainer.backends.chatterbox.network import ChatterboxNetwork
        from trainer.backends.chatterbox.package import load_t3

        t3: Any = load_t3(self.base)
        set_dropout(t3, self.config.model.dropout)
        if self.config.precision.checkpointing:
            t3.tfmr.gradient_checkpointing_enable({"use_reentrant": False})
        return ChatterboxNetwork(t3, smooth=self.config.loss.label_smoothing > 0)

    def adapt(self, network: "nn.Module") -> None:
        """All weights, LoRA adapters, or some parts."""
        from trainer.backends.chatterbox.adapt import adapt

        adapt(network, self.config.adapt)

    def objective(self) -> Mapping[str, tuple[float, str]]:
        """Speech fully, text a little; the end of speech once more or less often as configured."""
        return text_and_speech(self.config.loss)

    def batch(self, items: Sequence[Item]) -> "ChatterboxBatch":
        """The clips as tensors."""
        from trainer.backends.chatterbox.batch import make_batch

        told = [self._expression.of_clip.get(item.clip.id, USUAL) for item in items]
        return make_batch(items, self._special, told, WORDLESS_SHARE)

    def export(self, network: "nn.Module", folder: Path) -> Mapping[str, object]:
        """The base's files with the trained T3, for the stock class."""
        from trainer.backends.chatterbox.stock import write_export

        return write_export(self.base, network, folder, self._expression)

    def speaker(self, export: Path) -> "StockSpeaker":
        """An export, loaded once for many texts."""
        from trainer.backends.chatterbox.stock import StockSpeaker

        return StockSpeaker(export)

    def speak(
        self,
        export: Path,
        text: str,
        language: str,
        prompts: Sequence[Path],
        out: Path,
        seed: int,
    ) -> float:
        """Speak through the stock class."""
        from trainer.backends.chatterbox.stock import speak

        return speak(export, text, language, prompts, out, seed)


FAMILY = Family(
    target="chatterbox",
    base_files=("t3_cfg.safetensors", "t3_mtl23ls_v2.safetensors"),
    packages=("chatterbox-tts", "peft", "torchaudio", "transformers"),
    backend=open_backend,
)
