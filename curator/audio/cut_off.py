"""Files cut off: MP4, Matroska, WebM, AVI, ASF and FLV that claim more bytes than they hold.

Sizes of boxes (ISO/IEC 14496-12), of EBML elements (RFC 8794, RFC 9559), of RIFF, of an ASF file
and of an FLV file are exact; a length in seconds is not. A live writer leaves sizes open; then the
last cluster is looked at.
"""

import io
import math
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import closing

from curator.audio.byte_view import ByteView, FileRange

Read = Callable[[int, int], bytes]
"""Bytes of a file: (offset, length); fewer at its end."""

_BOXES = frozenset(
    b"ftyp styp free skip wide moov moof mdat mfra meta sidx uuid pdin emsg prft".split()
)
_SOUND_BOXES = frozenset({b"moov", b"moof", b"mdat"})

_EBML, _SEGMENT, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1F43B675
_TIMESTAMP, _SIMPLE_BLOCK, _BLOCK_GROUP, _VOID, _CHECKSUM = 0xE7, 0xA3, 0xA0, 0xEC, 0xBF
_IN_CLUSTER = frozenset(
    {_TIMESTAMP, _SIMPLE_BLOCK, _BLOCK_GROUP, _VOID, _CHECKSUM, 0xA7, 0xAB, 0x5854}
)
_TAIL_BYTES = 8 << 20
"""Where the last cluster of a live recording is looked for; one of sound alone is far smaller."""

_MOST_PARTS = 100_000
_RIFF_UNKNOWN = frozenset({0, 0xFFFFFFFF})
_INDEX_BYTES = 1 << 20
_HEADER_BYTES = 64 << 10
_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ASF_BROADCAST = 1
_FLV_SCRIPT = 18
_FLV_SIZE_KEY = b"\0\x08filesize\0"


def is_cut_off(source: FileRange, demuxer: str) -> bool:
    """Whether the last part of a file ends beyond its end. demuxer: FFmpeg's name of its kind.

    False where nothing in the file tells. Raises OSError.
    """
    ends_of = {
        "mov": _end_of_boxes,
        "matroska": _end_of_segment,
        "avi": _end_of_riff,
        "asf": _end_of_asf,
        "flv": _end_of_flv,
    }
    if demuxer not in ends_of:
        return False
    with closing(source.open()) as file:
        size = file.seek(0, os.SEEK_END)
        return ends_of[demuxer](_reader(file), size) > size


def without_cut_fragment(source: FileRange) -> FileRange | None:
    """The part of an MP4 before a fragment's index that is cut, which FFmpeg refuses; else None."""
    with closing(source.open()) as file:
        size = file.seek(0, os.SEEK_END)
        for kind, start, stop in _boxes(_reader(file)):
            if stop > size:
                whole = FileRange(source.path, source.start, source.start + start)
                return whole if kind == b"moof" else None
    return None


def _reader(file: io.FileIO | ByteView) -> Read:
    def read(at: int, length: int) -> bytes:
        file.seek(at)
        return file.read(length) or b""

    return read


