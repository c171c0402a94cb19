"""Check that the files of recordings are unchanged since their import."""

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

from curator.domain.clip import Clip
from curator.domain.errors import CuratorError, printable
from curator.domain.foreign_files import open_regular
from curator.domain.recording import Recording
from curator.domain.text_rules import Fault

BLOCK = 1 << 20


def source_fault(
    recording: Recording, *, thorough: bool, is_stopped: Callable[[], bool] = lambda: False
) -> Fault | None:
    """Fault of a recording's file; None if it is unchanged.

    thorough: always hash the file. Otherwise only if its size or modification time differs.
    """
    name = printable(recording.name)
    try:
        state = recording.path.stat()
        same = (state.st_size, state.st_mtime_ns) == (recording.size, recording.mtime_ns)
        if same and not thorough:
            return None
        is_as_long = state.st_size == recording.size  # else the hash differs: do not read it
        if is_as_long and file_hash(recording.path, is_stopped) == recording.content_hash:
            return None
    except FileNotFoundError:
        return Fault("source_missing", f"{name} is missing from where it was imported.")
    except OSError as error:
        return Fault("source_missing", f"{name} cannot be read: {error.strerror}.")
    return Fault("source_changed", f"{name} has changed since it was imported.")


def span_fault(clip: Clip, recording: Recording) -> Fault | None:
    """Fault of a clip's span in its recording."""
    if clip.span.stop <= recording.samples:
        return None
    name = printable(recording.name)
    return Fault("source_changed", f"The clip extends beyond the end of {name}.")


def signature(recording: Recording) -> tuple[int, int] | None:
    """Present size and modification time of a recording's file; None if it is missing."""
    try:
        state = recording.path.stat()
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns


class SourceWatch:
    """Context manager that hashes the recordings while their clips are cut.

    So files are read once from the disk and hashed on another core. Leaving it cancels pending
    work. faults: by recording id, without reading the files.
    """

    def __init__(self, recordings: Mapping[int, Recording]) -> None:
        self._recordings = recordings
        self._before = {key: signature(recording) for key, recording in recordings.items()}
        self._stopped = Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="verify")
        faults = {key: source_fault(r, thorough=False) for key, r in recordings.items()}
        self.faults: dict[int, Fault] = {key: fault for key, fault in faults.items() if fault}

    def __enter__(self) -> Self:
        self._later = {
            key: self._pool.submit(
                source_fault, each, thorough=True, is_stopped=self._stopped.is_set
            )
            for key, each in self._recordings.items()
            if key not in self.faults
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def settle(self) -> dict[int, Fault]:
        """Wait for all hashes; faults by recording id.

        Raises CuratorError if a file changed in the meantime: clips may have either content.
        """
        for key, verified in self._later.items():
            if fault := verified.result():
                self.faults[key] = fault
        for key, recording in self._recordings.items():
            if signature(recording) != self._before[key]:
                raise CuratorError(
                    f"{printable(recording.name)} changed during the export.",
                    "Export again when no other program writes to it.",
                )
        return self.faults


def file_hash(path: Path, is_stopped: Callable[[], bool] = lambda: False) -> str:
    """SHA-256 of a file, hex; of the part read so far when stopped."""
    digest = hashlib.sha256()
    view = memoryview(bytearray(BLOCK))
    with open_regular(path) as file:
        while (count := file.readinto(view)) and not is_stopped():
            digest.update(view[:count])
    return digest.hexdigest()
