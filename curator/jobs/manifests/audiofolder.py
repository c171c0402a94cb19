"""A Hugging Face audiofolder: metadata.csv or metadata.jsonl beside the sounds, by file_name."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curator.jobs.manifests import as_object, beside, content_of, objects
from curator.jobs.manifests.listed import Listed

FILES = tuple(
    f"{where}metadata.{suffix}" for where in ("", "*/", "*/*/") for suffix in ("csv", "jsonl")
)
NAMES = ("file_name", "audio_file_name")
TEXTS = ("transcription", "text", "transcript", "sentence", "normalized_text")
LABELS = ("emotion", "label", "category", "style")


def is_one(path: Path, first: str) -> bool:
    """See Reader."""
    columns = as_object(first).keys() if path.suffix == ".jsonl" else next(csv.reader([first]), [])
    return any(name in columns for name in NAMES)


def read(path: Path) -> Iterator[Listed]:
    """See Reader."""
    for row in _rows(path):
        name = next(str(row[name]) for name in NAMES if row.get(name))
        text = next((row[key] for key in TEXTS if row.get(key) is not None), None)
        label = next((str(row[key]) for key in LABELS if row.get(key)), "")
        yield Listed(beside(path, name), text, label)


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    if path.suffix == ".jsonl":
        yield from (row for _, row in objects(path))
    else:
        yield from csv.DictReader(io.StringIO(content_of(path), newline=""))
