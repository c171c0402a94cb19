"""Parquet with audio, as Hugging Face's data sets: ``data/train-00000-of-00002.parquet``.

Columns ``id``, ``audio`` (bytes and path), ``text``, ``language``, ``speaker``, ``emotion``,
``duration_s``; the schema declares ``audio`` as sound, so that viewers and loaders decode it.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from curator.domain.errors import CuratorError
from curator.export.formats import by_split
from curator.export.formats.audiofolder import FOLDERS
from curator.export.manifest import ManifestRow
from curator.export.shards import clip_bytes, shards

if TYPE_CHECKING:
    import pyarrow

LABEL = "Parquet with audio"
HAS_SOUNDS = True

TEXTS = ("id", "text", "language", "speaker", "emotion")
ROW_GROUP = 100
"""Clips of a row group: readers load whole groups, and previews the first."""


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """No lists: everything is in the shards."""
    return {}


def pack(rows: Sequence[ManifestRow], folder: Path) -> list[str]:
    """Move the clips into files of 1,000; paths of the files."""
    import pyarrow.parquet

    schema = _schema(rows[0].rate)
    (folder / "data").mkdir()
    names = []
    for side, its in by_split(rows).items():
        parts = shards(its)
        for number, part in enumerate(parts):
            name = f"data/{FOLDERS[side]}-{number:05d}-of-{len(parts):05d}.parquet"
            with pyarrow.parquet.ParquetWriter(folder / name, schema) as writer:
                for start in range(0, len(part), ROW_GROUP):
                    group = part[start : start + ROW_GROUP]
                    writer.write_table(_table(group, folder, schema))
            for row in part:
                (folder / row.audio).unlink()
            names.append(name)
    return names


def require(folder: Path, speaker: str) -> None:
    """Refuse to start without pyarrow."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise CuratorError(
            "Parquet needs the package pyarrow.", 'Install it: pip install "voice-curator[hub]"'
        ) from error


def _table(rows: Sequence[ManifestRow], folder: Path, schema: "pyarrow.Schema") -> "pyarrow.Table":
    import pyarrow

    lines = [
        {
            **{key: getattr(row, key) or "" for key in TEXTS},
            "audio": {"bytes": clip_bytes(folder / row.audio), "path": f"{row.id}.wav"},
            "duration_s": row.duration_s,
        }
        for row in rows
    ]
    return pyarrow.Table.from_pylist(lines, schema)


def _schema(rate: int) -> "pyarrow.Schema":
    """Columns, with the features of Hugging Face's datasets as metadata."""
    import pyarrow

    string = {"dtype": "string", "_type": "Value"}
    features = {
        **dict.fromkeys(TEXTS, string),
        "audio": {"sampling_rate": rate, "_type": "Audio"},
        "duration_s": {"dtype": "float64", "_type": "Value"},
    }
    fields = [
        *(pyarrow.field(key, pyarrow.string()) for key in TEXTS),
        pyarrow.field(
            "audio", pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
        ),
        pyarrow.field("duration_s", pyarrow.float64()),
    ]
    return pyarrow.schema(fields, {"huggingface": json.dumps({"info": {"features": features}})})
