"""Construction of coqui's networks: GPT, DVAE, mel extractors, tokenizer."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.backends.network_sizes import require_sizes
from trainer.backends.tensor_files import fill
from trainer.backends.xtts.base import XttsBase
from trainer.backends.xtts.coqui import coqui
from trainer.errors import BrokenBase
from trainer.languages import GROWN, base_code, require_packages, supported

if TYPE_CHECKING:
    from torch import nn

GPT_PREFIX = "gpt."
NUMBER_ERRORS = (NotImplementedError, OverflowError, KeyError)  # of num2words
DEVANAGARI_DIGITS = str.maketrans("0123456789", "०१२३४५६७८९")
# Mel extractor of the voice prompt (perceiver), as in Xtts.get_gpt_cond_latents of coqui-tts 0.28.
STYLE_MEL = {
    "filter_length": 2048,
    "hop_length": 256,
    "win_length": 1024,
    "normalize": False,
    "sampling_rate": 22050,
    "mel_fmin": 0,
    "mel_fmax": 8000,
    "n_mel_channels": 80,
}


def tokenizer(vocabulary: Path | None) -> Any:  # noqa: ANN401 - coqui-tts has no types
    """Build coqui's tokenizer from ``vocab.json``, for any language; None: text rules only.

    Languages that coqui-tts does not list are put in lower case, with numbers in words where
    num2words has the language. Hindi numbers, which num2words lacks, stay digits.
    """
    stock: Any = coqui("tts.layers.xtts.tokenizer").VoiceBpeTokenizer
    listed = supported("xtts_v2")

    class Tokenizer(stock):  # type: ignore[misc]
        def preprocess_text(self, txt: str, lang: str) -> str:
            if listed.get(lang) == GROWN:
                return _plain_text(txt, lang)
            if lang == "hi":
                txt = txt.translate(DEVANAGARI_DIGITS)
            require_packages("xtts_v2", lang)
            try:
                return str(super().preprocess_text(txt, lang))
            except NUMBER_ERRORS:  # ordinals in Czech, or more digits than num2words takes
                return str(super().preprocess_text(_numbers_in_words(txt, lang), lang))

        def encode(self, txt: str, lang: str) -> list[int]:
            return list(super().encode(txt, base_code(lang)))

    made = Tokenizer(vocab_file=str(vocabulary) if vocabulary else None)
    if vocabulary:  # the network has a row for each number up to the highest
        require_sizes({"tokens": made.get_number_tokens()}, vocabulary)
    return made


MAX_DIGITS = 15  # num2words takes hours for longer numbers in some languages


def _plain_text(text: str, language: str) -> str:
    """Lower-case text of a language added in training, with numbers spelt out."""
    return " ".join(_numbers_in_words(text, language).replace('"', "").lower().split())


def _numbers_in_words(text: str, language: str) -> str:
    """Text with cardinal numbers spelt out, if num2words has the language."""
    from num2words import CONVERTER_CLASSES

    if language not in CONVERTER_CLASSES:
        return text
    return re.sub("[0-9]+", lambda number: _in_words(number[0], language), text)


def _in_words(digits: str, language: str) -> str:
    """A number spelt out; digit by digit if it is too large for num2words."""
    from num2words import num2words

    try:
        if len(digits) <= MAX_DIGITS:
            return str(num2words(int(digits), lang=language))
    except NUMBER_ERRORS:
        pass  # it has no word for so large a number
    return " ".join(str(num2words(int(digit), lang=language)) for digit in digits)


def new_gpt(args: Mapping[str, Any], tokens: Any) -> "nn.Module":  # noqa: ANN401
    """Build a GPT with random weights. tokens: its tokenizer."""
    module: nn.Module = coqui("tts.layers.xtts.gpt").GPT(
        layers=args["gpt_layers"],
        model_dim=args["gpt_n_model_channels"],
        heads=args["gpt_n_heads"],
        max_text_tokens=args["gpt_max_text_tokens"],
        max_mel_tokens=args["gpt_max_audio_tokens"],
        max_prompt_tokens=args["gpt_max_prompt_tokens"],
        start_text_token=tokens.tokenizer.token_to_id("[START]"),
        stop_text_token=tokens.tokenizer.token_to_id("[STOP]"),
        number_text_tokens=tokens.get_number_tokens(),
        num_audio_tokens=args["gpt_num_audio_tokens"],
        start_audio_token=args["gpt_start_audio_token"],
        stop_audio_token=args["gpt_stop_audio_token"],
        use_perceiver_resampler=args["gpt_use_perceiver_resampler"],
        code_stride_len=args["gpt_code_stride_len"],
    )
    return module


def load_gpt(base: XttsBase, tokens: Any) -> "nn.Module":  # noqa: ANN401
    """Load the GPT of a base, strictly."""
    gpt = new_gpt(base.model_args(), tokens)
    weights = {
        key.removeprefix(GPT_PREFIX): tensor
        for key, tensor in base.tensors("model.pth").items()
        if key.startswith(GPT_PREFIX)
    }
    hint = "Its sizes are in config.json and vocab.json: all files must be of one model."
    fill(gpt, weights, base.folder / "model.pth", hint)
    return gpt


def load_dvae(base: XttsBase, *, with_decoder: bool = False) -> "nn.Module":
    """Load the frozen DVAE, with sizes inferred from its weights.

    with_decoder: require the decoder weights, too.
    """
    weights = base.tensors("dvae.pth")
    dvae = new_dvae(**_dvae_sizes(weights, base.folder))
    missing = dvae.load_state_dict(weights, strict=False).missing_keys
    needed = ("encoder.", "codebook.", *(["decoder."] if with_decoder else []))
    missing = [key for key in missing if key.startswith(needed)]
    if missing:
        raise BrokenBase(f"{base.folder}/dvae.pth lacks {missing[0]}.")
    return dvae.eval().requires_grad_(requires_grad=False)


def new_dvae(*, hidden: int, blocks: int, dim: int, codes: int, layers: int = 2) -> "nn.Module":
    """Build a DVAE as coqui's GPTTrainer does, with random weights."""
    module: nn.Module = coqui("tts.layers.xtts.dvae").DiscreteVAE(
        channels=80,
        normalization=None,
        positional_dims=1,
        num_tokens=codes,
        codebook_dim=dim,
        hidden_dim=hidden,
        num_resnet_blocks=blocks,
        kernel_size=3,
        num_layers=layers,
        use_transposed_convs=False,
    )
    return module


def mel_extractor(base_folder: Path, *, style: bool) -> Any:  # noqa: ANN401
    """Build the log-mel extractor of voice prompts (style) or of the DVAE."""
    make = coqui("tts.layers.tortoise.arch_utils").TorchMelSpectrogram
    stats = str(base_folder / "mel_stats.pth")
    if style:
        return make(mel_norm_file=stats, **STYLE_MEL)
    return make(mel_norm_file=stats, sampling_rate=22050)


def _dvae_sizes(weights: Mapping[str, Any], folder: Path) -> dict[str, int]:
    """Infer the DVAE sizes from the shapes of its weights."""
    try:
        dim, codes = weights["codebook.embed"].shape
        hidden = weights["encoder.0.0.weight"].shape[0]
    except KeyError as error:
        raise BrokenBase(f"{folder}/dvae.pth lacks {error.args[0]}.") from error
    blocks = {key.split(".")[1] for key in weights if re.match(r"encoder\.\d+\.net\.", key)}
    strided = {key for key in weights if re.match(r"encoder\.\d+\.0\.weight$", key)}
    return {
        "hidden": hidden,
        "blocks": len(blocks),
        "dim": dim,
        "codes": codes,
        "layers": len(strided),
    }
