"""Lookup of Whisper weights: folder, installed package or faster-whisper's cache.

``resources/models.toml`` names the packages that carry weights, for machines without a network.
"""

import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from trainer.errors import TrainerError
from trainer.foreign_files import read_toml
from trainer.resources import resources
from trainer.runs.files import replacing, sha256_of

ENGLISH = ("tiny.en", "base")  # in order of preference; tiny.en hears read English as well as base
ANY_LANGUAGE = ("base",)


class MissingWhisper(TrainerError):
    """No model that could listen is on this machine."""


def model_for(language: str) -> str:
    """The installed model that listens to a language; MissingWhisper if there is none."""
    wanted = ENGLISH if language.partition("-")[0] == "en" else ANY_LANGUAGE
    for name in wanted:
        if _known(name) is not None:
            return name
    raise MissingWhisper(
        f"No Whisper model for {language} is installed.",
        'Install one with: pip install "voice-curator[offline]", or name a folder by --whisper.',
    )


def whisper_folder(name_or_folder: str) -> Path:
    """A folder that faster-whisper can load; an installed model's hashes are checked."""
    folder = Path(name_or_folder)
    if (folder / "model.bin").is_file():
        return folder
    entry = _known(name_or_folder)
    if entry is not None:
        return _installed(entry)
    from faster_whisper.utils import download_model

    try:
        return Path(download_model(name_or_folder, local_files_only=True))
    except (OSError, ValueError) as error:
        raise MissingWhisper(
            f"There is no Whisper model {name_or_folder!r} on this machine.",
            "Name a folder that holds model.bin, or an installed model such as base.",
        ) from error


def _known(name: str) -> Mapping[str, Any] | None:
    """Entry of models.toml with all packages installed."""
    for entry in read_toml(resources() / "models.toml")["model"]:
        if entry.get("kind") == "whisper" and entry["name"] == name:
            packages = {part["package"] for file in entry["file"] for part in file["parts"]}
            return entry if all(find_spec(package) for package in packages) else None
    return None


def _installed(entry: Mapping[str, Any]) -> Path:
    """The folder inside its package, or the parts of several joined in the cache."""
    files = entry["file"]
    if all(len(file["parts"]) == 1 for file in files):
        paths = {file["name"]: _inside(file["parts"][0]) for file in files}
    else:
        cache = user_cache_path("voice-curator", appauthor=False, opinion=False)
        folder = cache / "models" / entry["name"]
        paths = {file["name"]: folder / file["name"] for file in files}
        for file in files:
            if not paths[file["name"]].is_file():
                _join([_inside(part) for part in file["parts"]], paths[file["name"]])
    for file in files:
        path = paths[file["name"]]
        if not path.is_file() or sha256_of(path) != file["sha256"]:
            raise MissingWhisper(
                f"Whisper {entry['name']}: {path} is missing or not the file it should be.",
                f"Install it again: pip install --force-reinstall {entry['install']}.",
            )
    return next(iter(paths.values())).parent


def _inside(part: Mapping[str, str]) -> Path:
    spec = find_spec(part["package"])
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0] if places else "") / part["path"]


def _join(parts: list[Path], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as temporary, temporary.open("wb") as joined:
        for path in parts:
            with path.open("rb") as piece:
                shutil.copyfileobj(piece, joined, 1 << 20)
