"""The weights of IndexTTS-2 on disk: its own files, and in ``hub`` what it takes from elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from trainer.errors import BrokenBase
from trainer.only_speaks import InferenceModel
from trainer.runs.base_hashes import verified_hashes

HUB = "hub"  # laid out as the Hugging Face hub's own cache


@dataclass(frozen=True, slots=True)
class IndexTTSBase:
    """A checked folder. hashes: SHA-256 by file, relative to it."""

    folder: Path
    hashes: Mapping[str, str]


def open_base(model: InferenceModel, folder: Path) -> IndexTTSBase:
    """The weights in ``folder``, every file there and its hash as it was before."""
    folder = folder.resolve()
    wanted = model.weights
    missing = [name for name in wanted.files if not (folder / name).is_file()]
    if missing:
        raise BrokenBase(
            f"The base folder {folder} lacks {', '.join(missing)}.",
            f"Fill it with: hf download {wanted.origin} --local-dir {folder}",
        )
    names = list(wanted.files)
    for repository in wanted.hub:
        found = {
            name: sorted(_in_cache(folder, repository.name, name)) for name in repository.files
        }
        lacking = [name for name, places in found.items() if not places]
        if lacking:
            raise BrokenBase(
                f"The base folder {folder} lacks {', '.join(lacking)} of {repository.name}.",
                f"Fill it with: HF_HUB_CACHE={folder / HUB} hf download {repository.name}"
                f" {' '.join(repository.files)}",
            )
        names += [place for places in found.values() for place in places]
    return IndexTTSBase(folder, verified_hashes(folder, names, model.key))


def _in_cache(folder: Path, repository: str, name: str) -> Iterator[str]:
    """Where a file of a repository lies, in one snapshot or several."""
    cached = folder / HUB / f"models--{repository.replace('/', '--')}" / "snapshots"
    for path in cached.glob(f"*/{name}"):
        yield path.relative_to(folder).as_posix()
