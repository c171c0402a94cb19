"""The chatterbox-tts package, imported once, and its networks at the sizes a base asks for.

The released classes have their sizes written in their code. A small random base of the same
classes, or one whose vocabulary has grown, says its own in a file; while the networks are built,
these stand in place of the released ones.
"""

import contextlib
import functools
import importlib
import importlib.metadata
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from trainer.backends.chatterbox.base import ENGLISH, MULTILINGUAL, ChatterboxBase, Sizes
from trainer.errors import TrainerError

if TYPE_CHECKING:
    from torch import Tensor, nn

DISTRIBUTION = "chatterbox-tts"
SMALL_TOKENIZER = {
    "n_audio_state": 128,
    "n_audio_head": 2,
    "n_audio_layer": 1,
}  # 64 a head is fixed
SMALL_ENCODER = {"num_blocks": 1, "linear_units": 128}
SMALL_DECODER = {"n_blocks": 1, "num_mid_blocks": 1, "num_heads": 2, "channels": [64]}
SMALL_VOCODER = {"base_channels": 32}


def chatterbox(name: str = "") -> Any:  # noqa: ANN401 - the package has no types
    """A module of chatterbox-tts, or TrainerError when it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(f"chatterbox.{name}" if name else "chatterbox")
    except ImportError as error:
        raise TrainerError(
            f"chatterbox-tts cannot be imported: {error}.",
            "Install it with: pip install voice-curator[chatterbox]",
        ) from error


def version() -> str:
    """The installed version of chatterbox-tts."""
    try:
        return importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def new_t3(sizes: Sizes) -> "nn.Module":
    """T3 with random weights at these sizes."""
    with at_sizes(sizes), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        settings = chatterbox("models.t3.modules.t3_config").T3Config(sizes.text_tokens)
        made: nn.Module = chatterbox("models.t3.t3").T3(settings)
    return made


def new_s3gen(sizes: Sizes) -> "nn.Module":
    """The network between speech tokens and sound, with random weights."""
    with at_sizes(sizes), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made: nn.Module = chatterbox("models.s3gen.s3gen").S3Token2Wav()
    return made


def new_voice_encoder() -> "nn.Module":
    """The network that makes a voice a vector, with random weights."""
    made: nn.Module = chatterbox("models.voice_encoder").VoiceEncoder()
    return made


def load_t3(base: ChatterboxBase) -> "nn.Module":
    """The base's T3, strictly loaded."""
    network = new_t3(base.sizes)
    network.load_state_dict(base.tensors(base.edition.t3))
    for module in network.modules():
        if getattr(module, "flash", False):
            module.flash_attention = functools.partial(_attend, module)  # type: ignore[assignment]
    return network


def _attend(
    module: Any,  # noqa: ANN401 - the perceiver's AttentionQKV
    q: "Tensor",
    k: "Tensor",
    v: "Tensor",
    mask: "Tensor | None" = None,
) -> "Tensor":
    """The perceiver's attention as the package computes it.

    Without its context manager, which torch is about to drop; with the dropout of its own module,
    so that the configuration's counts. (The package's other way has its letters mixed up and
    cannot run.)
    """
    from torch.nn import functional

    left_out = module.dropout.p if module.training else 0.0
    return functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=left_out)


def load_s3gen(base: ChatterboxBase) -> "nn.Module":
    """The base's speech tokenizer and decoder."""
    network = new_s3gen(base.sizes)
    # The mel filters of the tokenizer are computed and not stored in the released file.
    missing, unexpected = network.load_state_dict(base.tensors(base.edition.s3gen), strict=False)
    wrong = [name for name in missing if name.partition(".")[0] != "tokenizer"] + list(unexpected)
    if wrong:
        raise TrainerError(f"{base.path(base.edition.s3gen)} has other tensors: {wrong[0]}.")
    return network.eval().requires_grad_(requires_grad=False)


def load_voice_encoder(base: ChatterboxBase) -> "nn.Module":
    """The base's voice encoder."""
    network = new_voice_encoder()
    network.load_state_dict(base.tensors(base.edition.voice_encoder))
    return network.eval().requires_grad_(requires_grad=False)


def text_tokenizer(base: ChatterboxBase) -> Any:  # noqa: ANN401
    """The base's text tokenizer, of the stock class."""
    kind = "EnTokenizer" if base.edition.name == "english" else "MTLTokenizer"
    with nothing_fetched(base):
        return getattr(chatterbox("models.tokenizers"), kind)(
            str(base.path(base.edition.tokenizer))
        )


@contextlib.contextmanager
def nothing_fetched(base: ChatterboxBase) -> Iterator[None]:
    """While this is open, the multilingual tokenizer takes its table of Chinese from the base.

    Whatever language is to be spoken, it would ask the model hub for the table, write it into the
    base, and fetch a network that divides Chinese into words; it cannot be built without.
    """

    def from_base(*, filename: str, **_: object) -> str:
        if not base.path(filename).is_file():
            raise FileNotFoundError(filename)  # the package goes on without, saying so in its log
        return str(base.path(filename))

    def undivided(converter: Any) -> None:  # noqa: ANN401
        converter.segmenter = None

    owner = chatterbox("models.tokenizers.tokenizer")
    with contextlib.ExitStack() as stack:
        for place, name, value in (
            (owner, "hf_hub_download", from_base),
            (owner.ChineseCangjieConverter, "_init_segmenter", undivided),
        ):
            stack.callback(_put, place, name, getattr(place, name))
            _put(place, name, value)
        yield


@contextlib.contextmanager
def at_sizes(sizes: Sizes) -> Iterator[None]:
    """While this is open, the stock classes are built at these sizes."""
    with contextlib.ExitStack() as stack:
        for owner, name, value in (*_text(sizes), *_transformer(sizes), *_sound(sizes)):
            before = owner[name] if isinstance(owner, dict) else getattr(owner, name)
            stack.callback(_put, owner, name, before)
            _put(owner, name, value)
        yield


Replaced = tuple[Any, str, object]
"""A module, class or dictionary, a name in it, and what shall stand there."""


def _put(owner: Any, name: str, value: object) -> None:  # noqa: ANN401
    if isinstance(owner, dict):
        owner[name] = value
    else:
        setattr(owner, name, value)


def _text(sizes: Sizes) -> Iterator[Replaced]:
    """``ChatterboxTTS.from_local`` asks for a vocabulary by the name of its edition."""
    if sizes.text_tokens in (ENGLISH.text_tokens, MULTILINGUAL.text_tokens):
        return
    config = chatterbox("models.t3.modules.t3_config").T3Config
    for name in ("english_only", "multilingual"):
        yield config, name, staticmethod(functools.partial(config, sizes.text_tokens))


def _transformer(sizes: Sizes) -> Iterator[Replaced]:
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


def _sound(sizes: Sizes) -> Iterator[Replaced]:
    if not sizes.small_sound:
        return
    owner = chatterbox("models.s3gen.s3gen")
    # S3Tokenizer does not hand its configuration on: its parent's default is what counts.
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


def _with_changes(kind: Any, changes: dict[str, Any]) -> Any:  # noqa: ANN401
    """The class, built with some arguments other than those it is called with."""
    return lambda *args, **named: kind(*args, **{**named, **changes})
