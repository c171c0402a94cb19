"""What the check trains: a family's network with random weights, and random clips for it.

Nothing but the networks is needed: no files of a model, no tokenizer, no audio.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trainer.backends import Arrays, Item
from trainer.backends.objective import PARTS, text_and_speech
from trainer.bundle.manifest import Clip, Source
from trainer.config import TrainConfig

if TYPE_CHECKING:
    from torch import nn

    from trainer.backends.chatterbox.batch import ChatterboxBatch

SECONDS = (2.0, 9.0)  # shortest and longest clip
LETTERS_PER_SECOND = 15
XTTS_CODES_PER_SECOND, CHATTERBOX_CODES_PER_SECOND = 22050 / 1024, 25.0
XTTS_TOKENS, CHATTERBOX_TOKENS = 6681, 704
REAL_XTTS = {"layers": 30, "model_dim": 1024, "heads": 16}
TINY_XTTS = {"layers": 2, "model_dim": 64, "heads": 2}
SPEAKER_VALUES = 256


@dataclass(frozen=True, slots=True)
class Subject:
    """A family at a size. network: builds it. item: random features of a clip.

    collate: items to a ``Batch``. adapt: sets the trainable parameters. positions: of a clip.
    """

    name: str
    target: str
    network: Callable[[TrainConfig], "nn.Module"]
    adapt: Callable[["nn.Module", TrainConfig], None]
    item: Callable[[Clip], Item]
    collate: Callable[[Sequence[Item]], Any]
    positions: Callable[[Clip], int]


class CheckBackend:
    """The part of ``trainer.backends.Backend`` that an update uses."""

    parts: Sequence[str] = PARTS

    def __init__(self, subject: Subject, config: TrainConfig) -> None:
        self.subject = subject
        self.config = config
        self.name, self.target = subject.name, subject.target

    def objective(self) -> Mapping[str, tuple[float, str]]:
        """As of the family."""
        return text_and_speech(self.config.loss)

    def batch(self, items: Sequence[Item]) -> Any:  # noqa: ANN401 - a Batch of the family
        """Collate items into tensors on the CPU."""
        return self.subject.collate(items)


class RandomPrompts:
    """Items with random features, instead of ``trainer.data.prompts.Prompts``."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def item(self, clip: Clip, epoch: int) -> Item:
        """The same item in every epoch."""
        return self.subject.item(clip)


def clips(count: int) -> list[Clip]:
    """Clips of evenly spread lengths."""
    lengths = np.linspace(*SECONDS, count)
    source = Source("", "0" * 64, 0.0, 0.0)
    return [
        Clip(f"clip-{at:04d}", "", "0" * 64, 24000, int(seconds * 24000), float(seconds),
             "x" * int(seconds * LETTERS_PER_SECOND), "en", "voice", None, "train", 1.0,
             f"g{at}", source, {}, None)
        for at, seconds in enumerate(lengths)
    ]  # fmt: skip


def _random(clip: Clip) -> np.random.Generator:
    return np.random.default_rng([int(clip.id.rpartition("-")[2]), 7])


def xtts(size: str) -> Subject:
    """XTTS-v2; size: real or tiny."""
    from trainer.backends.xtts.adapt import adapt
    from trainer.backends.xtts.batch import XttsSpecialTokens, make_batch, row_length
    from trainer.backends.xtts.coqui import coqui

    coqui("tts.layers.xtts.gpt")  # imported outside of any device context
    special = XttsSpecialTokens(start_text=261, stop_text=0, start_mel=1024, stop_mel=1025)

    def network(config: TrainConfig) -> "nn.Module":
        from trainer.backends.dropout import set_dropout
        from trainer.backends.xtts.fast_modules import enable_checkpointing
        from trainer.backends.xtts.network import XttsNetwork

        made = XttsNetwork(new_gpt(size))
        set_dropout(made, config.model.dropout)
        if config.precision.checkpointing:
            enable_checkpointing(made.gpt)
        return made

    def counts(clip: Clip) -> tuple[int, int]:
        return len(clip.text) // 3 + 1, int(clip.duration_s * XTTS_CODES_PER_SECOND)

    def item(clip: Clip) -> Item:
        random = _random(clip)
        tokens, codes = counts(clip)
        arrays: Arrays = {"tokens": random.integers(3, 260, tokens).astype(np.int32),
                  "codes": random.integers(0, 1024, codes).astype(np.int16)}  # fmt: skip
        return Item(clip, arrays, random.normal(size=(345, 80)).astype(np.float16), seed=1)

    return Subject(
        "xtts",
        "xtts_v2",
        network,
        lambda made, config: adapt(made, config.adapt, is_extended=False),
        item,
        lambda items: make_batch(items, special),
        lambda clip: row_length(*counts(clip)),
    )


