"""Waveform -> 16-bit WAV, and files that are there as a whole or not at all."""

import contextlib
import os
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soxr

from curator.audio.waveform import FULL_SCALE_16, Samples, Samples16, Waveform
from curator.domain.span import Span
from curator.domain.system import put_in_place, sync_folder

PARTIAL = ".partial"
"""Ending of files that are being written; one that lies about is left from a killed program."""

_WAV_MOST_BYTES = 0xFFFFFFFF - 36


def to_int16(wave: Waveform | Samples) -> Samples16:
    """Rounded to the nearest step; what is too loud saturates; NaN becomes 0."""
    samples = wave.samples if isinstance(wave, Waveform) else wave
    scaled = np.multiply(samples, np.float32(FULL_SCALE_16), dtype=np.float32)
    np.rint(scaled, out=scaled)
    # Comparing extremes is cheaper than clipping, and false when one of them is NaN.
    if scaled.size and not (scaled.min() >= -FULL_SCALE_16 and scaled.max() < FULL_SCALE_16):
        np.nan_to_num(scaled, copy=False, nan=0.0)
        np.clip(scaled, -FULL_SCALE_16, FULL_SCALE_16 - 1, out=scaled)
    return scaled.astype(np.int16)


def resampled(wave: Waveform, rate: int, quality: str = "VHQ") -> Waveform:
    """The same sound at ``rate`` Hz, exactly ``Span.at_rate`` samples long.

    quality: soxr's "HQ" (20 bit) or "VHQ" (28 bit).
    """
    if rate == wave.rate:
        return wave
    wanted = Span(0, wave.samples.size).at_rate(wave.rate, rate).stop
    new: Samples = soxr.resample(
        np.ascontiguousarray(wave.samples, np.float32), wave.rate, rate, quality=quality
    )
    if new.size < wanted:
        new = np.concatenate([new, np.zeros(wanted - new.size, np.float32)])
    return Waveform(new[:wanted], rate)


def wav_header(samples: int, rate: int) -> bytes:
    """The 44 bytes ahead of that many samples in a mono PCM16 WAV file."""
    size = 2 * samples
    if size > _WAV_MOST_BYTES:
        raise ValueError(f"{samples} samples do not fit into a WAV file")
    pcm = struct.pack("<IHHIIHH", 16, 1, 1, rate, rate * 2, 2, 16)
    head = b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + pcm
    return head + b"data" + struct.pack("<I", size)


def wav_bytes(samples16: Samples16, rate: int) -> bytes:
    """A mono PCM16 WAV file: 44 bytes of header, then the samples, nothing else."""
    data = np.ascontiguousarray(samples16, "<i2").tobytes()
    return wav_header(len(samples16), rate) + data


def write_wav(path: Path, samples16: Samples16, rate: int, *, durable: bool = True) -> None:
    """Write a mono PCM16 WAV file, replacing what is there. durable: see ``written_whole``."""
    write_bytes_atomically(path, wav_bytes(samples16, rate), durable=durable)


def write_bytes_atomically(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file, replacing what is there. durable: see ``written_whole``."""
    with written_whole(path, durable=durable) as file:
        file.write(data)


class PartFile:
    """A file being written, which gets its name when it is whole.

    file: open for reading and writing.
    """

    def __init__(self, folder: Path) -> None:
        self._beside = folder / f".{os.getpid()}-{secrets.token_hex(6)}{PARTIAL}"
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        # Not tempfile: its files can only be read by their owner, and bundles are shared.
        self.file: BinaryIO = os.fdopen(os.open(self._beside, flags, 0o666), "w+b")

    def keep_as(self, path: Path, *, durable: bool = True) -> None:
        """Give it its name, replacing what is there. durable: once its content is on the disk."""
        self.file.flush()
        if durable:
            os.fsync(self.file.fileno())
        self.file.close()
        put_in_place(self._beside, path)
        if durable:
            sync_folder(path.parent)

    def discard(self) -> None:
        """Remove it, unless it has its name already."""
        with contextlib.suppress(OSError):  # closing flushes, which fails when the disk is full
            self.file.close()
        self._beside.unlink(missing_ok=True)


@contextlib.contextmanager
def written_whole(path: Path, *, durable: bool = True) -> Iterator[BinaryIO]:
    """A file to write that gets its name only when the block ends well; otherwise it is removed.

    durable: it is on the disk before it has its name. Without, a caller who writes many files may
    sync them together, which is far faster than one by one.
    """
    part = PartFile(path.parent)
    try:
        yield part.file
        part.keep_as(path, durable=durable)
    finally:
        part.discard()
