"""NVIDIA NeMo manifest: one JSON object a line, paths relative to the manifest."""

from collections.abc import Sequence

import msgspec

from curator.export.formats import by_split
from curator.export.manifest import ManifestRow

LABEL = "NVIDIA NeMo"
HAS_SOUNDS = True


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """Manifests of both splits."""
    encoder = msgspec.json.Encoder()
    return {
        f"{side}_manifest.json": encoder.encode_lines([_line(row) for row in its])
        for side, its in by_split(rows).items()
    }


def _line(row: ManifestRow) -> dict[str, object]:
    return {
        "audio_filepath": row.audio,
        "duration": row.duration_s,
        "text": row.text,
        "lang": row.language,
        "speaker": row.speaker,
        "emotion": row.emotion,
    }
