"""Multi-resolution minima and maxima of a recording, for drawing waveforms.

File, little-endian: a header (``_HEADER``), one ``_LEVEL`` per level, then the levels themselves:
per bin the minimum and the maximum as int16. The last bin of a level may stand for fewer samples.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import DTypeLike, NDArray

from curator.audio.encode import to_int16
from curator.audio.waveform import Samples
from curator.domain.foreign_files import open_regular
from curator.domain.span import Span

Pairs = NDArray[np.int16]  # (bins, 2): minimum, maximum

LEVELS = (64, 256, 1024, 4096, 16384)
"""Samples per bin. Closer than 64 samples a pixel the sound itself is drawn."""

VERSION = 1
_MAGIC = b"vcpeaks\0"
_HEADER = struct.Struct("<8sHHIQ")  # magic, version, levels, rate, samples
_LEVEL = struct.Struct("<IIQQ")  # samples per bin, 0, bins, offset of the first
_HEADER_BYTES = 256
_PAIR_BYTES = 4
_CHUNK_BINS = 1 << 18
_STEP_SAMPLES = 1 << 16
"""Samples turned to int16 at a time: they stay in the processor's cache."""


def extremes(samples16: NDArray[np.int16], per_bin: int) -> Pairs:
    """The minimum and maximum of every ``per_bin`` samples; the last bin takes what is left."""
    starts = np.arange(0, len(samples16), per_bin)
    pairs = np.empty((len(starts), 2), np.int16)
    np.minimum.reduceat(samples16, starts, out=pairs[:, 0])
    np.maximum.reduceat(samples16, starts, out=pairs[:, 1])
    return pairs


def _coarser(pairs: Pairs, times: int) -> Pairs:
    """Bins of ``times`` bins each; the last takes what is left."""
    missing = -len(pairs) % times
    if missing:
        pairs = np.concatenate([pairs, np.repeat(pairs[-1:], missing, axis=0)])
    groups = pairs.reshape(-1, times, 2)
    extremes = groups[:, 0].copy()
    for place in range(1, times):  # so few that this beats reducing each group
        np.minimum(extremes[:, 0], groups[:, place, 0], out=extremes[:, 0])
        np.maximum(extremes[:, 1], groups[:, place, 1], out=extremes[:, 1])
    return extremes


