"""Streams one after another in an Ogg file: where each of them begins."""

import mmap
import struct

from curator.audio.byte_view import FileRange
from curator.domain.foreign_files import open_regular

_PAGE = struct.Struct("<4sBBqIIIB")
_BEGINS = 2
"""Flag of a page that begins a stream."""


def parts(source: FileRange) -> tuple[int, ...]:
    """Offsets of the groups of streams after the first; empty for one group."""
    offsets = []
    with (
        open_regular(source.path) as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as m,
    ):
        at, end, in_head = source.start, source.end, True
        while at + _PAGE.size <= end:
            mark, _, flags, _, _, _, _, segments = _PAGE.unpack_from(m, at)
            if mark != b"OggS":
                at = m.find(b"OggS", at + 1, end)
                if at < 0:
                    break
                continue
            begins = bool(flags & _BEGINS)
            if begins and not in_head:
                offsets.append(at)
            in_head = begins
            lengths = at + _PAGE.size
            at = lengths + segments + sum(m[lengths : lengths + segments])
    return tuple(offsets)
