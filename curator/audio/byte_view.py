"""A file read as other bytes than it holds: with a corrected header, or only a part of it."""

import io
import os
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from curator.domain.foreign_files import open_regular

Piece = bytes | tuple[int, int]
"""Literal bytes, or a range (start, stop) of the file."""


class ByteView:
    """Pieces of a file one after another, as a read-only file object."""

    def __init__(self, path: Path, pieces: Sequence[Piece]) -> None:
        self._file = open_regular(path)
        self._pieces = list(pieces)
        self._starts: list[int] = []
        self.size = 0
        for piece in self._pieces:
            self._starts.append(self.size)
            self.size += len(piece) if isinstance(piece, bytes) else piece[1] - piece[0]
        self._position = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes, fewer only at the end."""
        left = self.size - self._position
        left = max(0, left if size < 0 else min(size, left))
        parts = []
        while left > 0 and (part := self._some(left)):
            parts.append(part)
            left -= len(part)
            self._position += len(part)
        return b"".join(parts)

    def readinto(self, buffer: memoryview) -> int:
        """Fill a buffer with the next bytes; returns how many there were."""
        part = self.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a position; ValueError before the start."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("a position before the start")
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        """The position of the next byte."""
        return self._position

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _some(self, most: int) -> bytes:
        """Bytes of the piece at the position."""
        number = bisect_right(self._starts, self._position) - 1
        piece, within = self._pieces[number], self._position - self._starts[number]
        if isinstance(piece, bytes):
            return piece[within : within + most]
        self._file.seek(piece[0] + within)
        return self._file.read(min(most, piece[1] - piece[0] - within)) or b""


@dataclass(frozen=True, slots=True)
class FileRange:
    """A file, or the part of it from ``start`` to ``stop`` (None is its end)."""

    path: Path
    start: int = 0
    stop: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole file."""
        return self.start == 0 and self.stop is None

    @property
    def end(self) -> int:
        """Offset at which it ends."""
        return self.path.stat().st_size if self.stop is None else self.stop

    def open(self) -> io.FileIO | ByteView:
        """Its bytes as an unbuffered file object."""
        if self.is_whole:
            return open_regular(self.path)
        return ByteView(self.path, [(self.start, self.end)])
