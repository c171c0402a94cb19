"""One round on a cluster: actors take shares, and their messages arrive here."""

import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from curator.audio.encode import PARTIAL
from curator.domain.fact import RecordingTranscript
from curator.domain.foreign_files import descriptor
from curator.domain.progress import Progress
from curator.jobs.cluster.file_sender import FileSender
from curator.jobs.cluster.node_store import CHUNK
from curator.jobs.cluster.ray_types import ActorHandle, RayModule, Reference
from curator.jobs.cluster.shared_file import CACHE, SharedFile
from curator.jobs.cluster.worker_actor import Answer
from curator.jobs.executor import Died, join_draining
from curator.jobs.job import Job
from curator.jobs.messages import (
    Cleaned,
    Done,
    Fingerprinted,
    Message,
    Stopped,
    Taken,
    from_line,
)

PATIENCE_S = 0.2  # of the caller, so that it can store results and report progress
POLL_S = 1.0  # of an actor, before it answers that nothing came
LOOK_S = 0.5  # between looks at whether a call has to be given up
LOG = "cluster.log"
"""File in the project's cache with what the workers of the last run wrote to stderr."""

WITH_FILES = (Cleaned, RecordingTranscript, Fingerprinted, Done)
"""Results that a worker has made files for; these are brought before the result counts."""


SHARES_A_WORKER = 4
"""Before they become smaller: uneven nodes finish together, and starting shares costs little."""

SMALLEST_S = 3.0
"""CPU seconds of the smallest share: a start costs a call, and neighbours share what they read."""


