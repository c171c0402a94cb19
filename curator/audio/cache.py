"""What is kept beside the project for every recording, and can be made again from its file.

``HASH.16k.pcm``: little-endian int16 mono at 16 kHz. ``HASH.peaks``: see ``audio.peaks``.
"""

import contextlib
import mmap
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soxr

from curator.audio.encode import PARTIAL, to_int16
from curator.audio.peaks import Peaks, mapped, read_peaks, recorded_length
from curator.audio.resumable_file import sweep_begun
from curator.audio.waveform import CACHE_RATE, Samples, Samples16
from curator.domain.foreign_files import in_cache
from curator.domain.span import Span
from curator.domain.system import is_running, remove_leftover


def sound_path(cache: Path, content_hash: str) -> Path:
    """Where a recording's 16 kHz copy is."""
    return in_cache(cache, content_hash, ".16k.pcm")


def peaks_path(cache: Path, content_hash: str) -> Path:
    """Where a recording's peaks are."""
    return in_cache(cache, content_hash, ".peaks")


def length16(samples: int, rate: int) -> int:
    """How many samples the 16 kHz copy of ``samples`` at ``rate`` Hz has."""
    return Span(0, samples).at_rate(rate, CACHE_RATE).stop


def cached16(cache: Path, content_hash: str) -> Samples16:
    """A recording's 16 kHz copy, memory-mapped.

    FileNotFoundError if it was deleted or is not whole: then ``rebuild_cache`` makes it again.
    """
    path = sound_path(cache, content_hash)
    try:
        rate, samples = recorded_length(peaks_path(cache, content_hash))
        held, wanted = path.stat().st_size, 2 * length16(samples, rate)
    except FileNotFoundError:
        raise FileNotFoundError("the cached audio is missing") from None
    if held != wanted:
        raise FileNotFoundError(f"the cached audio has {held} bytes instead of {wanted}")
    if not wanted:  # a memory map cannot be empty; one sample at 44.1 kHz is none at 16 kHz
        return np.empty(0, np.int16)
    return mapped(path, "<i2", 0, (wanted // 2,))


def cached_peaks(cache: Path, content_hash: str) -> Peaks:
    """A recording's peaks, memory-mapped. FileNotFoundError as ``cached16``."""
    return read_peaks(peaks_path(cache, content_hash))


def is_cached(cache: Path, content_hash: str) -> bool:
    """Whether both are there and whole."""
    try:
        cached16(cache, content_hash)
        cached_peaks(cache, content_hash)
    except FileNotFoundError:
        return False
    return True


def sweep(cache: Path) -> int:
    """Remove what killed programs left half-written; returns how many files.

    For whoever holds the project: another machine's programs cannot be seen from here.
    """
    removed = 0
    for path in cache.glob(f".*{PARTIAL}"):
        owner = path.name[1:].partition("-")[0]
        if owner.isdigit() and not is_running(int(owner)):
            removed += remove_leftover(path)
    return removed + sweep_begun(cache)


class SoundCopy:
    """Writes the 16 kHz copy from blocks of samples as they are decoded."""

    def __init__(self, file: BinaryIO, rate: int) -> None:
        self._file = file
        self._rate = rate
        self._taken = self._written = 0
        self._resampler: soxr.ResampleStream | None = None
        if rate != CACHE_RATE:
            self._resampler = soxr.ResampleStream(rate, CACHE_RATE, 1, "float32", "HQ")

    def write(self, block: Samples) -> None:
        """Take the next samples."""
        self._taken += block.size
        self._put(self._resampler.resample_chunk(block) if self._resampler else block)

    def finish(self) -> None:
        """Write what the resampler still holds; the length is then exactly ``length16``."""
        if self._resampler:
            self._put(self._resampler.resample_chunk(np.empty(0, np.float32), last=True))
        wanted = length16(self._taken, self._rate)
        if self._written < wanted:
            self._put(np.zeros(wanted - self._written, np.float32))
        elif self._written > wanted:
            self._file.truncate(2 * wanted)

    def _put(self, block: Samples) -> None:
        self._file.write(to_int16(block).astype("<i2", copy=False).tobytes())
        self._written += block.size


def make_folder(cache: Path) -> None:
    """The cache folder may have been deleted altogether."""
    with contextlib.suppress(FileExistsError):
        cache.mkdir(parents=True)


def release_pages(samples16: Samples16) -> None:
    """Drop a memory map's pages from this process's memory; they are read again when used.

    Between blocks of a long recording: the system counts them as memory of the process. Nothing
    happens for an array in memory, or where the system has no such call (Windows).
    """
    mapping = getattr(samples16, "_mmap", None)
    if isinstance(mapping, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        mapping.madvise(mmap.MADV_DONTNEED)
