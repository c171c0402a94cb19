"""Whether the recordings are still what was imported."""

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

from curator.domain.clip import Clip
from curator.domain.errors import CuratorError, printable
from curator.domain.recording import Recording
from curator.export.checks import Fault

BLOCK = 1 << 20


def source_fault(
    recording: Recording, *, thorough: bool, is_stopped: Callable[[], bool] = lambda: False
) -> Fault | None:
    """What is wrong with a recording's file; None when it is as imported.

    thorough: reads all of it. Otherwise only a file whose size or time of change differs is read.
    """
    name = printable(recording.name)
    try:
        state = recording.path.stat()
        same = (state.st_size, state.st_mtime_ns) == (recording.size, recording.mtime_ns)
        if same and not thorough:
            return None
        if file_hash(recording.path, is_stopped) == recording.content_hash:
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


class SourceWatch:
    """Verifies all of the recordings' content while their clips are being cut.

    That reads files once from the disk instead of twice, and hashes on another core. A context
    manager; leaving it stops what is under way. faults: what shows without reading the files.
    """

    def __init__(self, recordings: Mapping[int, Recording]) -> None:
        self._recordings = recordings
        self._before = {key: signature(each) for key, each in recordings.items()}
        self._stopped = Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="verify")
        found = {key: source_fault(each, thorough=False) for key, each in recordings.items()}
        self.faults: dict[int, Fault] = {key: fault for key, fault in found.items() if fault}

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
        """Wait until all is read; the faults, by recording.

        CuratorError if a file was changed meanwhile: its clips may be of either content.
        """
        for key, verified in self._later.items():
            if fault := verified.result():
                self.faults[key] = fault
        for key, recording in self._recordings.items():
            if signature(recording) != self._before[key]:
                raise CuratorError(
                    f"{printable(recording.name)} was changed while its clips were being written.",
                    "Export again when nothing writes to it.",
                )
        return self.faults


def file_hash(path: Path, is_stopped: Callable[[], bool] = lambda: False) -> str:
    """SHA-256 of a file's bytes, hex; of as many as were read when it was stopped."""
    digest = hashlib.sha256()
    view = memoryview(bytearray(BLOCK))
    with path.open("rb", buffering=0) as file:
        while (count := file.readinto(view)) and not is_stopped():
            digest.update(view[:count])
    return digest.hexdigest()
