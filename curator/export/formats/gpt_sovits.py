"""GPT-SoVITS: ``train.list`` with ``path|speaker|language|text`` without quoting.

Paths are relative; its preparation uses the file name and a given folder.
"""

from collections.abc import Sequence

from curator.domain.text_rules import Fault
from curator.export.formats import bar_fault, by_split
from curator.export.manifest import ManifestRow

LABEL = "GPT-SoVITS list"
HAS_SOUNDS = True


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """Lists of both splits."""
    return {f"{side}.list": _lines(its) for side, its in by_split(rows).items()}


def fault(text: str) -> Fault | None:
    """Fault of a text with "|"."""
    return bar_fault("GPT-SoVITS's list", text)


def _lines(rows: Sequence[ManifestRow]) -> bytes:
    lines = (f"{row.audio}|{row.speaker}|{row.language.split('-')[0]}|{row.text}\n" for row in rows)
    return "".join(lines).encode()
