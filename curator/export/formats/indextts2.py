"""IndexTTS2 training: ``train.jsonl`` and ``eval.jsonl`` for tools/preprocess_data.py.

Fields ``id``, ``text``, ``audio`` (relative to the manifest), ``speaker``, ``language`` and
``duration``. It splits each manifest by itself: give it ``--val-ratio 0`` and process both.
"""

from collections.abc import Sequence

from curator.domain.languages import base_code
from curator.export.formats import json_lines
from curator.export.manifest import ManifestRow

LABEL = "IndexTTS2 training manifest"
HAS_SOUNDS = True


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """Manifests of both splits."""
    return json_lines(rows, "{}.jsonl".format, _line)


def _line(row: ManifestRow) -> dict[str, object]:
    return {
        "id": row.id,
        "text": row.text,
        "audio": row.audio,
        "speaker": row.speaker,
        "language": base_code(row.language),
        "duration": row.duration_s,
    }