def _boxes(read: Read) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start, stop) of the boxes of an MP4 that state their length."""
    at = 0
    for _ in range(_MOST_PARTS):
        head = read(at, 16)
        if len(head) < 8 or head[4:8] not in _BOXES:
            return  # the end, or something that is no part of the MP4
        (length,) = struct.unpack(">I", head[:4])
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack(">Q", head[8:])
        if length < 8:
            return  # 0: up to the end of the file
        yield head[4:8], at, at + length
        at += length


def _end_of_boxes(read: Read, size: int) -> int:
    ends = [size]
    for kind, start, stop in _boxes(read):
        if kind in _SOUND_BOXES:
            ends.append(stop)
        elif kind == b"sidx":
            ends.append(stop + _indexed_bytes(read(start, min(stop - start, _INDEX_BYTES))))
    return max(ends)


def _indexed_bytes(box: bytes) -> int:
    """Bytes after a segment index (sidx) that it lists; 0 for an index that is not whole."""
    if len(box) < 32:
        return 0
    at = 20 + (16 if box[8] else 8)
    first_offset = int.from_bytes(box[24:28] if not box[8] else box[28:36])
    count = int.from_bytes(box[at + 2 : at + 4])
    entries = box[at + 4 : at + 4 + 12 * count]
    if len(entries) < 12 * count:
        return 0
    sizes = (int.from_bytes(entries[n : n + 4]) & 0x7FFFFFFF for n in range(0, 12 * count, 12))
    return first_offset + sum(sizes)


def _end_of_segment(read: Read, size: int) -> int:
    at = 0
    for _ in range(_MOST_PARTS):
        element = _element(read, at)
        if element is None:
            return size
        name, content, length = element
        if name == _SEGMENT:
            return _end_of_last_cluster(read, size) if length is None else content + length
        if length is None or name not in (_EBML, _VOID, _CHECKSUM):
            return size
        at = content + length
    return size


def _end_of_last_cluster(read: Read, size: int) -> int:
    begin = max(0, size - _TAIL_BYTES)
    offset = read(begin, _TAIL_BYTES).rfind(_CLUSTER.to_bytes(4))
    cluster = _element(read, begin + offset) if offset >= 0 else None
    if cluster is None:
        return size
    _, at, length = cluster
    first = _element(read, at)
    if first is None or first[0] not in (_TIMESTAMP, _CHECKSUM):
        return size  # these bytes are sound or a picture
    if length is not None:
        return at + length
    for _ in range(_MOST_PARTS):
        element = _element(read, at)
        if element is None:
            return size + (at < size)  # cut within the head of a block
        name, content, length = element
        if name not in _IN_CLUSTER or length is None:
            return size
        if content + length > size:
            return content + length
        at = content + length
    return size


def _element(read: Read, at: int) -> tuple[int, int, int | None] | None:
    """(id, offset of the content, its length or None for unknown) of the EBML element there."""
    head = read(at, 12)
    id_bytes = _vint_bytes(head)
    if not 0 < id_bytes <= 4 or len(head) <= id_bytes:
        return None
    size_bytes = _vint_bytes(head[id_bytes:])
    if not size_bytes or len(head) < id_bytes + size_bytes:
        return None
    bits = 7 * size_bytes
    length = int.from_bytes(head[id_bytes : id_bytes + size_bytes]) & ((1 << bits) - 1)
    is_unknown = length == (1 << bits) - 1
    content = at + id_bytes + size_bytes
    return int.from_bytes(head[:id_bytes]), content, None if is_unknown else length


def _vint_bytes(head: bytes) -> int:
    """Length of a number of variable size, by its leading zeros; 0 for none."""
    return 9 - head[0].bit_length() if head and head[0] else 0


def _end_of_riff(read: Read, size: int) -> int:
    head = read(0, 8)
    if len(head) < 8:
        return size
    (length,) = struct.unpack("<I", head[4:])
    return size if length in _RIFF_UNKNOWN else 8 + length


def _end_of_asf(read: Read, size: int) -> int:
    """File size in the File Properties Object (ASF specification, 3.2)."""
    head = read(0, _HEADER_BYTES)
    at = 30
    while head.startswith(_ASF_HEADER) and at + 92 <= len(head):
        length = int.from_bytes(head[at + 16 : at + 24], "little")
        if head[at : at + 16] == _ASF_PROPERTIES:
            flags = int.from_bytes(head[at + 88 : at + 92], "little")
            stated = int.from_bytes(head[at + 40 : at + 48], "little")
            return size if flags & _ASF_BROADCAST else stated
        if length < 24:
            return size
        at += length
    return size


def _end_of_flv(read: Read, size: int) -> int:
    """Number named filesize in onMetaData; writers that do not know it leave it out or 0."""
    head = read(0, _HEADER_BYTES)
    if len(head) < 9 or head[:3] != b"FLV":
        return size
    tag = head[int.from_bytes(head[5:9]) + 4 :]
    if len(tag) < 11 or tag[0] != _FLV_SCRIPT:
        return size
    content = tag[11 : 11 + int.from_bytes(tag[1:4])]
    before, key, number = content.partition(_FLV_SIZE_KEY)
    if not key or b"onMetaData" not in before or len(number) < 8:
        return size
    (stated,) = struct.unpack(">d", number[:8])
    return int(stated) if math.isfinite(stated) else size
