"""CosyVoice: ``wav.scp``, ``text``, ``utt2spk`` and ``spk2utt`` for each split.

As its local/prepare_data.py writes them, for tools/extract_embedding.py and make_parquet_list.py.
Columns are separated by white space, so a path with any is refused.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from curator.domain.errors import CuratorError, printable
from curator.export.formats import by_split
from curator.export.manifest import ManifestRow

LABEL = "CosyVoice"
HAS_SOUNDS = True
ABSOLUTE = True


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """Lists of both splits."""
    lists = {}
    for side, its in by_split(rows).items():
        speakers = defaultdict[str, list[str]](list)
        for row in its:
            speakers[row.speaker].append(row.id)
        lists[f"{side}/wav.scp"] = _lines((row.id, row.audio) for row in its)
        lists[f"{side}/text"] = _lines((row.id, row.text) for row in its)
        lists[f"{side}/utt2spk"] = _lines((row.id, row.speaker) for row in its)
        lists[f"{side}/spk2utt"] = _lines((key, " ".join(ids)) for key, ids in speakers.items())
    return lists


def require(folder: Path, speaker: str) -> None:
    """Refuse a folder or speaker with white space, the separator of columns."""
    for name in (folder.as_posix(), speaker):
        if len(name.split()) > 1:
            raise CuratorError(
                f"CosyVoice's lists cannot hold {printable(name)!r}, which has a space.",
                "Choose another folder or speaker name.",
            )


def _lines(pairs: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{key} {value}\n" for key, value in pairs).encode()
