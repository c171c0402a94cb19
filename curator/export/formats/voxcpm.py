"""VoxCPM: ``train.jsonl`` and ``val.jsonl`` with ``audio``, ``text`` and ``duration``.

Paths are absolute, because its loader opens them from the folder that it is started in.
"""

from collections.abc import Sequence

import msgspec

from curator.export.formats import by_split
from curator.export.manifest import ManifestRow

LABEL = "VoxCPM"
HAS_SOUNDS = True
ABSOLUTE = True

NAMES = {"train": "train.jsonl", "eval": "val.jsonl"}


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """Manifests of both splits."""
    encoder = msgspec.json.Encoder()
    return {
        NAMES[side]: encoder.encode_lines(
            [{"audio": row.audio, "text": row.text, "duration": row.duration_s} for row in its]
        )
        for side, its in by_split(rows).items()
    }
