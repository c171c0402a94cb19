"""Length of a FLAC file by its last frame, and further FLAC files appended to it."""

import mmap

from curator.audio.byte_view import FileRange
from curator.domain.foreign_files import open_regular

_MARK = b"fLaC\x00\x00\x00\x22"
"""Start of a file: its name and the head of STREAMINFO, 34 bytes long."""

_TAIL = 1 << 18
"""Bytes at the end in which the last frame header lies; a frame is shorter."""

_SYNC = (b"\xff\xf8", b"\xff\xf9")
_HEADER = 16


def stated_samples(source: FileRange) -> int:
    """Samples by STREAMINFO; 0 is unknown, and for what is no FLAC file."""
    with open_regular(source.path) as file:
        file.seek(source.start)
        head = file.read(42)
    if not head.startswith(_MARK):
        return 0
    return int.from_bytes(head[21:26], "big") & ((1 << 36) - 1)


def last_sample(source: FileRange) -> int | None:
    """Samples up to the end of the last frame, by its own number; None if none is recognised."""
    with open_regular(source.path) as file:
        file.seek(source.start)
        head = file.read(42)
        if not head.startswith(_MARK) or source.end <= source.start + len(head):
            return None
        begin = max(source.start + len(head), source.end - _TAIL)
        file.seek(begin)
        tail = file.read(source.end - begin)
    block = int.from_bytes(head[8:10], "big")
    at = len(tail)
    while (at := max(tail.rfind(sync, 0, at) for sync in _SYNC)) >= 0:
        end = _frame_end(tail[at : at + _HEADER], block)
        if end is not None:
            return end
    return None


def parts(source: FileRange) -> tuple[int, ...]:
    """Offsets of further FLAC files, if the last frame is not that of the first file."""
    stated = stated_samples(source)
    if not stated or last_sample(source) in (stated, None):
        return ()
    offsets = []
    with (
        open_regular(source.path) as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as m,
    ):
        at = source.start
        while (at := m.find(_MARK, at + 1, source.end)) >= 0:
            offsets.append(at)
    return tuple(offsets)


def _frame_end(header: bytes, usual_block: int) -> int | None:
    """The sample after a frame; None if these bytes are no frame header."""
    if len(header) < 6 or header[2] >> 4 == 0 or header[2] & 15 == 15 or header[3] & 1:
        return None
    number, at = _coded_number(header)
    if number is None:
        return None
    size, at = _block_size(header, at)
    rate = header[2] & 15
    at += {12: 1, 13: 2, 14: 2}.get(rate, 0)
    if at >= len(header) or _crc8(header[:at]) != header[at]:
        return None
    is_variable = bool(header[1] & 1)
    return (number if is_variable else number * usual_block) + size


def _coded_number(header: bytes) -> tuple[int | None, int]:
    """(frame or sample number, offset after it), coded like UTF-8."""
    first = header[4]
    if first < 0x80:
        return first, 5
    length = 8 - (first ^ 0xFF).bit_length()
    if not 2 <= length <= 7 or len(header) < 4 + length:
        return None, 0
    value = first & ((1 << (7 - length)) - 1)
    for byte in header[5 : 4 + length]:
        if byte >> 6 != 2:
            return None, 0
        value = value << 6 | byte & 0x3F
    return value, 4 + length


def _block_size(header: bytes, at: int) -> tuple[int, int]:
    code = header[2] >> 4
    if code == 1:
        return 192, at
    if code <= 5:
        return 576 << (code - 2), at
    if code == 6:
        return int.from_bytes(header[at : at + 1], "big") + 1, at + 1
    if code == 7:
        return int.from_bytes(header[at : at + 2], "big") + 1, at + 2
    return 256 << (code - 8), at


def _crc8(content: bytes) -> int:
    """CRC with the polynomial x^8 + x^2 + x + 1."""
    crc = 0
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07) & 0xFF if crc & 0x80 else crc << 1
    return crc
