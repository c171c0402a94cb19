"""coqui-tts's own list: a header, columns parted by "|", quoted where a text needs it."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from curator.domain.errors import CuratorError, printable
from curator.jobs.manifests import beside, content_of
from curator.jobs.manifests.listed import Listed

FILES = ("metadata*.csv",)


def is_one(path: Path, first: str) -> bool:
    """See Reader."""
    return {"audio_file", "text"} <= set(first.split("|"))


def read(path: Path) -> Iterator[Listed]:
    """See Reader."""
    for row in csv.DictReader(io.StringIO(content_of(path), newline=""), delimiter="|"):
        if not row["audio_file"] or row["text"] is None:
            raise CuratorError(f"{printable(path.name)}: a line has too few columns: {row}.")
        yield Listed(beside(path, row["audio_file"]), row["text"], row.get("emotion_name") or "")
