"""Resumable writing of long derived sound files.

Every few seconds the data is synced to disk and its length noted in a file beside it. The next run
that writes the same sound resumes at the last note, even after a crash.
"""

import contextlib
import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from curator.audio.encode import write_bytes_atomically
from curator.audio.waveform import Samples
from curator.domain.foreign_files import NOTE_BYTES, descriptor, read_bounded
from curator.domain.system import put_in_place, sync_folder

BEGUN = ".begun"
NOTE = ".begun.json"
NOTED_EVERY_S = 5.0  # wall clock; upper bound of the work lost
FORGOTTEN_S = 14 * 86_400  # age at which an unfinished file is removed
LEFT_S = 3_600  # age at which a file without a note is removed
BYTES = 4  # a sample
READ_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class PartialFile:
    """State of an unfinished file. key, source: its identity. written: samples on disk."""

    key: str
    source: str
    rate: int
    samples: int
    written: int = 0

    def goes_on(self, other: "PartialFile | None") -> bool:
        """Whether ``other`` is an earlier state of the same file."""
        return other is not None and asdict(self) | {"written": 0} == asdict(other) | {"written": 0}


def begun(path: Path) -> PartialFile | None:
    """State of the unfinished file of ``path``; None without one."""
    try:
        partial = PartialFile(**json.loads(read_bounded(path.with_suffix(NOTE), NOTE_BYTES)))
        if type(partial.written) is not int or not 0 <= partial.written <= partial.samples:
            return None
        whole = path.with_suffix(BEGUN).stat().st_size >= BYTES * partial.written
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return partial if whole else None


class GrowingFile:
    """A file that will be ``path``: a head, then samples. Forget it, finish it, or leave it.

    what: what it will be; where its ``written`` is not 0, so many samples are there already.
    """

    def __init__(self, path: Path, head: bytes, what: PartialFile) -> None:
        self._path, self._what = path, what
        self._beside = path.with_suffix(BEGUN)
        self._digest = hashlib.sha256(head)
        self._written = what.written
        self.loudest = 0.0
        """Largest magnitude of a sample so far, those of an earlier run included."""
        self._noted_at = time.monotonic()
        if what.written:
            self._file = os.fdopen(descriptor(self._beside, os.O_RDWR), "r+b")
            self._file.truncate(len(head) + BYTES * what.written)
            self._file.seek(len(head))
            while part := self._file.read(READ_AT_ONCE):
                self._add(part)
        else:
            path.with_suffix(NOTE).unlink(missing_ok=True)
            self._beside.unlink(missing_ok=True)
            created = descriptor(self._beside, os.O_RDWR | os.O_CREAT | os.O_EXCL)
            self._file = os.fdopen(created, "w+b")
            self._file.write(head)

    def write(self, block: Samples) -> None:
        """The next samples."""
        content = np.ascontiguousarray(block, "<f4").data.cast("B")
        self._add(content)
        self._file.write(content)
        self._written += block.size
        if time.monotonic() - self._noted_at >= NOTED_EVERY_S:
            self.note()

    def _add(self, content: bytes | memoryview) -> None:
        self._digest.update(content)
        samples = np.frombuffer(content, "<f4")
        self.loudest = max(self.loudest, float(np.abs(samples).max(initial=0.0)))

    def note(self) -> None:
        """Sync to disk and note the number of samples written."""
        self._file.flush()
        os.fsync(self._file.fileno())
        state = asdict(self._what) | {"written": self._written}
        write_bytes_atomically(self._path.with_suffix(NOTE), json.dumps(state).encode())
        self._noted_at = time.monotonic()

    def finish(self) -> str:
        """Give it its name; returns its SHA-256."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        put_in_place(self._beside, self._path)
        sync_folder(self._path.parent)
        self._path.with_suffix(NOTE).unlink(missing_ok=True)
        return self._digest.hexdigest()

    def leave(self) -> None:
        """Close the file. Keep it if a note exists, else remove it."""
        with contextlib.suppress(OSError):  # closing flushes, which fails when the disk is full
            self._file.close()
        if begun(self._path) is None:
            self._beside.unlink(missing_ok=True)


def sweep_begun(cache: Path) -> int:
    """Remove abandoned unfinished files; returns their number."""
    removed = 0
    for path in cache.glob(f"*{BEGUN}"):
        noted = path.with_suffix(NOTE)
        with contextlib.suppress(OSError):  # it has just been finished
            age = abs(time.time() - path.stat().st_mtime)  # the clock may have gone backwards
            if age > (FORGOTTEN_S if noted.exists() else LEFT_S):
                path.unlink()
                noted.unlink(missing_ok=True)
                removed += 1
    return removed
