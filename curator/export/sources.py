"""Whether the recordings are still what was imported."""

import hashlib
from pathlib import Path

from curator.domain.clip import Clip
from curator.domain.errors import printable
from curator.domain.recording import Recording
from curator.export.checks import Fault

BLOCK = 1 << 20


def source_fault(recording: Recording, *, thorough: bool) -> Fault | None:
    """What is wrong with a recording's file; None when it is as imported.

    thorough: reads all of it. Otherwise only a file whose size or time of change differs is read.
    """
    name = printable(recording.name)
    try:
        state = recording.path.stat()
        same = (state.st_size, state.st_mtime_ns) == (recording.size, recording.mtime_ns)
        if same and not thorough:
            return None
        if file_hash(recording.path) == recording.content_hash:
            return None
    except FileNotFoundError:
        return Fault("source_missing", f"{name} is no longer where it was imported from.")
    except OSError as error:
        return Fault("source_missing", f"{name} cannot be read: {error.strerror}.")
    return Fault("source_changed", f"{name} is no longer the file that was imported.")


def span_fault(clip: Clip, recording: Recording) -> Fault | None:
    """What is wrong with where a clip lies in its recording."""
    if clip.span.stop <= recording.samples:
        return None
    name = printable(recording.name)
    return Fault("source_changed", f"It reaches beyond the end of {name}.")


def signature(recording: Recording) -> tuple[int, int] | None:
    """Size and time of change of a recording's file as it is now; None when it is not there."""
    try:
        state = recording.path.stat()
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, hex."""
    with path.open("rb", buffering=0) as file:
        digest = hashlib.sha256()
        block = bytearray(BLOCK)
        view = memoryview(block)
        while count := file.readinto(view):
            digest.update(view[:count])
    return digest.hexdigest()
