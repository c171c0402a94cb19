"""Hashes of base model files: of released files, and recorded at first use for others."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from trainer.errors import BrokenBase
from trainer.foreign_files import read_json, read_toml
from trainer.resources import resources
from trainer.runs.files import sha256_of, write_atomically

RECORD = "recorded-hashes.json"

Record = dict[str, dict[str, object]]


def verified_hashes(folder: Path, names: Sequence[str], kind: str) -> dict[str, str]:
    """SHA-256 of each file; BrokenBase for one that is neither released nor as recorded.

    A file with the recorded size and modification time is not hashed again. kind: model kind in
    ``resources/models.toml``.
    """
    before = read_record(folder)
    known = known_hashes(kind)
    record: Record = {}
    for name in names:
        path = folder / name
        status = path.stat()
        recorded = before.get(name, {})
        unchanged = "sha256" in recorded and (recorded.get("size"), recorded.get("mtime_ns")) == (
            status.st_size,
            status.st_mtime_ns,
        )
        digest = str(recorded["sha256"]) if unchanged else sha256_of(path)
        _refuse_changed(path, digest, known, recorded)
        unchanged_fields = recorded if digest == recorded.get("sha256") else {}
        record[name] = {
            **unchanged_fields,
            "sha256": digest,
            "size": status.st_size,
            "mtime_ns": status.st_mtime_ns,
        }
    if record != before:
        write_record(folder, record)
    return {name: str(record[name]["sha256"]) for name in names}


def known_hashes(kind: str) -> dict[str, str]:
    """SHA-256 by file name of the released files listed in ``resources/models.toml``."""
    path = resources() / "models.toml"
    if not path.is_file():
        return {}
    listed = read_toml(path).get("model", [])
    return {
        file["name"]: file["sha256"]
        for model in listed
        if model.get("kind") == kind
        for file in model.get("file", [])
        if "sha256" in file
    }


def read_record(folder: Path) -> Record:
    """Read the record of a folder's files; {} if there is none."""
    path = folder / RECORD
    if not path.is_file():
        return {}
    try:
        return msgspec.convert(read_json(path), Record)
    except (OSError, ValueError) as error:
        raise BrokenBase(f"{path} is damaged.", "Delete it to record the files again.") from error


def write_record(folder: Path, record: Mapping[str, Mapping[str, object]]) -> None:
    """Write the record; in a read-only folder, files are hashed each time."""
    try:
        write_atomically(folder / RECORD, json.dumps(record, indent=1).encode())
    except OSError:
        return


def _refuse_changed(
    path: Path, digest: str, known: Mapping[str, str], before: Mapping[str, object]
) -> None:
    """Raise BrokenBase for a file that is neither the released nor the recorded one."""
    if digest == known.get(path.name) or before.get("sha256") in (None, digest):
        return
    raise BrokenBase(
        f"{path} has changed since it was first used: its hash differs.",
        f"Restore the file, or delete {path.parent / RECORD} if the change is intended.",
    )
