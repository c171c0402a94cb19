"""Export for the stock class, and loading with it."""

import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.backends.tensor_files import check_folder
from trainer.backends.xtts.adapt import merge_lora
from trainer.backends.xtts.base import LEARNT_CODES_OF, XttsBase, copy_licence, model_args
from trainer.backends.xtts.coqui import coqui
from trainer.backends.xtts.networks import GPT_PREFIX, tokenizer
from trainer.backends.xtts.vocoder import stock_class, width_of
from trainer.errors import BrokenRun
from trainer.system import sync_file

if TYPE_CHECKING:
    import torch

CODES_PER_SECOND = 22050 / 1024
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
    before = base.tensors("model.pth")
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
    copy_licence(base.folder, folder)
    sync_file(folder / "model.pth")
    return {"tensors": len(state), "changed": len(changed)}


def load_stock(folder: Path) -> Any:  # noqa: ANN401 - coqui-tts has no types
    """Load the export in ``folder`` with the stock ``Xtts``, strictly."""
    check_folder(folder)
    model_args(folder)  # raises for sizes that would fill the memory
    settings = coqui("tts.configs.xtts_config").XttsConfig()
    settings.load_json(str(folder / "config.json"))
    model = stock_class(width_of(folder / "model.pth"))(settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.load_checkpoint(settings, checkpoint_dir=str(folder), eval=True, strict=True)
    model.tokenizer = tokenizer(folder / "vocab.json")  # the stock one refuses added languages
    return model


def _same(one: "torch.Tensor", other: "torch.Tensor") -> bool:
    import torch

    return one.shape == other.shape and torch.equal(one.cpu(), other.cpu().to(one.dtype))
