"""Sends files to nodes: each once a node, through Ray or through an object store."""

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from curator.jobs.cluster.choice import SOUND_AUTO, SOUND_SEND
from curator.jobs.cluster.node_store import chunks_of
from curator.jobs.cluster.ray_types import ActorHandle, RayModule, Reference
from curator.jobs.cluster.shared_file import SOURCES, SharedFile

AT_ONCE = 4
"""Chunks of a file in Ray's object store at a time, so that a long recording needs little."""

Get = Callable[[Reference], Any]


class FileSender:
    """Sends files to nodes. For several threads.

    store: address of an object store that the nodes reach, or how sound is sent without one.
    """

    def __init__(self, ray: RayModule, store: str) -> None:
        self._ray = ray
        self._store = "" if store in (SOUND_AUTO, SOUND_SEND) else store.rstrip("/")
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()
        self._uploaded: set[str] = set()
        self.sent: defaultdict[str, int] = defaultdict(int)
        """Bytes by node."""

    def send(
        self, node: str, actor: ActorHandle, files: Sequence[SharedFile], get: Get
    ) -> list[str]:
        """Send the files that a node lacks; returns what went wrong, a sentence each.

        get: value of a call; may raise, to give up.

        One thread a node sends at a time, so that no file goes there twice.
        """
        with self._guard:
            lock = self._locks[node]
        with lock:
            lacking = get(actor.lacking.remote(list(files)))
            faults = []
            for file in lacking:
                wrong = self._send(actor, file, get)
                self.sent[node] += 0 if wrong else file.size
                if wrong:
                    faults.append(f"{Path(file.path).name} did not reach the node: {wrong}.")
        return faults

    def _send(self, actor: ActorHandle, file: SharedFile, get: Get) -> str:
        if self._store and file.place.startswith(SOURCES):
            return self._through_store(actor, file, get)
        chunks = chunks_of(Path(file.path))
        try:
            while part := list(islice(chunks, AT_ONCE)):
                references = [self._ray.put(chunk) for chunk in part]
                get(actor.receive.remote(file, references, is_last=False))
        except OSError as error:
            return f"it cannot be read ({error.strerror or error})"
        return str(get(actor.receive.remote(file, [], is_last=True)))

    def _through_store(self, actor: ActorHandle, file: SharedFile, get: Get) -> str:
        """By the hash of its content; uploaded first where the store lacks it."""
        import fsspec

        address = f"{self._store}/{file.name}"
        try:
            with self._guard:
                if file.name not in self._uploaded:
                    system, path = fsspec.core.url_to_fs(address)
                    if not system.exists(path) or system.size(path) != file.size:
                        system.makedirs(system._parent(path), exist_ok=True)
                        system.put_file(file.path, path)
                    self._uploaded.add(file.name)
        except (OSError, ImportError, ValueError) as error:
            return f"the object store did not take it ({error})"
        return str(get(actor.fetch.remote(file, address)))
