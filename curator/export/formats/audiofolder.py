"""Hugging Face audiofolder: ``train/`` and ``test/``, each with audio and metadata.jsonl.

Not metadata.csv: that is read by pandas, which takes a text like "NA" for none at all.
"""

from collections.abc import Sequence

from curator.export.formats import json_lines
from curator.export.manifest import ManifestRow

LABEL = "Hugging Face audiofolder"
HAS_SOUNDS = True

FOLDERS = {"train": "train", "eval": "test"}
"""Folder per split, as its loader names splits."""


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """Metadata files."""
    return json_lines(rows, lambda side: f"{FOLDERS[side]}/metadata.jsonl", _line)


def place(row: ManifestRow) -> str:
    """Path of a clip's WAV file."""
    return f"{FOLDERS[row.split]}/{row.id}.wav"


def _line(row: ManifestRow) -> dict[str, object]:
    return {
        "file_name": f"{row.id}.wav",
        "transcription": row.text,
        "emotion": row.emotion or "",  # null in every row would change the column's type
        "language": row.language,
        "speaker": row.speaker,
    }
