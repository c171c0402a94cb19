"""Import of chatterbox-tts, and construction of its networks at configurable sizes.

The package hard-codes the released sizes. Random bases and bases with an extended vocabulary have
other sizes; a context manager patches them in while the networks are built.
"""

import contextlib
import functools
import importlib
import importlib.metadata
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from trainer.backends.chatterbox.base import ENGLISH, MULTILINGUAL, ChatterboxBase, Sizes
from trainer.backends.tensor_files import fill
from trainer.errors import BrokenBase, TrainerError

if TYPE_CHECKING:
    from torch import Tensor, nn

DISTRIBUTION = "chatterbox-tts"
SMALL_TOKENIZER = {
    "n_audio_state": 128,
    "n_audio_head": 2,
    "n_audio_layer": 1,
}  # fixed at 64 per head
SMALL_ENCODER = {"num_blocks": 1, "linear_units": 128}
SMALL_DECODER = {"n_blocks": 1, "num_mid_blocks": 1, "num_heads": 2, "channels": [64]}
SMALL_VOCODER = {"base_channels": 32}


def chatterbox(name: str = "") -> Any:  # noqa: ANN401 - the package has no types
    """Import a module of chatterbox-tts; TrainerError if it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(f"chatterbox.{name}" if name else "chatterbox")
    except ImportError as error:
        raise TrainerError(
            f"chatterbox-tts cannot be imported: {error}.",
            "Install it with: curator setup chatterbox",
        ) from error


def version() -> str:
    """Installed version of chatterbox-tts."""
    try:
        return importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def new_t3(sizes: Sizes) -> "nn.Module":
    """Build T3 with random weights."""
    with at_sizes(sizes), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        settings = chatterbox("models.t3.modules.t3_config").T3Config(sizes.text_tokens)
        network: nn.Module = chatterbox("models.t3.t3").T3(settings)
    return network


def new_s3gen(sizes: Sizes) -> "nn.Module":
    """Build speech tokenizer and decoder with random weights."""
    with at_sizes(sizes), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network: nn.Module = chatterbox("models.s3gen.s3gen").S3Token2Wav()
    return network


def new_voice_encoder() -> "nn.Module":
    """Build the voice encoder with random weights."""
    network: nn.Module = chatterbox("models.voice_encoder").VoiceEncoder()
    return network


def load_t3(base: ChatterboxBase) -> "nn.Module":
    """Load T3 of a base, strictly."""
    network = new_t3(base.sizes)
    path = base.path(base.edition.t3)
    fill(network, base.tensors(base.edition.t3), path, "It has to be a T3 of Chatterbox.")
    _refuse_unknown_ids(base)
    return with_own_attention(network)


def with_own_attention(t3: "nn.Module") -> "nn.Module":
    """Replace the deprecated attention of the perceiver, in place."""
    for module in t3.modules():
        if getattr(module, "flash", False):
            module.flash_attention = functools.partial(_attend, module)  # type: ignore[assignment]
    return t3


def _refuse_unknown_ids(base: ChatterboxBase) -> None:
    """Raise BrokenBase if the tokenizer has more tokens than T3 has rows."""
    ids = text_tokenizer(base).tokenizer.get_vocab().values()
    if max(ids) >= base.sizes.text_tokens:
        raise BrokenBase(
            f"{base.path(base.edition.t3)} has {base.sizes.text_tokens} text tokens, and"
            f" {base.edition.tokenizer} has ids up to {max(ids)}.",
            "Both files must be of the same model.",
        )


def _attend(
    module: Any,  # noqa: ANN401 - the perceiver's AttentionQKV
    q: "Tensor",
    k: "Tensor",
    v: "Tensor",
    mask: "Tensor | None" = None,
) -> "Tensor":
    """Attention of the perceiver with the configured dropout.

    Replaces ``flash_attention``, which uses a deprecated torch context manager and a fixed dropout.
    The other implementation in the package fails on an invalid einsum.
    """
    from torch.nn import functional

    dropout = module.dropout.p if module.training else 0.0
    return functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=dropout)


def load_s3gen(base: ChatterboxBase) -> "nn.Module":
    """Load speech tokenizer and decoder of a base."""
    network = new_s3gen(base.sizes)
    state = base.tensors(base.edition.s3gen)
    # The released file omits the mel filters of the tokenizer, which are computed.
    computed = {
        key: value
        for key, value in network.state_dict().items()
        if key.partition(".")[0] == "tokenizer" and key not in state
    }
    hint = "It has to be the S3Gen of this edition."
    fill(network, {**computed, **state}, base.path(base.edition.s3gen), hint)
    return network.eval().requires_grad_(requires_grad=False)


def load_voice_encoder(base: ChatterboxBase) -> "nn.Module":
    """Load the voice encoder of a base."""
    network = new_voice_encoder()
    path = base.path(base.edition.voice_encoder)
    hint = "It has to be the voice encoder of Chatterbox."
    fill(network, base.tensors(base.edition.voice_encoder), path, hint)
    return network.eval().requires_grad_(requires_grad=False)


def text_tokenizer(base: ChatterboxBase) -> Any:  # noqa: ANN401
    """Load the text tokenizer of a base, of the stock class."""
    class_name = "EnTokenizer" if base.edition.name == "english" else "MTLTokenizer"
    with offline(base):
        return getattr(chatterbox("models.tokenizers"), class_name)(
            str(base.path(base.edition.tokenizer))
        )


@contextlib.contextmanager
def offline(base: ChatterboxBase) -> Iterator[None]:
    """Context manager: build the multilingual tokenizer without downloads.

    For every language, the stock class downloads a Cangjie table for Chinese into the base and a
    word segmentation network. Here the table comes from the base, and there is no segmentation.
    """

    def from_base(*, filename: str, **_: object) -> str:
        if not base.path(filename).is_file():
            raise FileNotFoundError(filename)  # the package logs this and continues
        return str(base.path(filename))

    def no_segmenter(converter: Any) -> None:  # noqa: ANN401
        converter.segmenter = None

    owner = chatterbox("models.tokenizers.tokenizer")
    with contextlib.ExitStack() as stack:
        for place, name, value in (
            (owner, "hf_hub_download", from_base),
            (owner.ChineseCangjieConverter, "_init_segmenter", no_segmenter),
        ):
            stack.callback(_set, place, name, getattr(place, name))
            _set(place, name, value)
        yield


@contextlib.contextmanager
def at_sizes(sizes: Sizes) -> Iterator[None]:
    """Context manager: patch the sizes of the stock classes."""
    with contextlib.ExitStack() as stack:
        for owner, name, value in (*_text(sizes), *_transformer(sizes), *_sound(sizes)):
            before = owner[name] if isinstance(owner, dict) else getattr(owner, name)
            stack.callback(_set, owner, name, before)
            _set(owner, name, value)
        yield


Patch = tuple[Any, str, object]
"""Module, class or dictionary, attribute or key, and new value."""


def _set(owner: Any, name: str, value: object) -> None:  # noqa: ANN401
    if isinstance(owner, dict):
        owner[name] = value
    else:
        setattr(owner, name, value)


def _text(sizes: Sizes) -> Iterator[Patch]:
    """Patches for the vocabulary size; ``from_local`` selects it by the name of the edition."""
    if sizes.text_tokens in (ENGLISH.text_tokens, MULTILINGUAL.text_tokens):
        return
    config = chatterbox("models.t3.modules.t3_config").T3Config
    for name in ("english_only", "multilingual"):
        yield config, name, staticmethod(functools.partial(config, sizes.text_tokens))


def _transformer(sizes: Sizes) -> Iterator[Patch]:
    if sizes.width is None or sizes.heads is None:
        return
    configs = chatterbox("models.t3.llama_configs").LLAMA_CONFIGS
    changes = {
        "hidden_size": sizes.width,
        "intermediate_size": sizes.feed_forward,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "num_key_value_heads": sizes.heads,
        "head_dim": sizes.width // sizes.heads,
    }
    yield configs, "Llama_520M", {**configs["Llama_520M"], **changes}
    perceiver = chatterbox("models.t3.modules.perceiver").Perceiver
    small = {"pre_attention_query_size": sizes.width, "embedding_dim": sizes.width}
    owner = chatterbox("models.t3.modules.cond_enc")
    yield owner, "Perceiver", functools.partial(perceiver, **small, num_attn_heads=sizes.heads)


def _sound(sizes: Sizes) -> Iterator[Patch]:
    if not sizes.small_sound:
        return
    owner = chatterbox("models.s3gen.s3gen")
    # S3Tokenizer does not pass its configuration on; the default of its base class is used.
    (config,) = importlib.import_module("s3tokenizer.model_v2").S3TokenizerV2.__init__.__defaults__
    for name, size in SMALL_TOKENIZER.items():
        yield config, name, size
    smaller: tuple[tuple[str, dict[str, Any]], ...] = (
        ("UpsampleConformerEncoder", SMALL_ENCODER),
        ("ConditionalDecoder", SMALL_DECODER),
        ("HiFTGenerator", SMALL_VOCODER),
    )
    for name, changes in smaller:
        yield owner, name, _with_changes(getattr(owner, name), changes)


def _with_changes(cls: Any, changes: dict[str, Any]) -> Any:  # noqa: ANN401
    """Constructor of ``cls`` with overridden keyword arguments."""
    return lambda *args, **named: cls(*args, **{**named, **changes})
