"""F5-TTS: ``metadata.csv`` with ``audio_file|text`` for its prepare_csv_wavs.

It insists on absolute paths and splits nothing off, so evaluation clips are in a file of their own.
"""

import csv
import io
from collections.abc import Sequence

from curator.export.formats import by_split
from curator.export.manifest import ManifestRow

LABEL = "F5-TTS"
HAS_SOUNDS = True
ABSOLUTE = True

NAMES = {"train": "metadata.csv", "eval": "metadata_eval.csv"}


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """Lists of both splits."""
    return {NAMES[side]: _table(its) for side, its in by_split(rows).items()}


def _table(rows: Sequence[ManifestRow]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="|", lineterminator="\n")
    writer.writerow(("audio_file", "text"))
    writer.writerows((row.audio, row.text) for row in rows)
    return text.getvalue().encode()
