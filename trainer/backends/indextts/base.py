"""Weights of IndexTTS-2 on disk; ``hub`` holds files of other repositories."""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.backends.network_sizes import require_in_file, require_sizes, whole
from trainer.errors import BrokenBase
from trainer.foreign_files import read_bytes
from trainer.only_speaks import InferenceModel
from trainer.runs.base_hashes import verified_hashes

CONFIG = "config.yaml"
MAX_CONFIG = 1 << 16  # bytes; the released one has 3,000
HUB = "hub"  # in the cache layout of huggingface_hub


@dataclass(frozen=True, slots=True)
class IndexTTSBase:
    """Verified folder of weights. hashes: SHA-256 by relative path."""

    folder: Path
    hashes: Mapping[str, str]


def open_base(model: InferenceModel, folder: Path) -> IndexTTSBase:
    """Open the weights in ``folder``; BrokenBase if a file is missing or its hash changed."""
    folder = folder.resolve()
    weights = model.weights
    missing = [name for name in weights.files if not (folder / name).is_file()]
    if missing:
        raise BrokenBase(
            f"The base folder {folder} lacks {', '.join(missing)}.",
            f"Download them with: hf download {weights.origin} --local-dir {folder}",
        )
    names = list(weights.files)
    for repository in weights.hub:
        snapshots = {
            name: sorted(_in_cache(folder, repository.name, name)) for name in repository.files
        }
        missing = [name for name, paths in snapshots.items() if not paths]
        if missing:
            raise BrokenBase(
                f"The base folder {folder} lacks {', '.join(missing)} of {repository.name}.",
                f"Download them with: HF_HUB_CACHE={folder / HUB} hf download {repository.name}"
                f" {' '.join(repository.files)}",
            )
        names += [path for paths in snapshots.values() for path in paths]
    if CONFIG in weights.files:
        _check_config(folder / CONFIG)
    return IndexTTSBase(folder, verified_hashes(folder, names, model.key))


def _check_config(path: Path) -> None:
    """Raise BrokenBase for sizes in config.yaml that would fill the memory of the worker."""
    yaml: Any = importlib.import_module("yaml")  # a requirement of transformers
    try:
        config = yaml.safe_load(read_bytes(path, MAX_CONFIG))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise BrokenBase(f"{path} cannot be read: {str(error)[:200]}.") from error
    seen: set[int] = set()
    waiting: list[tuple[str, object]] = [("", config)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict | list | tuple):
            if id(value) in seen:  # an alias: a tree of a few bytes may have billions of leaves
                continue
            seen.add(id(value))
            inner = value.items() if isinstance(value, dict) else ((name, item) for item in value)
            waiting += [(str(key), item) for key, item in inner]
        else:
            require_sizes({name: value}, path)
    gpt = config.get("gpt") if isinstance(config, dict) else None
    if isinstance(gpt, dict):
        numbers = 12 * whole(gpt, "layers", path) * whole(gpt, "model_dim", path) ** 2
        require_in_file(numbers, path.with_name("gpt.pth"), path)


def _in_cache(folder: Path, repository: str, name: str) -> Iterator[str]:
    """Relative paths of a repository file, one per snapshot."""
    cached = folder / HUB / f"models--{repository.replace('/', '--')}" / "snapshots"
    for path in cached.glob(f"*/{name}"):
        yield path.relative_to(folder).as_posix()
