"""NVIDIA NeMo manifest: one JSON object a line, paths relative to the manifest."""

from collections.abc import Sequence

from curator.export.formats import json_lines
from curator.export.manifest import ManifestRow

LABEL = "NVIDIA NeMo"
HAS_SOUNDS = True


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """Manifests of both splits."""
    return json_lines(rows, "{}_manifest.json".format, _line)


def _line(row: ManifestRow) -> dict[str, object]:
    return {
        "audio_filepath": row.audio,
        "duration": row.duration_s,
        "text": row.text,
        "lang": row.language,
        "speaker": row.speaker,
        "emotion": row.emotion,
    }
