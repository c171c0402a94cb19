"""LJ Speech: ``metadata.csv`` with ``id|text|text``, audio in ``wavs/``.

Nothing is quoted: a quotation mark is literal, and a text cannot contain "|".
"""

from collections.abc import Sequence

from curator.domain.text_rules import Fault
from curator.export.formats import bar_fault
from curator.export.manifest import ManifestRow

LABEL = "LJ Speech"
HAS_SOUNDS = True


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """Lists of all clips and of each split."""
    named = {
        "metadata.csv": rows,
        "metadata_train.csv": [row for row in rows if row.split == "train"],
        "metadata_eval.csv": [row for row in rows if row.split == "eval"],
    }
    return {name: _lines(its) for name, its in named.items() if its}


def fault(text: str) -> Fault | None:
    """Fault of a text with '|'."""
    return bar_fault("LJ Speech's list", text)


def _lines(rows: Sequence[ManifestRow]) -> bytes:
    return "".join(f"{row.id}|{row.text}|{row.text}\n" for row in rows).encode()
