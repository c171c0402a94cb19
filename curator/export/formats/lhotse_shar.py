"""Lhotse Shar: ``train/`` and ``eval/`` with shards of 1,000 clips.

``cuts.000000.jsonl.gz`` has cuts with their supervision, ``recording.000000.tar`` the audio.
"""

import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from curator.export.formats import by_split
from curator.export.manifest import ManifestRow
from curator.export.shards import ShardMember, shards, write_shards

LABEL = "Lhotse Shar (tar shards)"
HAS_SOUNDS = True


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """Cuts of each shard, gzipped without a time stamp, so that equal sets give equal bytes."""
    encoder = msgspec.json.Encoder()
    return {
        f"{side}/cuts.{number:06d}.jsonl.gz": gzip.compress(
            encoder.encode_lines([_cut(row) for row in shard]), mtime=0
        )
        for side, its in by_split(rows).items()
        for number, shard in enumerate(shards(its))
    }


def pack(rows: Sequence[ManifestRow], folder: Path) -> list[str]:
    """Move the audio into shards; paths of the shards."""
    return write_shards(rows, folder, "{side}/recording.{number:06d}.tar", _members)


def _members(rows: Sequence[ManifestRow], folder: Path) -> Iterator[ShardMember]:
    encode = msgspec.json.Encoder().encode
    for row in rows:
        yield f"{row.id}.wav", folder / row.audio
        yield f"{row.id}.json", encode(_recording(row))


def _recording(row: ManifestRow) -> dict[str, Any]:
    """Recording of one clip; the source "shar" stands for the audio beside it."""
    return {
        "id": row.id,
        "sources": [{"type": "shar", "channels": [0], "source": ""}],
        "sampling_rate": row.rate,
        "num_samples": row.samples,
        "duration": row.samples / row.rate,
        "channel_ids": [0],
    }


def _cut(row: ManifestRow) -> dict[str, Any]:
    recording = _recording(row)
    where = {"start": 0, "duration": recording["duration"], "channel": 0}
    supervision = {
        "id": row.id,
        "recording_id": row.id,
        **where,
        "text": row.text,
        "language": row.language,
        "speaker": row.speaker,
        "custom": {"emotion": row.emotion},
    }
    cut = {"id": row.id, **where, "supervisions": [supervision], "recording": recording}
    return {**cut, "type": "MonoCut"}
