"""Base folder from a checkpoint of coqui's trainer, such as best_model.pth.

Such a file contains the DVAE and the mel statistics too. The vocabulary and the configuration lie
beside it, in the folder of the original files that the recipes download, or where the run's
config.json says.
"""

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.backends.xtts.base import (
    FILES,
    INFERENCE_COPIES,
    XttsBase,
    lacking,
    load_tensors,
    open_base,
    stock_name,
)
from trainer.backends.xtts.coqui import coqui
from trainer.errors import BrokenBase
from trainer.foreign_files import read_json
from trainer.runs.files import build_once, sha256_of

if TYPE_CHECKING:
    import torch

VERSION = 1
CHECKPOINTS = ("best_model.pth", "model.pth")
DVAE_PREFIX = "dvae."
MEL_STATS = "mel_stats"
# Keys of model_args in a run's config.json that name the original files.
NAMED_BY = {"vocab.json": "tokenizer_file", "dvae.pth": "dvae_checkpoint",
            "mel_stats.pth": "mel_norm_file"}  # fmt: skip


def open_any_base(path: Path, cache: Path) -> XttsBase:
    """Open a base folder, a folder of coqui's trainer or one of its checkpoints.

    cache: folder for a base built from a checkpoint.
    """
    if path.is_dir() and all((path / name).is_file() for name in FILES):
        return open_base(path)
    checkpoint = _checkpoint(path)
    if checkpoint is None:
        return open_base(path)  # raises
    return open_base(_built(checkpoint, cache))


def _checkpoint(path: Path) -> Path | None:
    """The checkpoint that a path means; None if there is none."""
    if path.is_file():
        return path
    files = (path / name for name in CHECKPOINTS)
    return next((file for file in files if file.is_file()), None)


def _built(checkpoint: Path, cache: Path) -> Path:
    """Folder of the base of a checkpoint; built once for its content."""
    companions = {name: _companion(checkpoint, name) for name in FILES[1:]}
    digests = [sha256_of(file) for file in (checkpoint, *companions.values()) if file]
    text = json.dumps([VERSION, *digests])
    folder = cache / f"imported-base-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return build_once(folder, lambda empty: _build(empty, checkpoint, companions))


def _build(folder: Path, checkpoint: Path, companions: Mapping[str, Path | None]) -> None:
    import torch

    tensors = load_tensors(checkpoint)
    plain = {stock_name(key): value for key, value in tensors.items()}
    parts = {
        "dvae.pth": {
            key.removeprefix(DVAE_PREFIX): value.contiguous()
            for key, value in plain.items()
            if key.startswith(DVAE_PREFIX)
        },
        "mel_stats.pth": plain.get(MEL_STATS),
    }
    missing = [
        name
        for name, found in companions.items()
        if found is None and (name not in parts or not _is_there(parts[name]))
    ]
    if missing:
        raise lacking(checkpoint.parent, missing)
    for name, part in parts.items():
        original = companions[name]
        # The checkpoint's own part is the one that its GPT was trained with.
        if _is_there(part):
            torch.save(part, folder / name)
        elif original is not None:
            shutil.copyfile(original, folder / name)
    vocabulary, settings = companions["vocab.json"], companions["config.json"]
    assert vocabulary is not None
    assert settings is not None
    shutil.copyfile(vocabulary, folder / "vocab.json")
    (folder / "config.json").write_text(json.dumps(_config(settings), indent=1), encoding="utf-8")
    model = {
        key: value.contiguous()
        for key, value in plain.items()
        if not key.startswith((DVAE_PREFIX, "torch_mel_spectrogram", *INFERENCE_COPIES))
    }
    torch.save({"model": model}, folder / "model.pth")


def _is_there(part: "Mapping[str, torch.Tensor] | torch.Tensor | None") -> bool:
    return part is not None and len(part) > 0


def _companion(checkpoint: Path, name: str) -> Path | None:
    """An original file of the run: beside the checkpoint, named in its settings, or near it."""
    return next((path for path in _places(checkpoint, name) if path.is_file()), None)


def _places(checkpoint: Path, name: str) -> Iterator[Path]:
    folder = checkpoint.parent
    yield folder / name
    named = _read_json(folder / "config.json").get("model_args", {}).get(NAMED_BY.get(name, ""))
    if isinstance(named, str) and Path(named).name == name:  # no other file that a run may name
        # Relative paths count from the folder in which the training was started.
        yield from (root / named for root in (Path(), folder, *folder.resolve().parents[:3]))
    # coqui's recipe and the web interfaces keep the original files in a folder beside the run.
    yield from sorted(folder.parent.glob(f"*/{name}"))


def _config(path: Path) -> dict[str, Any]:
    """Configuration for the stock class, from that of a training or of a model."""
    given = _read_json(path)
    if not isinstance(given.get("model_args"), dict):
        raise BrokenBase(f"{path} is not an XTTS configuration.")
    module = coqui("tts.configs.xtts_config")
    known = {field.name for field in dataclasses.fields(module.XttsConfig)}
    sizes = {field.name for field in dataclasses.fields(module.XttsArgs)}
    config = {key: value for key, value in given.items() if key in known}
    # Paths of the machine that it was trained on.
    unwanted = {"output_path", "datasets", "test_sentences", "dashboard_logger"}
    config = {key: value for key, value in config.items() if key not in unwanted}
    config["model_args"] = {
        key: value
        for key, value in given["model_args"].items()
        if key in sizes and not key.endswith(("_checkpoint", "_file"))
    }
    return {**config, "model": "xtts"}


def _read_json(path: Path) -> dict[str, Any]:
    """Object in a JSON file; {} if the file is missing or not one."""
    try:
        return read_json(path, strict=False)  # coqui writes infinities
    except (OSError, ValueError):
        return {}
