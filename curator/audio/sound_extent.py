"""Sound data beyond what a header claims: WAV, RF64, W64, AIFF, AU and CAF.

Recorders that lose power leave the size of their last update or 0, WAV sizes wrap at 4 GiB, and
programs that write to a pipe put a number no file has. What follows the claimed data is sound
unless it is a chain of chunks or a tag.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from curator.audio.byte_view import FileRange, Piece
from curator.domain.foreign_files import open_regular

_MOST_HEADER = 64 << 20
"""Bytes; a header with pictures in front of the sound is smaller."""

_MOST_CHUNKS = 10_000
_LEAST_BEYOND = 8
"""Bytes after the claimed sound that are looked at; fewer are padding."""

_WRAP = 1 << 32
_UNKNOWN_32 = ((0x7FFF_0000, 0x8000_0000), (0xFFFF_0000, 0x1_0000_0000))
"""Ranges of data sizes that programs write when they do not know the length yet."""

_TAGS = (b"ID3", b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"3DI")
_W64_GUID_END = b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"


@dataclass(frozen=True, slots=True)
class Extent:
    """Where the sound of a file lies.

    start, stop: bytes of the file. claimed: bytes of sound by the header; None if it does not say.
    frame_bytes: of one sample of all channels; 0 if the coding has no fixed size. parts: offsets of
    further files that follow in this one.
    """

    start: int
    stop: int
    claimed: int | None
    frame_bytes: int
    parts: tuple[int, ...] = ()

    @property
    def beyond(self) -> int:
        """Bytes of sound after those that are claimed; 0 where the header does not say."""
        return 0 if self.claimed is None else max(0, self.stop - self.start - self.claimed)


@dataclass(frozen=True, slots=True)
class CorrectedHeader:
    """File with a corrected header. extent: of its sound. pieces: see ByteView."""

    extent: Extent
    pieces: tuple[Piece, ...]


Chunk = tuple[bytes, int, int]
"""Name, offset of the content, size of the content."""


def correction(source: FileRange) -> CorrectedHeader | None:
    """The file with its real sizes if its header claims less sound than it holds, else None."""
    begin = source.start
    with open_regular(source.path) as file:
        layout = _layout(file, begin, source.end)
        if layout is None or layout.extent.beyond < max(1, layout.extent.frame_bytes):
            return None
        if layout.extent.start - begin > _MOST_HEADER:
            return None
        file.seek(begin)
        header = file.read(layout.extent.start - begin)
        return CorrectedHeader(
            layout.extent,
            (layout.corrected(header), (layout.extent.start, layout.extent.stop)),
        )


def sound_extent(source: FileRange) -> Extent | None:
    """Where the sound lies in a file of these kinds; None for others and broken headers."""
    with open_regular(source.path) as file:
        layout = _layout(file, source.start, source.end)
    return layout.extent if layout else None


@dataclass(frozen=True, slots=True)
class _ChunkLayout:
    extent: Extent
    corrected: Callable[[bytes], bytes]


def _layout(file: BinaryIO, begin: int, size: int) -> _ChunkLayout | None:
    file.seek(begin)
    head = file.read(40)
    readers: Sequence[tuple[bool, Callable[[BinaryIO, int, int], _ChunkLayout | None]]] = (
        (head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE", _of_wav),
        (head[:16] == b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00", _of_w64),
        (head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"), _of_aiff),
        (head[:4] in (b".snd", b"dns."), _of_au),
        (head[:4] == b"caff", _of_caf),
    )
    for is_it, reader in readers:
        if is_it:
            try:
                return reader(file, begin, size)
            except (struct.error, IndexError):
                return None
    return None


# WAV, RF64, BW64


def _of_wav(file: BinaryIO, begin: int, size: int) -> _ChunkLayout | None:
    align, big = 0, None
    for name, at, length in _chunks(file, begin + 12, size, "<4sI"):
        if name == b"ds64":
            big = struct.unpack("<QQQ", _read(file, at, 24))
        elif name == b"fmt " and length >= 16:
            align = struct.unpack("<12xH", _read(file, at, 14))[0]
        elif name == b"data":
            claim = big[1] if big is not None and length in (0xFFFFFFFF, 0) else length
            stop, parts = _end_of_sound(file, at, claim, size, _riff_follows, wraps=big is None)
            extent = Extent(at, stop, _known(claim, size - at), align, parts)
            return _ChunkLayout(extent, partial(_wav_header, extent))
    return None


def _wav_header(extent: Extent, header: bytes) -> bytes:
    """The header with the real sizes, as RF64 where 32 bits are too few."""
    length = extent.stop - extent.start
    whole = len(header) - 8 + length + (length & 1)
    if header[:4] in (b"RF64", b"BW64") and header[12:16] == b"ds64":
        frames = length // extent.frame_bytes if extent.frame_bytes else 0
        sizes = struct.pack("<QQQ", whole, length, frames)
        return header[:20] + sizes + header[44:-4] + b"\xff\xff\xff\xff"
    if whole < _WRAP:
        return b"RIFF" + struct.pack("<I", whole) + header[8:-4] + struct.pack("<I", length)
    frames = length // extent.frame_bytes if extent.frame_bytes else 0
    ds64 = b"ds64" + struct.pack("<IQQQI", 28, whole + 36, length, frames, 0)
    return b"RF64\xff\xff\xff\xffWAVE" + ds64 + header[12:-4] + b"\xff\xff\xff\xff"


def _riff_follows(file: BinaryIO, at: int, size: int) -> bool:
    """Whether chunks follow one another from here to the end of the file."""
    return _chain_ends(file, at, size, "<4sI", pad=2)


# Sony Wave64


def _of_w64(file: BinaryIO, begin: int, size: int) -> _ChunkLayout | None:
    at, align = begin + 40, 0
    for _ in range(_MOST_CHUNKS):
        guid, length = struct.unpack("<16sQ", _read(file, at, 24))
        if guid[:4] == b"fmt ":
            align = struct.unpack("<12xH", _read(file, at + 24, 14))[0]
        elif guid[:4] == b"data":
            start, claim = at + 24, max(0, length - 24)
            stop, parts = _end_of_sound(file, start, claim, size, _w64_follows)
            extent = Extent(start, stop, _known(claim, size - start), align, parts)
            return _ChunkLayout(extent, partial(_w64_header, extent))
        if length < 24:
            return None
        at += length + -length % 8
    return None


def _w64_header(extent: Extent, header: bytes) -> bytes:
    length = extent.stop - extent.start
    whole = struct.pack("<Q", len(header) + length)
    return header[:16] + whole + header[24:-8] + struct.pack("<Q", length + 24)


def _w64_follows(file: BinaryIO, at: int, size: int) -> bool:
    at += -at % 8
    while at + 24 <= size:
        guid, length = struct.unpack("<16sQ", _read(file, at, 24))
        if guid[4:] != _W64_GUID_END or not 24 <= length <= size - at + 7:
            return False
        at += length + -length % 8
    return True


# AIFF, AIFC


def _of_aiff(file: BinaryIO, begin: int, size: int) -> _ChunkLayout | None:
    align, frames_at = 0, 0
    for name, at, length in _chunks(file, begin + 12, size, ">4sI"):
        if name == b"COMM":
            channels, _, bits = struct.unpack(">hIh", _read(file, at, 8))
            coding = _read(file, at + 18, 4) if length >= 22 else b"NONE"
            if coding in (b"NONE", b"sowt", b"twos", b"fl32", b"FL32", b"fl64", b"FL64"):
                align = channels * -(-bits // 8)
                frames_at = at + 2 - begin
        elif name == b"SSND":
            start, claim = at + 8, max(0, length - 8)
            stop, parts = _end_of_sound(file, start, claim, size, _aiff_follows)
            extent = Extent(start, stop, _known(claim, size - start), align, parts)
            return _ChunkLayout(extent, partial(_aiff_header, extent, frames_at))
    return None


def _aiff_header(extent: Extent, frames_at: int, header: bytes) -> bytes:
    length = min(extent.stop - extent.start, _WRAP - len(header) - 16)
    sizes = bytearray(header)
    struct.pack_into(">I", sizes, 4, len(header) - 8 + length)
    struct.pack_into(">I", sizes, len(header) - 12, length + 8)
    if frames_at and extent.frame_bytes:
        struct.pack_into(">I", sizes, frames_at, length // extent.frame_bytes)
    return bytes(sizes)


def _aiff_follows(file: BinaryIO, at: int, size: int) -> bool:
    return _chain_ends(file, at, size, ">4sI", pad=2)


# Sun / NeXT AU


_AU_BYTES = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}


def _of_au(file: BinaryIO, begin: int, size: int) -> _ChunkLayout | None:
    order = ">" if _read(file, begin, 4) == b".snd" else "<"
    start, length, coding, _, channels = struct.unpack(f"{order}5I", _read(file, begin + 4, 20))
    at = begin + start
    stop, parts = _end_of_sound(file, at, length, size, lambda *_: False)
    align = channels * _AU_BYTES.get(coding, 0)
    extent = Extent(at, stop, _known(length, size - at), align, parts)

    def corrected(header: bytes) -> bytes:
        held = min(extent.stop - extent.start, 0xFFFFFFFF)
        return header[:8] + struct.pack(f"{order}I", held) + header[12:]

    return _ChunkLayout(extent, corrected)


# Core Audio Format


def _of_caf(file: BinaryIO, begin: int, size: int) -> _ChunkLayout | None:
    align = 0
    for name, at, length in _chunks(file, begin + 8, size, ">4sq", pad=1):
        if name == b"desc":
            align = struct.unpack(">16xI", _read(file, at, 20))[0]
        elif name == b"data":
            start = at + 4  # after the edit count
            claim = length - 4 if length >= 4 else size - start if length == -1 else 0
            stop, parts = _end_of_sound(file, start, claim, size, _caf_follows)
            extent = Extent(start, stop, _known(claim, size - start), align, parts)
            return _ChunkLayout(extent, partial(_caf_header, extent))
    return None


def _caf_header(extent: Extent, header: bytes) -> bytes:
    length = extent.stop - extent.start + 4
    return header[:-12] + struct.pack(">q", length) + header[-4:]


def _caf_follows(file: BinaryIO, at: int, size: int) -> bool:
    return _chain_ends(file, at, size, ">4sq", pad=1)


# Shared


def _end_of_sound(
    file: BinaryIO,
    start: int,
    claim: int,
    size: int,
    follows: Callable[[BinaryIO, int, int], bool],
    wraps: bool = False,
) -> tuple[int, tuple[int, ...]]:
    """(where the sound ends, offsets of further files in this one).

    follows: whether only chunks come from an offset on. wraps: whether the claim may be the size
    modulo 2^32.
    """
    if claim > size - start:
        return size, ()
    ends = range(start + claim, size + 1, _WRAP) if wraps else (start + claim,)
    for stop in ends:
        if stop != start and (size - stop < _LEAST_BEYOND or _is_zero(file, stop, size)):
            return stop, ()
        for after in dict.fromkeys((stop + (stop - start) % 2, stop)):  # the padding may be missing
            if _is_tag(_read(file, after, 16)) or follows(file, after, size):
                return stop, _further(file, after, size)
    return size, ()


def _known(claim: int, held: int) -> int | None:
    """Bytes that a header claims; None where it holds a number that stands for unknown."""
    if claim <= held:
        return claim
    near = (claim, claim + 8, claim + 44)  # some programs put the number into the file's size
    unknown = any(low <= each <= high for low, high in _UNKNOWN_32 for each in near)
    return None if unknown else claim


def _further(file: BinaryIO, at: int, size: int) -> tuple[int, ...]:
    """Offsets of whole WAV files that follow the sound as chunks."""
    parts = []
    for name, content, _ in _chunks(file, at, size, "<4sI"):
        if name == b"RIFF" and _read(file, content, 4) == b"WAVE":
            parts.append(content - 8)
    return tuple(parts)


def _chunks(file: BinaryIO, at: int, size: int, form: str, pad: int = 2) -> list[Chunk]:
    """Chunks from an offset on, up to the end or the first one that reaches beyond it."""
    chunks: list[Chunk] = []
    head = struct.calcsize(form)
    while at + head <= size and len(chunks) < _MOST_CHUNKS:
        name, length = struct.unpack(form, _read(file, at, head))
        chunks.append((name, at + head, length))
        if length < 0 or name in (b"data", b"SSND"):
            break
        at += head + length + -length % pad
    return chunks


def _chain_ends(file: BinaryIO, at: int, size: int, form: str, pad: int) -> bool:
    """Whether chunks with printable names fill the rest of the file."""
    head = struct.calcsize(form)
    chunks = 0
    while size - at >= head and chunks < _MOST_CHUNKS:
        name, length = struct.unpack(form, _read(file, at, head))
        if chunks and _is_tag(name):
            return True
        if not all(32 <= byte < 127 for byte in name) or not 0 <= length <= size - at - head + pad:
            return False
        at += head + length + -length % pad
        chunks += 1
    return chunks > 0


def _is_tag(start: bytes) -> bool:
    return start.startswith(_TAGS)


def _is_zero(file: BinaryIO, at: int, size: int) -> bool:
    """Whether only zero bytes are left: room that a recorder has reserved."""
    file.seek(at)
    while at < size:
        part = file.read(min(1 << 20, size - at))
        if not part or any(part):
            return not part
        at += len(part)
    return True


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)
