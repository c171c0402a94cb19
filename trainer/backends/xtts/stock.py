"""Export for the stock class, and synthesis with the stock class."""

import math
import shutil
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.backends.xtts.adapt import merge_lora
from trainer.backends.xtts.base import LEARNT_CODES_OF, XttsBase
from trainer.backends.xtts.coqui import coqui
from trainer.backends.xtts.networks import GPT_PREFIX, tokenizer
from trainer.backends.xtts.vocoder import stock_class, width_of
from trainer.errors import BrokenRun, TrainerError
from trainer.runs.files import sync_file
from trainer.speech.sound import Sound, write_sound

if TYPE_CHECKING:
    import torch

CODES_PER_SECOND = 22050 / 1024
MIN_CHARACTERS_PER_SECOND = 5.0  # lower bound of speech rates; longer output is overrun
MIN_SECONDS = 2.0
OUTPUT_RATE = 24000  # Hz
UNTRAINED = "The DVAE of this base was changed, and this GPT was not trained on its codes."
TRAIN_FIRST = (
    "Train it on them (adapt.mode=full) until the evaluation is better than at step 0, or use"
    " the base with the original DVAE."
)


def write_export(base: XttsBase, network: Any, folder: Path) -> Mapping[str, object]:  # noqa: ANN401
    """Write model.pth with the GPT of the network, config.json and vocab.json.

    Returns the numbers of tensors and of tensors that differ from the base. Merges LoRA adapters
    into ``network`` in place.
    """
    import torch

    merge_lora(network.gpt)
    trained = {f"{GPT_PREFIX}{key}": value for key, value in network.gpt.state_dict().items()}
    before = {_stock_name(key): value for key, value in base.tensors("model.pth").items()}
    before = {key: value for key, value in before.items() if _is_exported(key)}
    differing = sorted(set(trained) ^ {key for key in before if key.startswith(GPT_PREFIX)})
    if differing:
        raise BrokenRun(f"The tensors of the trained network and the base differ: {differing[0]}.")
    changed = [key for key, value in trained.items() if not _same(value, before[key])]
    state = {key: trained.get(key, value).cpu().contiguous() for key, value in before.items()}
    if not base.matches_dvae and "gpt.mel_head.weight" not in changed:
        raise BrokenRun(UNTRAINED, TRAIN_FIRST)
    torch.save({"model": state, LEARNT_CODES_OF: base.hashes["dvae.pth"]}, folder / "model.pth")
    for name in ("config.json", "vocab.json"):
        shutil.copyfile(base.folder / name, folder / name)
        sync_file(folder / name)
    sync_file(folder / "model.pth")
    return {"tensors": len(state), "changed": len(changed)}


def load_stock(folder: Path) -> Any:  # noqa: ANN401 - coqui-tts has no types
    """Load the export in ``folder`` with the stock ``Xtts``, strictly."""
    settings = coqui("tts.configs.xtts_config").XttsConfig()
    settings.load_json(str(folder / "config.json"))
    model = stock_class(width_of(folder / "model.pth"))(settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.load_checkpoint(settings, checkpoint_dir=str(folder), eval=True, strict=True)
    model.tokenizer = tokenizer(folder / "vocab.json")  # the stock one refuses added languages
    return model


def speak(
    export: Path, text: str, language: str, prompts: Sequence[Path], out: Path, seed: int
) -> float:
    """Synthesise ``text`` in the voice of ``prompts`` to a 24 kHz WAV file.

    The length is limited by the lowest speech rate, in case the network misses the stop code.
    """
    import numpy as np
    import torch

    model = load_stock(export)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device)
    seconds = MIN_SECONDS + len(text) / MIN_CHARACTERS_PER_SECOND
    torch.manual_seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        voice = model.get_conditioning_latents(audio_path=[str(path) for path in prompts])
        result = model.inference(
            text, language, *voice, max_new_tokens=math.ceil(seconds * CODES_PER_SECOND)
        )
    wave = np.asarray(result["wav"], dtype=np.float32)
    if not np.isfinite(wave).all():
        raise TrainerError(
            "The synthesised audio contains NaN or infinity: the weights are damaged."
        )
    write_sound(out, Sound(wave, OUTPUT_RATE))
    return len(wave) / OUTPUT_RATE


def _stock_name(key: str) -> str:
    """Tensor name without the prefix of coqui's trainer."""
    return key.removeprefix("xtts.")


def _is_exported(key: str) -> bool:
    """Whether the stock class uses the tensor; others belong to its trainer."""
    return key.partition(".")[0] in ("gpt", "hifigan_decoder", "mel_stats")


def _same(one: "torch.Tensor", other: "torch.Tensor") -> bool:
    import torch

    return one.shape == other.shape and torch.equal(one.cpu(), other.cpu())
