"""Files of one node: fetched once, found by the hash of their content, oldest removed first."""

import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from curator.audio.encode import PARTIAL
from curator.domain.foreign_files import open_regular
from curator.jobs.cluster.shared_file import CACHE, SOURCES, SharedFile
from curator.weights.folder import cache_folder

FOLDER = "CURATOR_NODE_CACHE"
"""Environment variable of a node: folder of its files, in place of the usual one."""

CHUNK = 4 << 20
"""Bytes of a file that are sent at a time."""

LEFT_OVER_S = 24 * 3600.0
"""After which what a killed worker left is removed."""

MADE_BY_WORKERS = (".encoder", ".prints", ".w64", ".json", ".pcm", ".peaks")
"""Endings of files that workers make for the project's cache."""


def node_folder() -> Path:
    """Folder of this node's files."""
    named = os.environ.get(FOLDER)
    return Path(named) if named else cache_folder() / "cluster"


class Arriving:
    """A file on its way to a folder: whole and under its name, or not there at all."""

    def __init__(self, file: SharedFile, folder: Path) -> None:
        self.file = file
        self._folder = folder
        self._partial = folder / f".{os.getpid()}-{secrets.token_hex(4)}{PARTIAL}"
        self._digest = hashlib.sha256()
        self._size = 0
        self._fault = ""
        self._partial.touch()

    def add(self, chunk: bytes) -> None:
        """Take the next part."""
        self._digest.update(chunk)
        self._size += len(chunk)
        try:
            with self._partial.open("ab") as target:
                target.write(chunk)
        except OSError as error:
            self._fault = f"it cannot be stored ({error.strerror or error})"

    def finish(self) -> str:
        """Give it its name if it is as announced; returns what is wrong with it, or ""."""
        file = self.file
        if not self._fault and self._size != file.size:
            self._fault = f"{self._size:,} of {file.size:,} bytes arrived"
        if not self._fault and file.sha256 and self._digest.hexdigest() != file.sha256:
            self._fault = "its content is not that of the recording"
        if not self._fault:
            os.utime(self._partial, ns=(time.time_ns(), file.mtime_ns))
            self._partial.replace(self._folder / file.name)
        self.discard()
        return self._fault

    def discard(self) -> None:
        """Remove what did not get its name."""
        self._partial.unlink(missing_ok=True)


class NodeStore:
    """Store of files below a folder.

    limit: bytes of all files together; the least recently used are removed first. Files are linked
    into the folder of a share, so that a share keeps what is removed while it runs.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._files = folder / "files"
        self._shares = folder / "shares"
        self._limit = limit
        for each in (self._files, self._shares):
            each.mkdir(parents=True, exist_ok=True)
        self._sweep()

    def lacking(self, files: Collection[SharedFile]) -> list[SharedFile]:
        """Those that are not here; the others count as used now."""
        missing = []
        for file in files:
            path = self._files / file.name
            try:
                if path.stat().st_size != file.size:
                    raise FileNotFoundError
                os.utime(path, ns=(time.time_ns(), file.mtime_ns))
            except FileNotFoundError:
                missing.append(file)
        return missing

    def receive(self, file: SharedFile, chunks: Iterator[bytes]) -> str:
        """Store a file from its chunks; returns what is wrong with it, or "".

        A file with other content than announced is not kept.
        """
        arriving = Arriving(file, self._files)
        try:
            for chunk in chunks:
                arriving.add(chunk)
        except BaseException:
            arriving.discard()
            raise
        return self.keep(arriving)

    def arriving(self, file: SharedFile) -> "Arriving":
        """New file, to be filled from its chunks."""
        return Arriving(file, self._files)

    def keep(self, arriving: "Arriving") -> str:
        """Store a file that has arrived; see ``receive``."""
        wrong = arriving.finish()
        self._trim(keep=arriving.file.name)
        return wrong

    def open_share(self, files: Collection[SharedFile]) -> Path:
        """New folder of a share with links to these files; those that are not here are left out."""
        folder = self._shares / secrets.token_hex(8)
        (folder / CACHE).mkdir(parents=True)
        (folder / SOURCES).mkdir()
        for file in files:
            target = folder / file.place
            target.parent.mkdir(exist_ok=True)
            with suppress(FileNotFoundError):
                os.link(self._files / file.name, target)
        return folder

    def close_share(self, folder: Path) -> None:
        """Remove the folder of a share."""
        shutil.rmtree(folder, ignore_errors=True)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for _, size, _ in self._by_use())

    def _by_use(self) -> list[tuple[int, int, Path]]:
        """(time of the last use, bytes, path), least recently used first."""
        entries = []
        for path in self._files.iterdir():
            with suppress(FileNotFoundError):
                status = path.stat()
                entries.append((status.st_atime_ns, status.st_size, path))
        return sorted(entries)

    def _trim(self, keep: str) -> None:
        entries = self._by_use()
        total = sum(size for _, size, _ in entries)
        for _, size, path in entries:
            if total <= self._limit:
                return
            if path.name != keep:
                path.unlink(missing_ok=True)
                total -= size

    def _sweep(self) -> None:
        """Remove what killed workers left here a day ago."""
        for path in (*self._shares.iterdir(), *self._files.glob(f".*{PARTIAL}")):
            with suppress(FileNotFoundError):
                if abs(time.time() - path.stat().st_mtime) > LEFT_OVER_S:  # its clock may be wrong
                    shutil.rmtree(path) if path.is_dir() else path.unlink()


def made_in(folder: Path, linked: Collection[str]) -> list[Path]:
    """Files for the project's cache that a worker has made in the folder of its share."""
    return [
        path
        for path in sorted((folder / CACHE).iterdir())
        if path.name not in linked
        and not path.name.startswith(".")
        and path.suffix in MADE_BY_WORKERS
    ]


def chunks_of(path: Path) -> Iterator[bytes]:
    """Content of a file, CHUNK bytes at a time."""
    with open_regular(path) as file:
        while chunk := file.read(CHUNK):
            yield chunk
