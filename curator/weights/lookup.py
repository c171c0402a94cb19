"""Where the weights of Whisper are: a folder, an installed offline package, or a download.

``resources/models.toml`` lists what is known of each: files, hashes, licence, what it is for.
"""

import hashlib
import os
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from curator.domain.errors import MissingModel
from curator.domain.resources import resources

NEEDED = ("model.bin", "config.json")
"""Without these CTranslate2 loads nothing."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model. parts: (package, path inside it), in order; several are joined."""

    name: str
    sha256: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that an installable package carries. packages: import names of all of them."""

    name: str
    kind: str
    licence: str
    use: str
    install: str
    files: tuple[ModelFile, ...]

    @property
    def packages(self) -> tuple[str, ...]:
        """Import names of the packages that hold its files."""
        return tuple(sorted({package for file in self.files for package, _ in file.parts}))

    @property
    def installed(self) -> bool:
        """Whether all its packages are there."""
        return all(find_spec(package) is not None for package in self.packages)


def known_models(kind: str = "whisper") -> tuple[KnownModel, ...]:
    """The models of ``resources/models.toml`` that come in packages."""
    data = tomllib.loads((resources() / "models.toml").read_text(encoding="utf-8"))
    return tuple(
        _known_model(entry)
        for entry in data["model"]
        if entry["kind"] == kind and "install" in entry
    )


def _known_model(entry: Mapping[str, Any]) -> KnownModel:
    files = tuple(
        ModelFile(
            file["name"],
            file["sha256"],
            tuple((part["package"], part["path"]) for part in file["parts"]),
        )
        for file in entry["file"]
    )
    return KnownModel(
        entry["name"], entry["kind"], entry["licence"], entry["use"], entry["install"], files
    )


def whisper_folder(name_or_folder: str | Path) -> Path:
    """A folder that faster-whisper can load.

    name_or_folder: a folder is taken as it is; the name of an installed offline package's model
    is resolved and its hashes are checked; any other name is left to faster-whisper, which looks
    in its own cache and then downloads. Raises MissingModel.
    """
    folder = Path(name_or_folder)
    if folder.is_dir():
        lacking = [name for name in NEEDED if not (folder / name).is_file()]
        if lacking:
            raise MissingModel(
                f"{folder} is no Whisper model: it lacks {' and '.join(lacking)}.",
                "Give the folder that holds model.bin, or a model's name such as base or small.",
            )
        return folder
    name = str(name_or_folder)
    for model in known_models():
        if model.name == name and model.installed:
            return _packaged(model)
    return _downloaded(name)


def _packaged(model: KnownModel) -> Path:
    """The model's folder: inside its package if it is whole there, else joined into our cache."""
    if all(len(file.parts) == 1 for file in model.files):
        paths = [_inside(*file.parts[0]) for file in model.files]
        for file, path in zip(model.files, paths, strict=True):
            _check(model, path, file.sha256)
        return paths[0].parent
    folder = cache_folder() / "models" / model.name
    for file in model.files:
        if not (folder / file.name).is_file():
            _join(model, file, folder)
        _check(model, folder / file.name, file.sha256)
    return folder


def _inside(package: str, path: str) -> Path:
    spec = find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise MissingModel(f"The package {package} is not installed.", _OFFLINE_HINT)
    return Path(places[0]) / path


_OFFLINE_HINT = 'Install it with: pip install "voice-curator[offline]".'


def _join(model: KnownModel, file: ModelFile, folder: Path) -> None:
    """Write the parts one after the other, complete or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as joined:
            for part in file.parts:
                with _inside(*part).open("rb") as piece:
                    shutil.copyfileobj(piece, joined, 1 << 20)
        _check(model, Path(temporary), file.sha256)
        Path(temporary).replace(folder / file.name)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _check(model: KnownModel, path: Path, sha256: str) -> None:
    if not path.is_file() or _hash(path) != sha256:
        raise MissingModel(
            f"Whisper {model.name}: {path} is missing or not the file it should be.",
            f"Install it again: pip install --force-reinstall {model.install}.",
        )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _downloaded(name: str) -> Path:
    """From faster-whisper's cache, else from where it downloads."""
    from faster_whisper.utils import available_models, download_model

    if "/" not in name and name not in available_models():
        raise MissingModel(
            f"There is no Whisper model called {name!r}, and no folder of that name.",
            f"Choose one of: {', '.join(_names(available_models()))}; or give a folder.",
        )
    try:
        try:
            folder = Path(download_model(name, local_files_only=True))
        except OSError:  # not in the cache yet
            folder = Path(download_model(name))
    except (OSError, ValueError) as reason:
        raise MissingModel(
            f"Whisper {name} is not on this machine and could not be downloaded.",
            f"Connect to a network once, or choose one of: {', '.join(_here()) or 'none is here'}."
            f" ({str(reason).splitlines()[0][:200]})",
        ) from reason
    return _unchanged(name, folder)


def _unchanged(name: str, folder: Path) -> Path:
    """A downloaded model that still is what it was when it first came here."""
    from curator.weights.folder import require_unchanged

    files = [folder / needed for needed in NEEDED if (folder / needed).is_file()]
    hint = f"Delete {folder} to download it again, and its lines in recorded.json if that is meant."
    require_unchanged(f"whisper-{name.replace('/', '-')}", files, hint)
    return folder


def _names(available: Iterable[str]) -> list[str]:
    return sorted({*available, *(model.name for model in known_models())})


def _here() -> list[str]:
    return [model.name for model in known_models() if model.installed]


def cache_folder() -> Path:
    """This program's folder for what can be made again: the platform's usual place."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "voice-curator"
