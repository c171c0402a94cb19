"""A small random Chatterbox as real files, in the layout of the released English one.

It lets the whole path run where no weights can be had. Its speech tokenizer is set so that it
uses its codes on the bundle's sound: an untouched random one gives nearly every frame the same
code, and a falling loss would prove nothing.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.backends.chatterbox.base import ENGLISH, Sizes, write_sizes
from trainer.backends.chatterbox.package import new_s3gen, new_t3, new_voice_encoder
from trainer.backends.chatterbox.sound import SPEECH_RATE
from trainer.backends.prompt_sound import read
from trainer.bundle.manifest import Bundle
from trainer.config import TrainConfig
from trainer.errors import TrainerError
from trainer.runs.files import build_once

if TYPE_CHECKING:
    from torch import nn

VERSION = 1
CALIBRATION_CLIPS = 24
SPREAD = 0.9  # of what goes into the rounding: three levels are then about equally frequent
INITIAL_SPREAD = 0.02  # of weights, as the released network's are drawn
SPECIAL = ("[STOP]", "[UNK]", "[SPACE]", "[PAD]", "[SEP]", "[CLS]", "[MASK]")
START_ID = 255


def random_base(config: TrainConfig, bundle: Bundle, cache: Path) -> Path:
    """The folder of the small random base for this bundle; built at the first call."""
    sizes = config.model
    spec = [VERSION, sizes.layers, sizes.width, sizes.heads]
    text = json.dumps(["chatterbox", *spec, config.run.seed, bundle.manifest_sha256])
    folder = cache / f"random-base-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return build_once(folder, lambda empty: _build(empty, config, bundle))


def _build(folder: Path, config: TrainConfig, bundle: Bundle) -> None:
    import torch
    from safetensors.torch import save_file

    wanted = config.model
    if wanted.width % wanted.heads or (wanted.width // wanted.heads) % 2:
        raise TrainerError("model.width must be an even multiple of model.heads.")
    sizes = Sizes(
        ENGLISH.text_tokens,
        wanted.layers,
        wanted.width,
        wanted.heads,
        4 * wanted.width,
        small_sound=True,
    )
    write_sizes(folder, sizes)
    _write_vocabulary(folder / ENGLISH.tokenizer, bundle)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(config.run.seed)
        t3, s3gen = new_t3(sizes), new_s3gen(sizes)
        _calm(t3)
        _calibrate(s3gen, bundle)
        for network, name in (
            (t3, ENGLISH.t3),
            (s3gen, ENGLISH.s3gen),
            (new_voice_encoder(), ENGLISH.voice_encoder),
        ):
            state = {key: value.contiguous() for key, value in network.state_dict().items()}
            save_file(state, folder / name)


def _calm(t3: "nn.Module") -> None:
    """Tables drawn as narrowly as the released network's: torch draws embeddings from N(0, 1)."""
    from torch import nn

    for module in t3.modules():
        if isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=INITIAL_SPREAD)


def _calibrate(s3gen: Any, bundle: Bundle) -> None:  # noqa: ANN401
    """Centre and spread what the tokenizer rounds, by what it makes of the bundle's sound."""
    import torch

    tokenizer = s3gen.tokenizer.eval()
    down = tokenizer.quantizer._codebook.project_down
    seen: list[torch.Tensor] = []
    watch = down.register_forward_hook(lambda _m, _i, out: seen.append(out.detach()))
    try:
        for clip in _spread(bundle):
            tokenizer([read(bundle.audio(clip), SPEECH_RATE)])
    finally:
        watch.remove()
    answers = torch.cat(seen)  # (frames, 8)
    scale = SPREAD / answers.std(dim=0).clamp(min=1e-6)
    down.weight.mul_(scale[:, None])
    down.bias.copy_((down.bias - answers.mean(dim=0)) * scale)


def _spread(bundle: Bundle) -> Sequence[Any]:
    clips = bundle.part("train") or bundle.clips
    return clips[:: max(1, -(-len(clips) // CALIBRATION_CLIPS))]


def _write_vocabulary(path: Path, bundle: Bundle) -> None:
    """Every sign of the bundle, and START and STOP where the stock class expects them."""
    from tokenizers import AddedToken, Tokenizer, models

    signs = sorted({sign for clip in bundle.clips for sign in clip.text + clip.text.title()})
    signs = [*dict.fromkeys([*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", *signs])]
    signs += [sign for sign in ".,!?'\"-0123456789" if sign not in signs]
    signs = [sign for sign in signs if sign != " "][: START_ID - len(SPECIAL)]
    vocabulary = {token: at for at, token in enumerate([*SPECIAL, *signs])}
    vocabulary["[START]"] = START_ID
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="[UNK]"))
    made.add_special_tokens([AddedToken(token, special=True) for token in (*SPECIAL, "[START]")])
    made.save(str(path))
