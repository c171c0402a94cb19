"""Hugging Face audiofolder: ``train/`` and ``test/``, each with audio and metadata.jsonl.

Not metadata.csv: that is read by pandas, which takes a text like "NA" for none at all.
"""

from collections.abc import Sequence

import msgspec

from curator.export.manifest import ManifestRow

LABEL = "Hugging Face audiofolder"
HAS_SOUNDS = True

FOLDERS = {"train": "train", "eval": "test"}
"""The folders that are splits to its loader, by ours."""


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """See the package."""
    encoder = msgspec.json.Encoder()
    return {
        f"{folder}/metadata.jsonl": encoder.encode_lines(lines)
        for side, folder in FOLDERS.items()
        if (lines := [_line(row) for row in rows if row.split == side])
    }


def place(row: ManifestRow) -> str:
    """Where a clip's sound is, in the new folder."""
    return f"{FOLDERS[row.split]}/{row.id}.wav"


def _line(row: ManifestRow) -> dict[str, object]:
    return {
        "file_name": f"{row.id}.wav",
        "transcription": row.text,
        "emotion": row.emotion or "",  # a side without any would have a column of another kind
        "language": row.language,
        "speaker": row.speaker,
    }
