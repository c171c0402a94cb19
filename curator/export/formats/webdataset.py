"""WebDataset: ``train-000000.tar`` of 1,000 clips, each ID.wav, ID.txt and ID.json."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from curator.export.manifest import ManifestRow
from curator.export.shards import ShardMember, write_shards

LABEL = "WebDataset (tar shards)"
HAS_SOUNDS = True


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """No lists: everything is in the shards."""
    return {}


def pack(rows: Sequence[ManifestRow], folder: Path) -> list[str]:
    """Move the clips into shards; paths of the shards."""
    return write_shards(rows, folder, "{side}-{number:06d}.tar", _members)


def _members(rows: Sequence[ManifestRow], folder: Path) -> Iterator[ShardMember]:
    encode = msgspec.json.Encoder().encode
    for row in rows:
        yield f"{row.id}.json", encode(_about(row))
        yield f"{row.id}.txt", row.text.encode()
        yield f"{row.id}.wav", folder / row.audio


def _about(row: ManifestRow) -> dict[str, object]:
    return {
        "id": row.id,
        "text": row.text,
        "language": row.language,
        "speaker": row.speaker,
        "emotion": row.emotion or "",  # one type in all rows
        "duration_s": row.duration_s,
    }
