"""Small random Chatterbox base in the file layout of the released English one, for tests.

Its speech tokenizer is calibrated on the audio of the bundle, because an uncalibrated one maps
nearly every frame to the same code, and a falling loss would prove nothing.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.backends.chatterbox.base import ENGLISH, Sizes, write_sizes
from trainer.backends.chatterbox.package import new_s3gen, new_t3, new_voice_encoder
from trainer.backends.chatterbox.sound import SPEECH_RATE
from trainer.backends.prompt_sound import read_resampled
from trainer.bundle.manifest import Bundle
from trainer.config import TrainConfig
from trainer.errors import TrainerError
from trainer.runs.files import build_once, save_tensors

if TYPE_CHECKING:
    from torch import nn

VERSION = 1
CALIBRATION_CLIPS = 24
SPREAD = 0.9  # standard deviation before rounding: three levels about equally frequent
INITIAL_SPREAD = 0.02  # standard deviation of embeddings
SPECIAL = ("[STOP]", "[UNK]", "[SPACE]", "[PAD]", "[SEP]", "[CLS]", "[MASK]")
START_ID = 255


def random_base(config: TrainConfig, bundle: Bundle, cache: Path) -> Path:
    """Folder of the small random base for this bundle; built once."""
    sizes = config.model
    spec = [VERSION, sizes.layers, sizes.width, sizes.heads]
    text = json.dumps(["chatterbox", *spec, config.run.seed, bundle.manifest_sha256])
    folder = cache / f"random-base-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return build_once(folder, lambda empty: _build(empty, config, bundle))


def _build(folder: Path, config: TrainConfig, bundle: Bundle) -> None:
    import torch

    model = config.model
    if model.width % model.heads or (model.width // model.heads) % 2:
        raise TrainerError("model.width must be an even multiple of model.heads.")
    sizes = Sizes(
        ENGLISH.text_tokens,
        model.layers,
        model.width,
        model.heads,
        4 * model.width,
        small_sound=True,
    )
    write_sizes(folder, sizes)
    _write_vocabulary(folder / ENGLISH.tokenizer, bundle)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(config.run.seed)
        t3, s3gen = new_t3(sizes), new_s3gen(sizes)
        _init_embeddings(t3)
        _calibrate(s3gen, bundle)
        for network, name in (
            (t3, ENGLISH.t3),
            (s3gen, ENGLISH.s3gen),
            (new_voice_encoder(), ENGLISH.voice_encoder),
        ):
            state = {key: value.contiguous() for key, value in network.state_dict().items()}
            save_tensors(state, folder / name)


def _init_embeddings(t3: "nn.Module") -> None:
    """Initialise embeddings with the released standard deviation instead of torch's 1."""
    from torch import nn

    for module in t3.modules():
        if isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=INITIAL_SPREAD)


def _calibrate(s3gen: Any, bundle: Bundle) -> None:  # noqa: ANN401
    """Standardise the values that the tokenizer rounds, on the audio of the bundle."""
    import torch

    tokenizer = s3gen.tokenizer.eval()
    down = tokenizer.quantizer._codebook.project_down
    outputs: list[torch.Tensor] = []
    hook = down.register_forward_hook(lambda _m, _i, out: outputs.append(out.detach()))
    try:
        for clip in _spread(bundle):
            tokenizer([read_resampled(bundle.audio(clip), SPEECH_RATE)])
    finally:
        hook.remove()
    values = torch.cat(outputs)  # (frames, 8)
    scale = SPREAD / values.std(dim=0).clamp(min=1e-6)
    down.weight.mul_(scale[:, None])
    down.bias.copy_((down.bias - values.mean(dim=0)) * scale)


def _spread(bundle: Bundle) -> Sequence[Any]:
    clips = bundle.part("train") or bundle.clips
    return clips[:: max(1, -(-len(clips) // CALIBRATION_CLIPS))]


def _write_vocabulary(path: Path, bundle: Bundle) -> None:
    """Write a vocabulary of the characters of the bundle, with START and STOP at the stock ids."""
    from tokenizers import AddedToken, Tokenizer, models

    letters = sorted({sign for clip in bundle.clips for sign in clip.text + clip.text.title()})
    letters = [*dict.fromkeys([*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", *letters])]
    letters += [sign for sign in ".,!?'\"-0123456789" if sign not in letters]
    letters = [sign for sign in letters if sign != " "][: START_ID - len(SPECIAL)]
    vocabulary = {token: at for at, token in enumerate([*SPECIAL, *letters])}
    vocabulary["[START]"] = START_ID
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="[UNK]"))
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True) for token in (*SPECIAL, "[START]")]
    )
    tokenizer.save(str(path))
