"""``metadata_train.csv`` and ``metadata_eval.csv`` as coqui-tts's formatter ``coqui`` reads them.

Its columns are parted by "|" and quoted as in any CSV where a text needs it, so texts come back as
they went in. No text is ever changed to be safe in a spreadsheet: these files are for training.
"""

import csv
import io
from collections.abc import Iterable

from curator.export.manifest import ManifestRow

COLUMNS = ("audio_file", "text", "speaker_name", "emotion_name")


def metadata(rows: Iterable[ManifestRow]) -> bytes:
    """The content of a metadata file; a clip without a category has an empty emotion_name."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="|", lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((row.audio, row.text, row.speaker, row.emotion or "") for row in rows)
    return text.getvalue().encode()
