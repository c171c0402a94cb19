"""Actor on a node: keeps a worker process, gives it shares, and passes its answers on."""

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from curator.domain.foreign_files import open_regular
from curator.domain.sound_folders import SoundFolders
from curator.jobs.cluster.node_store import (
    CHUNK,
    Arriving,
    NodeStore,
    made_in,
    node_folder,
)
from curator.jobs.cluster.shared_file import CACHE, SOURCES, SharedFile
from curator.jobs.job import Job
from curator.jobs.messages import Done, to_line
from curator.jobs.processes import WorkerProcess, process_kind

GATHER_S = 0.5
"""After the first line, time for which further ones are gathered into an answer.

A call costs actor, driver and Ray some milliseconds together, more than most items do. The driver
stores results every half second."""

ANSWERS = 1024
"""Lines that wait here for the driver; a worker that is faster waits."""

AT_ONCE = 256
"""Lines of one answer to the driver."""

DONE = to_line(Done())


class Answer(msgspec.Struct, frozen=True):
    """Lines of a worker since the last answer.

    log: what it wrote to stderr. ended: why its process ended, or "" while it runs.
    """

    lines: list[bytes]
    log: str = ""
    ended: str = ""
    last_words: str = ""


class WorkerActor:
    """A worker of a node. It runs as a Ray actor; all that it knows of Ray is that it is one."""

    def __init__(self, limit: int) -> None:
        """limit: bytes of the node's store."""
        self._store = NodeStore(node_folder(), limit)
        self._process: WorkerProcess | None = None
        self._lines: queue.Queue[bytes | None] = queue.Queue(maxsize=ANSWERS)
        self._folder: Path | None = None
        self._changing = threading.Lock()  # held while shares begin and end
        self._linked: frozenset[str] = frozenset()
        self._incoming: dict[str, Arriving] = {}

    def lacking(self, files: Sequence[SharedFile]) -> list[SharedFile]:
        """Files that have to be sent to this node."""
        return self._store.lacking(files)

    def receive(self, file: SharedFile, chunks: Sequence[object], *, is_last: bool) -> str:
        """Take the next chunks of a file; returns at the last what is wrong with it, or "".

        chunks: references to them in Ray's object store.
        """
        import ray

        if file.name not in self._incoming:
            self._incoming[file.name] = self._store.arriving(file)
        for chunk in chunks:
            self._incoming[file.name].add(ray.get(chunk))
        return self._store.keep(self._incoming.pop(file.name)) if is_last else ""

    def fetch(self, file: SharedFile, address: str) -> str:
        """Store a file from an object store; returns what is wrong with it, or ""."""
        import fsspec

        def chunks() -> Iterator[bytes]:
            with fsspec.open(address, "rb") as source:
                while chunk := source.read(CHUNK):
                    yield chunk

        try:
            return self._store.receive(file, chunks())
        except (OSError, ImportError, ValueError) as error:
            return f"the object store did not give it ({error})"

    def begin(
        self, job: Job, files: Sequence[SharedFile], shared_cache: str, *, is_complete: bool = False
    ) -> str:
        """Start a share, unless files for it are lacking; returns its name, "" if it did not start.

        shared_cache: the project's own cache if this node sees it, else "". is_complete: start it
        also without what could not be sent.
        """
        if not is_complete and self._store.lacking(files):
            return ""
        with self._changing:
            self._close_share()
            return self._start(job, files, shared_cache)

    def _start(self, job: Job, files: Sequence[SharedFile], shared_cache: str) -> str:
        if self._process is not None and self._process.kind != process_kind(job):
            self.cancel()
        self._folder = self._store.open_share(files)
        self._linked = frozenset(Path(file.place).name for file in files)
        cache, sources = str(self._folder / CACHE), str(self._folder / SOURCES)
        sound = SoundFolders(shared_cache) if shared_cache else SoundFolders(cache, sources)
        job = msgspec.structs.replace(job, project=str(self._folder), sound=sound)
        if self._process is None:
            self._lines = queue.Queue(maxsize=ANSWERS)
            self._process = WorkerProcess(job)
            threading.Thread(target=_read, args=(self._process, self._lines), daemon=True).start()
        self._process.send(job)
        return self._folder.name

    def poll(self, patience: float) -> Answer:
        """Lines that have come, at the latest after so many seconds."""
        process = self._process
        if process is None:
            return Answer([], ended="The worker was stopped.")
        lines: list[bytes] = []
        until = time.monotonic() + patience
        try:
            while (line := self._lines.get(timeout=max(0.0, until - time.monotonic()))) is not None:
                lines.append(line)
                if line == DONE or len(lines) == AT_ONCE:
                    return Answer(lines, process.new_log())
                if len(lines) == 1:
                    until = min(until, time.monotonic() + GATHER_S)
        except queue.Empty:
            return Answer(lines, process.new_log())
        ended, words = process.obituary()
        answer = Answer(lines, process.new_log(), ended, words)
        self._release()
        return answer

    def made(self) -> list[SharedFile]:
        """Files for the project's cache that the worker has made, each once."""
        if self._folder is None:
            return []
        files = []
        for path in made_in(self._folder, self._linked):
            status = path.stat()
            place = f"{CACHE}/{path.name}"
            files.append(
                SharedFile(str(path), path.name, place, status.st_size, status.st_mtime_ns)
            )
        self._linked |= {file.name for file in files}
        return files

    def read(self, file: SharedFile, number: int) -> bytes:
        """Chunk of a file that the worker has made."""
        with open_regular(Path(file.path), follow=False) as content:
            content.seek(number * CHUNK)
            return content.read(CHUNK)

    def finish(self, share: str) -> None:
        """Remove what belongs to this share alone; the process waits for the next one.

        A call that arrives after the next share was started removes nothing.
        """
        with self._changing:
            if self._folder is not None and self._folder.name == share:
                self._close_share()

    def _close_share(self) -> None:
        if self._folder is not None:
            self._store.close_share(self._folder)
            self._folder = None

    def cancel(self) -> None:
        """End the worker process; the next share starts another."""
        if self._process is not None:
            self._process.stop()
            while self._lines.get() is not None:  # so that its reader ends
                pass
            self._release()
        self._close_share()

    def _release(self) -> None:
        if self._process is not None:
            self._process.close()
        self._process = None


def _read(process: WorkerProcess, lines: "queue.Queue[bytes | None]") -> None:
    for line in process.lines():
        lines.put(line)
    lines.put(None)
