"""LJ Speech: ``metadata.csv`` with ``id|text|text``, sounds in ``wavs/``.

Nothing is quoted in it, so a quotation mark is just that, and "|" cannot be in a text.
"""

from collections.abc import Sequence

from curator.export.checks import Fault
from curator.export.formats import bar_fault
from curator.export.manifest import ManifestRow

LABEL = "LJ Speech"
HAS_SOUNDS = True


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """See the package. All clips, and the two sides by themselves."""
    named = {
        "metadata.csv": rows,
        "metadata_train.csv": [row for row in rows if row.split == "train"],
        "metadata_eval.csv": [row for row in rows if row.split == "eval"],
    }
    return {name: _lines(its) for name, its in named.items() if its}


def fault(text: str) -> Fault | None:
    """See the package."""
    return bar_fault("LJ Speech's list", text)


def _lines(rows: Sequence[ManifestRow]) -> bytes:
    return "".join(f"{row.id}|{row.text}|{row.text}\n" for row in rows).encode()
