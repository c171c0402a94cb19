"""VoxCPM: ``train.jsonl`` and ``val.jsonl`` with ``audio``, ``text`` and ``duration``.

Paths are absolute, because its loader opens them from the folder that it is started in.
"""

from collections.abc import Sequence

from curator.export.formats import json_lines
from curator.export.manifest import ManifestRow

LABEL = "VoxCPM"
HAS_SOUNDS = True
ABSOLUTE = True

NAMES = {"train": "train.jsonl", "eval": "val.jsonl"}


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """Manifests of both splits."""
    return json_lines(rows, NAMES.__getitem__, _line)


def _line(row: ManifestRow) -> dict[str, object]:
    return {"audio": row.audio, "text": row.text, "duration": row.duration_s}