def tapered_sizes(items: int, workers: int, work_s: float = 0.0) -> list[int]:
    """Sizes of shares: at most a SHARES_A_WORKER-th of a worker's part, smaller towards the end.

    work_s: estimated CPU seconds of all items; no share is worth less than SMALLEST_S of them.

    Half of what is left for all workers together, as in factoring (Hummel and others, 1992), so
    that a slow worker never holds a large share when the others have none.
    """
    smallest = 1
    if work_s:
        smallest = max(1, min(-(-items // workers), round(items * SMALLEST_S / work_s)))
    largest = max(smallest, -(-items // (SHARES_A_WORKER * workers)))
    sizes = []
    while items:
        size = max(smallest, min(largest, items // (2 * workers)))
        sizes.append(min(size, items))
        items -= sizes[-1]
    return sizes


class Abandoned(Exception):
    """The round was stopped while an actor was asked."""


@dataclass
class Slot:
    """Place of one actor. create: makes it, again after it has died."""

    ray: RayModule
    node: str
    node_name: str
    is_shared: bool
    create: Callable[[], ActorHandle]
    actor: ActorHandle = None
    share: str = ""  # the one that was started last
    busy: threading.Lock = field(default_factory=threading.Lock)  # held by the round that has it

    def ready(self) -> ActorHandle:
        """The actor, made if there is none."""
        if self.actor is None:
            self.actor = self.create()
        return self.actor

    def kill(self) -> None:
        """End the actor and its worker process."""
        actor, self.actor, self.share = self.actor, None, ""
        if actor is not None:
            with suppress(self.ray.exceptions.RayError):
                self.ray.kill(actor)


@dataclass
class ClusterRound:
    """Shares of a round, and which of them still wait.

    files: of each share, the project file first. died_on: node by item on which a worker has died,
    kept between rounds, so that the item is tried elsewhere.
    """

    jobs: Sequence[Job]
    files: Sequence[Sequence[SharedFile]]
    project: Path
    sender: FileSender
    died_on: dict[int, str]
    waiting: deque[int] = field(init=False)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.waiting = deque(range(len(self.jobs)))

    def take(self, node: str, other_nodes: bool, left: int = 0) -> int | None:
        """Next share for a node, unless only ``left`` shares or fewer wait.

        other_nodes: whether others work, which get what died here.
        """
        with self.lock:
            if len(self.waiting) <= left:
                return None
            for number in self.waiting:
                died_here = any(self.died_on.get(item) == node for item in self.jobs[number].items)
                if not (died_here and other_nodes):
                    self.waiting.remove(number)
                    return number
        return None

    def give_back(self, number: int) -> None:
        """Return a share that did not start."""
        with self.lock:
            self.waiting.appendleft(number)

    @property
    def is_over(self) -> bool:
        """Whether no share waits."""
        return not self.waiting


class RayWorkers:
    """Actors that take the shares of a round one after the other."""

    def __init__(
        self, ray: RayModule, work: ClusterRound, slots: Sequence[Slot], progress: Progress
    ) -> None:
        self._ray = ray
        self._round = work
        self._progress = progress
        self._messages: queue.Queue[tuple[int, Message | Died] | None] = queue.Queue(maxsize=4096)
        self._notes: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._working = {slot.node for slot in slots}
        self._log = _log_of(work.project)
        self._log_lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._serve, args=(slot,), daemon=True) for slot in slots
        ]
        self._living = len(self._threads)
        for thread in self._threads:
            thread.start()

    def listen(self) -> Iterator[tuple[int, Message | Died] | None]:
        """Iterate over (share, message) until all shares have ended; None when nothing came."""
        while self._living:
            while not self._notes.empty():
                self._progress.noted(self._notes.get())
            try:
                message = self._messages.get(timeout=PATIENCE_S)
            except queue.Empty:
                yield None
                continue
            if message is None:
                self._living -= 1
            else:
                yield message
        while (number := self._round.take("", other_nodes=False)) is not None:
            if not self._stopped.is_set():
                yield number, Died(number, "No node of the cluster is left.", "")

    def stop(self) -> None:
        """End every worker; what has arrived can still be read."""
        self._stopped.set()
        with self._round.lock:
            self._round.waiting.clear()

    def close(self) -> None:
        """Stop, and wait for the threads."""
        self.stop()
        join_draining(self._threads, self._messages)
        while not self._notes.empty():
            self._progress.noted(self._notes.get())
        self._log.close()

    def _serve(self, slot: Slot) -> None:
        """Give an actor shares until none is left or its node is gone."""
        while not slot.busy.acquire(timeout=PATIENCE_S):  # another round has it
            if self._stopped.is_set() or self._round.is_over:
                self._working.discard(slot.node)
                self._messages.put(None)
                return
        try:
            self._serve_with(slot)
        finally:
            slot.busy.release()

    def _serve_with(self, slot: Slot) -> None:
        number: int | None = None
        try:
            while self._may_go_on(slot) and not (number is None and self._round.is_over):
                others = bool(self._working - {slot.node})
                if number is None:
                    number = self._round.take(slot.node, others)
                if number is None:
                    time.sleep(PATIENCE_S)
                    continue
                # Sound for the next share arrives during this one, unless few shares are left,
                # which whoever is ready first shall have.
                few = 2 * len(self._threads)
                following = None if slot.is_shared else self._round.take(slot.node, others, few)
                goes_on = self._run_share(slot, number, following)
                number = following
                if not goes_on:
                    break
            if slot.share:
                self._finish(slot)
        finally:
            if number is not None:
                self._round.give_back(number)
            self._working.discard(slot.node)
            self._messages.put(None)

    def _finish(self, slot: Slot) -> None:
        """Remove what the last share has left on the node."""
        with suppress(self._ray.exceptions.RayError, ConnectionError, RuntimeError, Abandoned):
            self._get(slot.actor.finish.remote(slot.share))

    def _may_go_on(self, slot: Slot) -> bool:
        """Wait until the actor has its place on the node; False if the round ends before."""
        if slot.actor is not None:
            return not self._stopped.is_set()
        answer = slot.ready().lacking.remote([])
        while not self._stopped.is_set() and not self._round.is_over:
            if self._ray.wait([answer], timeout=LOOK_S)[0]:
                return True
        return False

    def _run_share(self, slot: Slot, number: int, following: int | None) -> bool:
        """Run one share; returns whether the node can go on. following: the share after it."""
        items: list[int] = []
        try:
            self._follow(slot, number, following, items)
        except Abandoned:
            slot.kill()
            return False
        except self._ray.exceptions.RayError as error:
            self._bury(slot, number, items, _reason(error, self._ray))
            return _node_lives(self._ray, slot.node)
        except (ConnectionError, RuntimeError) as error:  # the client has lost the cluster
            reason = f"the connection to the cluster broke ({last_line(error)})"
            self._bury(slot, number, items, reason)
            return False
        except (OSError, ValueError) as error:  # a full disk here, or a line that is no message
            self._bury(slot, number, [], f"its answer could not be used ({last_line(error)})")
        return True

    def _bury(self, slot: Slot, number: int, items: Sequence[int], reason: str) -> None:
        for item in items:
            self._round.died_on[item] = slot.node
        slot.kill()
        self._messages.put((number, Died(number, f"{slot.node_name}: {reason}.", "")))

    def _follow(self, slot: Slot, number: int, following: int | None, items: list[int]) -> None:
        """Run a share. items: those that the worker has started, for blame."""
        actor = slot.ready()
        job, files = self._round.jobs[number], self._needed(slot, number)
        cache = str(self._round.project / CACHE) if slot.is_shared else ""
        slot.share = self._get(actor.begin.remote(job, files, cache))
        if not slot.share:
            self._send(slot, actor, files)
            slot.share = self._get(actor.begin.remote(job, files, cache, is_complete=True))
        if following is None:
            self._listen_to(slot, actor, number, items)
            return
        ahead = threading.Thread(target=self._send_ahead, args=(slot, actor, following))
        ahead.start()
        try:
            self._listen_to(slot, actor, number, items)
        finally:
            ahead.join()

    def _needed(self, slot: Slot, number: int) -> list[SharedFile]:
        """Files of a share for the store of a node."""
        files = self._round.files[number]
        return list(files[:1] if slot.is_shared else files)

    def _send(self, slot: Slot, actor: ActorHandle, files: Sequence[SharedFile]) -> None:
        """Send the files that the node lacks."""
        for fault in self._round.sender.send(slot.node, actor, files, self._get):
            self._notes.put(f"{slot.node_name}: {fault}")

    def _send_ahead(self, slot: Slot, actor: ActorHandle, number: int) -> None:
        # What fails is tried again, and reported, when the share begins.
        with suppress(self._ray.exceptions.RayError, ConnectionError, RuntimeError, Abandoned):
            self._send(slot, actor, self._needed(slot, number))

    def _listen_to(self, slot: Slot, actor: ActorHandle, number: int, items: list[int]) -> None:
        """Pass on what the worker of a share says, to its end."""
        while True:
            answer = self._get(actor.poll.remote(POLL_S))
            self._write_log(slot, answer)
            for line in answer.lines:
                message = from_line(line)
                if isinstance(message, Taken):
                    items.append(message.item)
                if isinstance(message, WITH_FILES) and not slot.is_shared:
                    self._bring(actor)
                if isinstance(message, Stopped):
                    sentence = f"{slot.node_name}: {message.sentence}"
                    message = Stopped(sentence, message.hint)
                self._messages.put((number, message))
                if isinstance(message, Done):
                    return
            if answer.ended:
                for item in items:
                    self._round.died_on[item] = slot.node
                sentence = f"{slot.node_name}: {answer.ended}"
                self._messages.put((number, Died(number, sentence, answer.last_words)))
                return

    def _bring(self, actor: ActorHandle) -> None:
        """Copy what a worker has made into the cache of the project."""
        for file in self._get(actor.made.remote()):
            target = self._round.project / CACHE / Path(file.name).name
            partial = target.with_name(
                f".{os.getpid()}-{threading.get_ident()}-{target.name}{PARTIAL}"
            )
            with partial.open("xb") as copy:
                for number in range(-(-file.size // CHUNK)):
                    copy.write(self._get(actor.read.remote(file, number)))
            _place(partial, target, file)

    def _get(self, reference: Reference) -> Any:  # noqa: ANN401 - what the call returns
        """Value of a call. Raises Abandoned once the round is stopped."""
        while True:
            ready, _ = self._ray.wait([reference], timeout=LOOK_S)
            if ready:
                return self._ray.get(reference)
            if self._stopped.is_set():
                raise Abandoned

    def _write_log(self, slot: Slot, answer: Answer) -> None:
        if answer.log:
            with self._log_lock:
                for line in answer.log.splitlines():
                    self._log.write(f"{slot.node_name}: {line}\n")
                self._log.flush()


def _log_of(project: Path) -> TextIO:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    return os.fdopen(descriptor(project / CACHE / LOG, flags), "a", encoding="utf-8")


def _place(partial: Path, target: Path, file: SharedFile) -> None:
    os.utime(partial, ns=(file.mtime_ns, file.mtime_ns))
    partial.replace(target)


def _node_lives(ray: RayModule, node: str) -> bool:
    try:
        return any(each["NodeID"] == node and each["Alive"] for each in ray.nodes())
    except (ConnectionError, RuntimeError, ray.exceptions.RayError):
        return False


def _reason(error: BaseException, ray: RayModule) -> str:
    if isinstance(error, ray.exceptions.NodeDiedError):
        return "the node is gone"
    if isinstance(error, ray.exceptions.RayActorError):
        return "its worker is gone (killed, out of memory, or the node or network failed)"
    return f"its worker failed ({last_line(error)})"


def last_line(error: BaseException, most: int = 200) -> str:
    """Last line of an error's text, where Ray puts the reason. most: characters."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:most] if lines else type(error).__name__
