"""Output of Whisper's encoder for a recording: means over half seconds, kept in the cache.

Transcription computes it anyway. Half seconds are kept rather than clips, because clips are cut
later and may be re-cut. A file is named after the recording's content, the model and VERSION.
"""

import os
import re
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curator.audio.encode import write_bytes_atomically
from curator.audio.peaks import mapped
from curator.audio.waveform import CACHE_RATE
from curator.domain.foreign_files import open_regular
from curator.domain.span import Span

VERSION = 1
HEADER = struct.Struct("<3q")  # version, blocks, dimensions
BLOCK = CACHE_RATE // 2  # samples
FRAMES_PER_BLOCK = 25  # the encoder gives one frame per 20 ms
FRAME = BLOCK // FRAMES_PER_BLOCK

Blocks = NDArray[np.float16]  # (blocks, dimensions); NaN where nothing was transcribed


def block_means(frames: NDArray[np.floating[Any]]) -> Blocks:
    """Means of frames (frames, dimensions) over half seconds; the last block may be shorter."""
    starts = np.arange(0, len(frames), FRAMES_PER_BLOCK)
    counts = np.diff([*starts, len(frames)])[:, None]
    return (np.add.reduceat(frames, starts, axis=0) / counts).astype(np.float16)


def recording_blocks(
    pieces: Iterable[tuple[Span, NDArray[np.floating[Any]] | None]], samples: int
) -> Blocks | None:
    """Blocks of a recording from those of its transcribed pieces; None without any.

    pieces: span in samples at 16 kHz, and its blocks counted from its start. samples: of the
    recording at 16 kHz.
    """
    known = [(span, blocks) for span, blocks in pieces if blocks is not None and len(blocks)]
    if not known:
        return None
    count = -(-samples // BLOCK)
    sums = np.zeros((count, known[0][1].shape[1]), np.float32)
    counts = np.zeros((count, 1), np.float32)
    for span, blocks in known:
        middles = span.start + BLOCK * np.arange(len(blocks)) + BLOCK // 2
        places = np.minimum(middles // BLOCK, count - 1)
        np.add.at(sums, places, blocks.astype(np.float32))
        np.add.at(counts, places, 1.0)
    with np.errstate(invalid="ignore"):
        return (sums / counts).astype(np.float16)


def mean_of(blocks: Blocks, span: Span) -> NDArray[np.float32] | None:
    """Mean over a span in samples at 16 kHz, (dimensions,); None where nothing is known."""
    first, last = span.start // BLOCK, max(span.start, span.stop - 1) // BLOCK
    places = np.arange(first, min(last + 1, len(blocks)))
    rows = np.asarray(blocks[first : last + 1], np.float32)
    overlap = np.minimum(span.stop, BLOCK * (places + 1)) - np.maximum(span.start, BLOCK * places)
    known = np.isfinite(rows).all(axis=1) & (overlap > 0)
    if not known.any():
        return None
    mean: NDArray[np.float32] = np.average(rows[known], axis=0, weights=overlap[known])
    return mean.astype(np.float32)


def write_blocks(cache: Path, content_hash: str, model: str, blocks: Blocks) -> None:
    """Keep the blocks of a recording; an older file of the same model is replaced."""
    header = HEADER.pack(VERSION, *blocks.shape)
    path = cache / f"{content_hash}.{_slug(model)}.encoder"
    write_bytes_atomically(path, header + blocks.astype("<f2").tobytes())


def stored_blocks(cache: Path, hashes: Mapping[int, str]) -> dict[int, Blocks]:
    """Blocks by recording, of the model that most recordings have; damaged files are left out.

    hashes: content hash by recording.
    """
    by_model: dict[str, dict[int, Path]] = {}
    for number, content_hash in hashes.items():
        for path in cache.glob(f"{content_hash}.*.encoder"):
            by_model.setdefault(path.suffixes[-2], {})[number] = path
    if not by_model:
        return {}
    most = max(sorted(by_model), key=lambda model: len(by_model[model]))
    read = {number: _read(path) for number, path in by_model[most].items()}
    return {number: blocks for number, blocks in read.items() if blocks is not None}


def _read(path: Path) -> Blocks | None:
    try:
        with open_regular(path, follow=False) as file:
            head, size = file.read(HEADER.size), os.fstat(file.fileno()).st_size
        version, count, dimensions = HEADER.unpack(head)
        if version != VERSION or size != HEADER.size + 2 * count * dimensions or count < 1:
            return None
        return mapped(path, "<f2", HEADER.size, (count, dimensions))
    except (OSError, struct.error):
        return None  # a link, a pipe, or cut off: it can be made again


def _slug(model: str) -> str:
    return re.sub(r"[^\w-]", "_", model)[:80]
