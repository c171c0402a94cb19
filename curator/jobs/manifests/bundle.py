"""A bundle that this program has exported."""

from collections.abc import Iterator
from pathlib import Path

from curator.jobs.manifests import as_object, beside, objects
from curator.jobs.manifests.listed import Listed

FILES = ("manifest.jsonl",)


def is_one(path: Path, first: str) -> bool:
    """See Reader."""
    return path.suffix == ".jsonl" and {"audio", "text", "sha256"} <= as_object(first).keys()


def read(path: Path) -> Iterator[Listed]:
    """See Reader."""
    for _, row in objects(path):
        yield Listed(beside(path, row["audio"]), row["text"], row.get("emotion") or "")
