"""The layout of the released model.pth."""

import torch

from tests.helpers.pickles import renaming_pickle
from trainer.backends.xtts.base import LEGACY_CLASSES
from trainer.backends.xtts.coqui import coqui


def state_of(folder):
    return torch.load(folder / "model.pth", weights_only=True)["model"]


def as_released(folder):
    """The release: tensors beside a configuration of classes that moved since."""
    module = coqui("tts.configs.xtts_config")
    shared = coqui("config.shared_configs")
    config = module.XttsConfig(datasets=[shared.BaseDatasetConfig()])
    names = {name.rpartition(".")[2]: " ".join(name.rsplit(".", 1)) for name in LEGACY_CLASSES}
    classes = (module.XttsArgs, module.XttsAudioConfig, module.XttsConfig, shared.BaseDatasetConfig)
    pickles = renaming_pickle({cls: names[cls.__name__] for cls in classes})
    content = {"config": config, "model": state_of(folder)}
    torch.save(content, folder / "model.pth", pickle_module=pickles)
