"""coqui-tts, formatter ``coqui``: ``metadata_train.csv`` and ``metadata_eval.csv``.

Columns are separated by "|" and quoted as in CSV where needed. Texts are never changed to be safe
in a spreadsheet: these files are for training.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from curator.export.manifest import ManifestRow

LABEL = "coqui-tts"
HAS_SOUNDS = True

COLUMNS = ("audio_file", "text", "speaker_name", "emotion_name")


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """Metadata files. coqui-tts fails on an empty list, so eval is left out when it is empty."""
    train = [row for row in rows if row.split == "train"]
    evaluation = [row for row in rows if row.split == "eval"]
    lists = {"metadata_train.csv": metadata(train)}
    return {**lists, "metadata_eval.csv": metadata(evaluation)} if evaluation else lists


def metadata(rows: Iterable[ManifestRow]) -> bytes:
    """Content of a metadata file; a clip without a category has an empty emotion_name."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="|", lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((row.audio, row.text, row.speaker, row.emotion or "") for row in rows)
    return text.getvalue().encode()