class PeaksWriter:
    """Builds the file from blocks of samples as they are decoded.

    file: open for reading and writing, empty. loudest: largest absolute value so far, 0..32768.
    """

    def __init__(self, file: BinaryIO, rate: int) -> None:
        self._file = file
        self._rate = rate
        self._rest = np.empty(0, np.float32)
        self._samples = self._bins = 0
        self.loudest = 0
        file.write(bytes(_HEADER_BYTES))

    def write(self, block: Samples) -> None:
        """Take the next samples."""
        self._samples += block.size
        if self._rest.size:
            block = np.concatenate([self._rest, block])
        whole = block.size - block.size % LEVELS[0]
        for start in range(0, whole, _STEP_SAMPLES):
            self._put(block[start : min(start + _STEP_SAMPLES, whole)])
        self._rest = block[whole:].copy()

    def finish(self) -> None:
        """Write what is left, the coarser levels and the header."""
        if self._rest.size:
            self._put(self._rest)
        table = [(LEVELS[0], self._bins, _HEADER_BYTES)]
        for finer, coarser in pairwise(LEVELS):
            _, bins, offset = table[-1]
            table.append((coarser, *self._add_level(bins, offset, coarser // finer)))
        self._file.seek(0)
        self._file.write(_HEADER.pack(_MAGIC, VERSION, len(LEVELS), self._rate, self._samples))
        for per_bin, bins, offset in table:
            self._file.write(_LEVEL.pack(per_bin, 0, bins, offset))

    def _put(self, block: Samples) -> None:
        pairs = extremes(to_int16(block), LEVELS[0])
        self.loudest = max(self.loudest, -int(pairs[:, 0].min()), int(pairs[:, 1].max()))
        self._bins += len(pairs)
        self._file.write(pairs.tobytes())

    def _add_level(self, bins: int, offset: int, times: int) -> tuple[int, int]:
        """Append the level of ``times`` bins of the one before; returns its bins and offset."""
        self._file.seek(0, 2)
        end, added = self._file.tell(), 0
        for first in range(0, bins, _CHUNK_BINS):  # in parts: ten hours have 25 million bins
            count = min(_CHUNK_BINS, bins - first)
            self._file.seek(offset + first * _PAIR_BYTES)
            pairs = np.frombuffer(self._file.read(count * _PAIR_BYTES), np.int16).reshape(-1, 2)
            coarse = _coarser(pairs, times)
            self._file.seek(0, 2)
            self._file.write(coarse.tobytes())
            added += len(coarse)
        return added, end


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """A peaks file, memory-mapped. rate, samples: of the recording. levels: by samples per bin."""

    rate: int
    samples: int
    levels: dict[int, Pairs]

    def seen(self, span: Span, pixels: int) -> Pairs:
        """What to draw in ``pixels`` columns for ``span``: (pixels, 2), minimum and maximum.

        Reads a few bins per pixel whatever the span (beyond 16,384 samples a pixel, in proportion).
        A column of fewer than 64 samples shows the bin it lies in.
        """
        span = span.within(self.samples)
        if not span.samples or pixels < 1:
            return np.zeros((max(0, pixels), 2), np.int16)
        fitting = [per_bin for per_bin in self.levels if per_bin * pixels <= span.samples]
        per_bin = max(fitting, default=LEVELS[0])
        edges = span.start + np.arange(pixels + 1, dtype=np.int64) * span.samples // pixels
        first = edges[:-1] // per_bin
        last = np.maximum(first + 1, -(-edges[1:] // per_bin))
        part = np.asarray(self.levels[per_bin][first[0] : last[-1]])
        bounds = np.stack([first, last], axis=1).ravel() - first[0]
        # reduceat wants every bound inside; only its even results are used
        part = np.concatenate([part, part[-1:]])
        low = np.minimum.reduceat(part[:, 0], bounds)[::2]
        high = np.maximum.reduceat(part[:, 1], bounds)[::2]
        return np.stack([low, high], axis=1)


def read_peaks(path: Path) -> Peaks:
    """Open a peaks file. FileNotFoundError if it is missing, older, newer or cut off."""
    size = path.stat().st_size
    rate, samples, table = _read_header(path)
    levels: dict[int, Pairs] = {}
    for per_bin, bins, offset in table:
        if offset + bins * _PAIR_BYTES > size:
            raise FileNotFoundError(f"{path} is cut off")
        if bins:
            levels[per_bin] = mapped(path, np.int16, offset, (bins, 2))
        else:
            levels[per_bin] = np.empty((0, 2), np.int16)
    return Peaks(rate, samples, levels)


def mapped(path: Path, dtype: DTypeLike, offset: int, shape: tuple[int, ...]) -> NDArray[Any]:
    """Part of a regular file, memory-mapped. Raises FileNotFoundError."""
    with _opened(path) as file:
        try:
            return np.memmap(file, dtype, "r", offset, shape)
        except (ValueError, OverflowError) as error:
            raise FileNotFoundError(f"{path} is cut off") from error


def _opened(path: Path) -> io.FileIO:
    """FileNotFoundError also where something else than a file has the name."""
    try:
        return open_regular(path, follow=False)
    except OSError as error:
        raise FileNotFoundError(f"{path}: {error.strerror}") from error


def recorded_length(path: Path) -> tuple[int, int]:
    """The rate and number of samples a peaks file was made from. Raises as ``read_peaks``."""
    rate, samples, _ = _read_header(path)
    return rate, samples


def _read_header(path: Path) -> tuple[int, int, list[tuple[int, int, int]]]:
    with _opened(path) as file:
        head = file.read(_HEADER_BYTES)
    if len(head) < _HEADER_BYTES:
        raise FileNotFoundError(f"{path} is cut off")
    magic, version, levels, rate, samples = _HEADER.unpack_from(head)
    if magic != _MAGIC or version != VERSION or levels != len(LEVELS):
        raise FileNotFoundError(f"{path} is not a peaks file of version {VERSION}")
    return rate, samples, list(_level_table(head))


def _level_table(head: bytes) -> Iterator[tuple[int, int, int]]:
    for index in range(len(LEVELS)):
        at = _HEADER.size + index * _LEVEL.size
        per_bin, _, bins, offset = _LEVEL.unpack_from(head, at)
        yield per_bin, bins, offset
