"""NeMo's manifest: one JSON object a line with audio_filepath, duration, offset and text."""

from collections.abc import Iterator
from pathlib import Path

from curator.jobs.manifests import as_object, beside, objects
from curator.jobs.manifests.listed import Listed

FILES = ("*.json", "*.jsonl")
LABELS = ("emotion", "category", "label", "style")


def is_one(path: Path, first: str) -> bool:
    """See Reader."""
    return "audio_filepath" in as_object(first)


def read(path: Path) -> Iterator[Listed]:
    """See Reader."""
    for _, row in objects(path):
        start, length = row.get("offset"), row.get("duration")
        yield Listed(
            beside(path, str(row["audio_filepath"])),
            row.get("text"),
            next((str(row[name]) for name in LABELS if row.get(name)), ""),
            start,
            None if start is None or length is None else start + length,
        )