def new_gpt(size: str) -> Any:  # noqa: ANN401 - a GPT of coqui-tts
    """GPT of XTTS with random weights."""
    from trainer.backends.xtts.coqui import coqui

    return coqui("tts.layers.xtts.gpt").GPT(
        **(REAL_XTTS if size == "real" else TINY_XTTS),
        max_text_tokens=402,
        max_mel_tokens=605,
        max_prompt_tokens=70,
        number_text_tokens=XTTS_TOKENS,
        num_audio_tokens=1026,
        start_audio_token=1024,
        stop_audio_token=1025,
        start_text_token=261,
        stop_text_token=0,
        use_perceiver_resampler=True,
    )


def chatterbox(size: str) -> Subject:
    """Chatterbox, English; size: real or tiny."""
    from trainer.backends.chatterbox.adapt import adapt
    from trainer.backends.chatterbox.batch import ChatterboxSpecialTokens, make_batch, row_length
    from trainer.backends.chatterbox.package import chatterbox as module

    module("models.t3.t3")  # imported outside of any device context
    settings = module("models.t3.modules.t3_config").T3Config()
    special = ChatterboxSpecialTokens(
        settings.start_text_token,
        settings.stop_text_token,
        settings.start_speech_token,
        settings.stop_speech_token,
    )

    def network(config: TrainConfig) -> "nn.Module":
        from trainer.backends.chatterbox.network import ChatterboxNetwork, enable_checkpointing
        from trainer.backends.dropout import set_dropout

        t3 = new_t3(size)
        set_dropout(t3, config.model.dropout)
        if config.precision.checkpointing:
            enable_checkpointing(t3)
        return ChatterboxNetwork(t3)

    def counts(clip: Clip) -> tuple[int, int]:
        return int(len(clip.text) / 1.6) + 1, int(clip.duration_s * CHATTERBOX_CODES_PER_SECOND)

    def item(clip: Clip) -> Item:
        random = _random(clip)
        tokens, codes = counts(clip)
        arrays: Arrays = {"tokens": random.integers(1, 250, tokens).astype(np.int32),
                  "codes": random.integers(0, 6561, codes).astype(np.int16),
                  "speaker": random.normal(size=SPEAKER_VALUES).astype(np.float32)}  # fmt: skip
        prompt = random.integers(0, 6561, (100, 1)).astype(np.int16)
        return Item(clip, arrays, prompt, voices=(arrays,), seed=1)

    def collate(items: Sequence[Item]) -> "ChatterboxBatch":
        return make_batch(items, special, [0.5] * len(items), 0.0)

    return Subject(
        "chatterbox",
        "chatterbox",
        network,
        lambda made, config: adapt(made, config.adapt, is_extended=False),
        item,
        collate,
        lambda clip: row_length(*counts(clip)),
    )


def new_t3(size: str) -> Any:  # noqa: ANN401 - a T3 of chatterbox-tts
    """T3 with random weights; the perceiver's attention as when it is loaded from a base."""
    from trainer.backends.chatterbox.base import Sizes
    from trainer.backends.chatterbox.package import new_t3 as make
    from trainer.backends.chatterbox.package import with_own_attention

    tiny = Sizes(CHATTERBOX_TOKENS, 2, 64, 2, 256)
    return with_own_attention(make(Sizes(CHATTERBOX_TOKENS) if size == "real" else tiny))


SUBJECTS: Mapping[str, Callable[[str], Subject]] = {"xtts": xtts, "chatterbox": chatterbox}
