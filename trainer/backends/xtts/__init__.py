"""Model family XTTS-v2. Only this package imports TTS, inside functions."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trainer.backends import MELS, Arrays, Item, bases
from trainer.backends.bases import with_extended_vocabulary
from trainer.backends.dropout import set_dropout
from trainer.backends.objective import PARTS, text_and_speech
from trainer.backends.xtts.base import XttsBase, open_base
from trainer.backends.xtts.coqui import coqui_version
from trainer.backends.xtts.sound import CODE_SAMPLES, TAIL_SAMPLES
from trainer.backends.xtts.stock_checkpoint import open_any_base
from trainer.bundle.manifest import Bundle, Clip
from trainer.bundle.preflight import Reason
from trainer.bundle.vocabulary import read_additions
from trainer.config import TrainConfig
from trainer.families import Family
from trainer.foreign_files import read_mono
from trainer.runs.distributed import choose_device, device_of, full_precision
from trainer.speech.sound import write_sound
from trainer.target import read_target

if TYPE_CHECKING:
    from torch import nn

    from trainer.backends.packed import Packed
    from trainer.backends.xtts.batch import XttsSpecialTokens
    from trainer.backends.xtts.speaker import XttsSpeaker

FEATURE_VERSION = 1
TEXT_CHARACTERS_PER_TOKEN = 3.0  # estimate for bucketing
UNKNOWN_TOKEN = 1  # [UNK]; coqui's trainer also hard-codes the id


def open_backend(config: TrainConfig, bundle: Bundle, cache: Path) -> "XttsBackend":
    """Open the back-end on ``model.base`` or on a small random base built for the bundle."""
    base = base_of(config, bundle, cache)
    return XttsBackend(
        config, with_extended_vocabulary(base, __name__, config, bundle, cache, open_base)
    )


def base_of(config: TrainConfig, bundle: Bundle, cache: Path) -> XttsBase:
    """Open the configured base or build a small random one."""
    return bases.base_of(
        "XTTS", __name__, config, bundle, cache, lambda path: open_any_base(path, cache)
    )


class XttsBackend:
    """Implementation of ``trainer.backends.Backend``."""

    name = "xtts"
    target = "xtts_v2"
    parts: Sequence[str] = PARTS
    prompt_units = MELS

    def __init__(self, config: TrainConfig, base: XttsBase) -> None:
        self.config = config
        self.base = base
        self.additions = read_additions(base.folder)

    @cached_property
    def _tokens(self) -> Any:  # noqa: ANN401 - coqui-tts has no types
        from trainer.backends.xtts.networks import tokenizer

        return tokenizer(self.base.folder / "vocab.json")

    @cached_property
    def _encoders(self) -> tuple[Any, Any, Any]:
        """DVAE, its mel extractor and the mel extractor of voice prompts."""
        from trainer.backends.xtts.networks import load_dvae, mel_extractor

        folder, device = self.base.folder, device_of(self.config)
        return (
            load_dvae(self.base).to(device),
            mel_extractor(folder, style=False).to(device),
            mel_extractor(folder, style=True).to(device),
        )

    @cached_property
    def _special(self) -> "XttsSpecialTokens":
        from trainer.backends.xtts.batch import XttsSpecialTokens

        args: dict[str, Any] = dict(self.base.model_args())
        return XttsSpecialTokens(
            start_text=self._tokens.tokenizer.token_to_id("[START]"),
            stop_text=self._tokens.tokenizer.token_to_id("[STOP]"),
            start_mel=args["gpt_start_audio_token"],
            stop_mel=args["gpt_stop_audio_token"],
        )

    def identity(self) -> Mapping[str, object]:
        """Provenance: hashes of the base files and version of coqui-tts."""
        return {
            "backend": self.name,
            "base": str(self.base.folder),
            "sha256": dict(self.base.hashes),
            "learnt_codes_of": self.base.learnt_codes_of,
            "coqui_tts": coqui_version(),
            "licence": self.base.licence or read_target(self.target).licence,
            **(self.additions.identity() if self.additions else {}),
        }

    def reject(self, clips: Sequence[Clip]) -> Mapping[str, Sequence[Reason]]:
        """Clips with unknown characters or too many text tokens."""
        limit = read_target(self.target).max_tokens
        rejected: dict[str, list[Reason]] = {}
        for clip in clips:
            tokens = self._tokens.encode(clip.text, clip.language)
            if UNKNOWN_TOKEN in tokens:
                why = "the text has characters that are not in the vocabulary of the base"
                rejected.setdefault(clip.id, []).append(Reason("unknown_characters", why))
            if len(tokens) > limit:
                why = f"text of {len(tokens)} tokens, limit {limit}"
                rejected.setdefault(clip.id, []).append(Reason("text_too_long", why))
        return rejected

    def feature_key(self) -> str:
        """Hash of the DVAE, the mel statistics and the text vocabulary."""
        hashes = {
            name: self.base.hashes[name] for name in ("dvae.pth", "mel_stats.pth", "vocab.json")
        }
        text = json.dumps([FEATURE_VERSION, hashes, TAIL_SAMPLES], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def encode(self, clip: Clip, path: Path) -> Arrays:
        """Tokens, codes and mel spectrogram of a clip, padded with a fixed length of silence."""
        import torch

        dvae, dvae_mel, style_mel = self._encoders
        samples, _ = read_mono(path)
        wave = torch.from_numpy(samples)[None].to(device_of(self.config))  # (1, samples)
        with torch.inference_mode(), full_precision():
            padded = torch.nn.functional.pad(wave, (0, TAIL_SAMPLES))
            codes = dvae.get_codebook_indices(dvae_mel(padded))[0]
            mel = style_mel(wave)[0].T  # (frames, 80)
        return {
            "tokens": np.asarray(self._tokens.encode(clip.text, clip.language), dtype=np.int32),
            "codes": codes[: math.ceil(len(samples) / CODE_SAMPLES)].cpu().numpy().astype(np.int16),
            "mel": mel.cpu().numpy().astype(np.float16),
        }

    def fit(self, clips: Sequence[Clip], arrays: Mapping[str, Arrays]) -> None:
        """Free the encoders; there are no statistics over clips."""
        self.__dict__.pop("_encoders", None)

    def length(self, clip: Clip) -> int:
        """Positions of the clip in a batch, with estimated text tokens."""
        from trainer.backends.xtts.batch import row_length

        tokens = int(len(clip.text) / TEXT_CHARACTERS_PER_TOKEN) + 1
        return row_length(tokens, math.ceil(clip.samples / CODE_SAMPLES))

    def network(self) -> "nn.Module":
        """GPT of the base, with the forward pass of ``XttsNetwork``."""
        from trainer.backends.xtts.fast_modules import enable_checkpointing
        from trainer.backends.xtts.network import XttsNetwork
        from trainer.backends.xtts.networks import load_gpt

        network = XttsNetwork(
            load_gpt(self.base, self._tokens), smooth=self.config.loss.label_smoothing > 0
        )
        set_dropout(network, self.config.model.dropout)
        if self.config.precision.checkpointing:
            enable_checkpointing(network.gpt)
        return network

    def adapt(self, network: "nn.Module") -> None:
        """Set the trainable parameters: all, LoRA adapters or parts, and added tokens."""
        from trainer.backends.xtts.adapt import adapt, require_trainable_codes

        adapt(network, self.config.adapt, is_extended=self.additions is not None)
        if not self.base.matches_dvae:
            require_trainable_codes(network)

    def objective(self) -> Mapping[str, tuple[float, str]]:
        """Weighted text and code loss, with the configured stop token weight."""
        return text_and_speech(self.config.loss)

    def batch(self, items: Sequence[Item]) -> "Packed":
        """Collate items into tensors."""
        from trainer.backends.xtts.batch import make_batch

        return make_batch(items, self._special)

    def export(self, network: "nn.Module", folder: Path) -> Mapping[str, object]:
        """Write model.pth, config.json and vocab.json for the stock class."""
        from trainer.backends.xtts.stock import write_export

        return write_export(self.base, network, folder)

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

    def speaker(self, export: Path) -> "XttsSpeaker":
        """Load an export once for many texts, with ending control."""
        return open_voice(export, self.config.run.device)


def open_voice(folder: Path, device: str = "auto") -> "XttsSpeaker":
    """Load an export or a base as a speaker. device: as ``run.device``."""
    from trainer.backends.xtts.speaker import XttsSpeaker

    return XttsSpeaker(folder, choose_device(device))


FAMILY = Family(
    target="xtts_v2",
    base_files=("model.pth", "best_model.pth"),
    packages=("coqui-tts", "peft", "six", "tokenizers", "torchaudio", "transformers"),
    backend=open_backend,
    voice=open_voice,
)
