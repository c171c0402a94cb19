"""Weights of IndexTTS-2 on disk; ``hub`` holds files of other repositories."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from trainer.errors import BrokenBase
from trainer.only_speaks import InferenceModel
from trainer.runs.base_hashes import verified_hashes

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
    return IndexTTSBase(folder, verified_hashes(folder, names, model.key))


def _in_cache(folder: Path, repository: str, name: str) -> Iterator[str]:
    """Relative paths of a repository file, one per snapshot."""
    cached = folder / HUB / f"models--{repository.replace('/', '--')}" / "snapshots"
    for path in cached.glob(f"*/{name}"):
        yield path.relative_to(folder).as_posix()
