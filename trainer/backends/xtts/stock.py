"""Exports that the stock class loads strictly, and speech through the stock class.

The stock class is the contract: what it cannot load was not exported.
"""

import math
import os
import shutil
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.backends.xtts.adapt import merge_lora
from trainer.backends.xtts.base import LEARNT_CODES_OF, XttsBase
from trainer.backends.xtts.coqui import coqui
from trainer.backends.xtts.networks import GPT_PREFIX
from trainer.backends.xtts.vocoder import stock_class, width_of
from trainer.errors import BrokenRun, TrainerError
from trainer.runs.files import sync_file

if TYPE_CHECKING:
    import torch

CODES_PER_SECOND = 22050 / 1024
SLOWEST_CHARACTERS_PER_SECOND = 5.0  # nobody speaks slower; longer output is a run-on
LEAST_SECONDS = 2.0
OUTPUT_RATE = 24000  # Hz
UNTRAINED = "The DVAE of this base was changed, and this GPT has not learnt its codes."
TRAIN_FIRST = (
    "Train it on them (adapt.mode=full) until it evaluates better than at step 0, or use the base"
    " whose DVAE the GPT was trained with."
)


def write_export(base: XttsBase, network: Any, folder: Path) -> Mapping[str, object]:  # noqa: ANN401
    """model.pth with the base's weights, its GPT replaced by the network's; config and vocabulary.

    Returns how many tensors there are and how many differ from the base. LoRA adapters are merged
    into ``network``, which cannot be trained on afterwards.
    """
    import torch

    merge_lora(network.gpt)
    learnt = {f"{GPT_PREFIX}{key}": value for key, value in network.gpt.state_dict().items()}
    before = {_stock_name(key): value for key, value in base.tensors("model.pth").items()}
    before = {key: value for key, value in before.items() if _is_exported(key)}
    differing = sorted(set(learnt) ^ {key for key in before if key.startswith(GPT_PREFIX)})
    if differing:
        raise BrokenRun(f"The trained network has other tensors than the base: {differing[0]}.")
    changed = [key for key, value in learnt.items() if not _same(value, before[key])]
    state = {key: learnt.get(key, value).cpu().contiguous() for key, value in before.items()}
    if not base.knows_its_codes and "gpt.mel_head.weight" not in changed:
        raise BrokenRun(UNTRAINED, TRAIN_FIRST)
    torch.save({"model": state, LEARNT_CODES_OF: base.hashes["dvae.pth"]}, folder / "model.pth")
    for name in ("config.json", "vocab.json"):
        shutil.copyfile(base.folder / name, folder / name)
        sync_file(folder / name)
    sync_file(folder / "model.pth")
    return {"tensors": len(state), "changed": len(changed)}


def load_stock(folder: Path) -> Any:  # noqa: ANN401 - coqui-tts has no types
    """The stock ``Xtts`` with the export in ``folder``, loaded strictly and ready to speak."""
    settings = coqui("tts.configs.xtts_config").XttsConfig()
    settings.load_json(str(folder / "config.json"))
    model = stock_class(width_of(folder / "model.pth"))(settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.load_checkpoint(settings, checkpoint_dir=str(folder), eval=True, strict=True)
    return model


def speak(
    export: Path, text: str, language: str, prompts: Sequence[Path], out: Path, seed: int
) -> float:
    """Speak ``text`` in the voice of ``prompts`` and write 24 kHz sound to ``out``.

    The length is capped by what the slowest speaker would need: a network that misses its own
    end of speech would otherwise go on for half a minute.
    """
    import numpy as np
    import soundfile
    import torch

    model = load_stock(export)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device)
    seconds = LEAST_SECONDS + len(text) / SLOWEST_CHARACTERS_PER_SECOND
    torch.manual_seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        voice = model.get_conditioning_latents(audio_path=[str(path) for path in prompts])
        spoken = model.inference(
            text, language, *voice, max_new_tokens=math.ceil(seconds * CODES_PER_SECOND)
        )
    wave = np.asarray(spoken["wav"], dtype=np.float32)
    if not np.isfinite(wave).all():
        raise TrainerError("The network spoke samples that are not numbers; it is spoilt.")
    beside = out.with_name(f".{out.stem}.{os.getpid()}.tmp.wav")
    try:
        soundfile.write(beside, np.clip(wave, -1.0, 1.0), OUTPUT_RATE, subtype="PCM_16")
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
    return len(wave) / OUTPUT_RATE


def _stock_name(key: str) -> str:
    """The name of a tensor without the prefix that coqui's trainer puts before it."""
    return key.removeprefix("xtts.")


def _is_exported(key: str) -> bool:
    """Whether the stock class knows the tensor; its trainer's extras are left behind."""
    return key.partition(".")[0] in ("gpt", "hifigan_decoder", "mel_stats")


def _same(one: "torch.Tensor", other: "torch.Tensor") -> bool:
    import torch

    return one.shape == other.shape and torch.equal(one.cpu(), other.cpu())
