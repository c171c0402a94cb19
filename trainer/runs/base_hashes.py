"""Files of a base model whose hash was seen: listed ones, and those recorded when first used."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from trainer.errors import BrokenBase
from trainer.resources import resources
from trainer.runs.files import sha256_of, write_atomically

RECORD = "recorded-hashes.json"

Record = dict[str, dict[str, object]]


def checked_hashes(folder: Path, names: Sequence[str], kind: str) -> dict[str, str]:
    """SHA-256 of each file, or BrokenBase for one that is neither known nor as it was before.

    A file whose size and time of change are as recorded is not read again. kind: of the models in
    ``resources/models.toml`` whose hashes count.
    """
    before = read_record(folder)
    known = known_hashes(kind)
    record: Record = {}
    for name in names:
        path = folder / name
        status = path.stat()
        seen = before.get(name, {})
        unchanged = (seen.get("size"), seen.get("mtime_ns")) == (
            status.st_size,
            status.st_mtime_ns,
        )
        digest = str(seen["sha256"]) if unchanged else sha256_of(path)
        _refuse_if_other(path, digest, known, seen)
        kept = seen if digest == seen.get("sha256") else {}  # else said of another file
        record[name] = {
            **kept,
            "sha256": digest,
            "size": status.st_size,
            "mtime_ns": status.st_mtime_ns,
        }
    if record != before:
        write_record(folder, record)
    return {name: str(record[name]["sha256"]) for name in names}


def known_hashes(kind: str) -> dict[str, str]:
    """SHA-256 by file name of the released files that ``resources/models.toml`` lists."""
    path = resources() / "models.toml"
    if not path.is_file():
        return {}
    listed = tomllib.loads(path.read_text(encoding="utf-8")).get("model", [])
    return {
        file["name"]: file["sha256"]
        for model in listed
        if model.get("kind") == kind
        for file in model.get("file", [])
        if "sha256" in file
    }


def read_record(folder: Path) -> Record:
    """What was recorded about a folder's files."""
    path = folder / RECORD
    if not path.is_file():
        return {}
    try:
        found: Record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BrokenBase(f"{path} is damaged.", "Delete it to record the files anew.") from error
    return found


def write_record(folder: Path, record: Mapping[str, Mapping[str, object]]) -> None:
    """Remember the hashes; a folder that cannot be written is hashed each time."""
    try:
        write_atomically(folder / RECORD, json.dumps(record, indent=1).encode())
    except OSError:
        return


def _refuse_if_other(
    path: Path, digest: str, known: Mapping[str, str], before: Mapping[str, object]
) -> None:
    """Refuse a file that is neither the released one nor the one used before."""
    if digest == known.get(path.name) or before.get("sha256") in (None, digest):
        return
    raise BrokenBase(
        f"{path} is not the file that was used before: its hash differs.",
        f"Put the old file back, or delete {path.parent / RECORD} if the change was meant.",
    )
