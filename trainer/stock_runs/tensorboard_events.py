"""Scalars of TensorBoard event files, without TensorBoard.

A file is a sequence of records (length uint64, its CRC, data, its CRC); the data is a protocol
buffer ``Event`` with the fields step (2) and summary (5), whose values (1) have tag (1) and
simple_value (2, float32) or a tensor (8).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trainer.foreign_files import open_regular

HEADER = struct.Struct("<Q4x")
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # wire types
VARINT_BITS, MAX_VARINT = 70, (1 << 63) - 1
MAX_FILE = 1 << 36  # bytes; read record by record
MAX_RECORD = 1 << 28  # bytes; audio and pictures stay below, a damaged length does not


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. tag: such as EvalStats/avg_loss_mel_ce. step: as logged."""

    tag: str
    step: int
    value: float


def read_scalars(path: Path) -> Iterator[Scalar]:
    """Scalars of a file in order; a damaged or unfinished end is ignored."""
    with open_regular(path, MAX_FILE) as file:
        while len(header := file.read(HEADER.size)) == HEADER.size:
            (length,) = HEADER.unpack(header)
            if length > MAX_RECORD:
                return
            data = file.read(length)
            file.read(4)
            if len(data) < length:
                return
            try:
                yield from _scalars(data)
            except (IndexError, struct.error, UnicodeDecodeError):
                return


def _scalars(event: bytes) -> Iterator[Scalar]:
    step, summaries = 0, []
    for field, value in _fields(event):
        if field == 2 and isinstance(value, int):
            step = value
        elif field == 5 and isinstance(value, bytes):
            summaries.append(value)
    for summary in summaries:
        for field, value in _fields(summary):
            if field == 1 and isinstance(value, bytes):
                tag, number = _value(value)
                if number is not None:
                    yield Scalar(tag, step, number)


def _value(data: bytes) -> tuple[str, float | None]:
    tag, number = "", None
    for field, value in _fields(data):
        if field == 1 and isinstance(value, bytes):
            tag = value.decode()
        elif field == 2 and isinstance(value, float):
            number = value
        elif field == 8 and isinstance(value, bytes):
            number = _tensor(value, number)
    return tag, number


def _tensor(data: bytes, default: float | None) -> float | None:
    """A tensor of one float32: in tensor_content (4) or packed in float_val (5)."""
    for field, value in _fields(data):
        if field in (4, 5) and isinstance(value, bytes) and len(value) == 4:
            return float(struct.unpack("<f", value)[0])
        if field == 5 and isinstance(value, float):
            return value
    return default


def _fields(data: bytes) -> Iterator[tuple[int, int | float | bytes]]:
    """(field number, value) of a protocol buffer message."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == VARINT:
            number, at = _varint(data, at)
            yield key >> 3, number
        elif kind == FIXED64:
            at += 8
        elif kind == FIXED32:
            yield key >> 3, float(struct.unpack_from("<f", data, at)[0])
            at += 4
        elif kind == BYTES:
            length, at = _varint(data, at)
            if at + length > len(data):
                raise IndexError(length)
            yield key >> 3, data[at : at + length]
            at += length
        else:
            raise IndexError(kind)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, VARINT_BITS, 7):
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at += 1
        if not byte & 0x80:
            return number & MAX_VARINT, at
    raise IndexError(at)
