"""Worker pool: splits a job among workers, stores results, replaces crashed workers.

Where the workers run, as processes or elsewhere, is up to the executor. An item on which workers
crash twice is skipped and reported.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

import msgspec

from curator.domain.cleaning import ClipCleaned
from curator.domain.errors import CuratorError
from curator.domain.fact import ClipFact, RecordingCut
from curator.jobs.context import JobContext
from curator.jobs.executor import Died, even_sizes
from curator.jobs.job import Job
from curator.jobs.messages import (
    Cleaned,
    Done,
    Fingerprinted,
    Message,
    Noted,
    Partly,
    Stopped,
    Taken,
    TakenIn,
    WorkerResult,
)
from curator.jobs.result_writer import Action, OnClips
from curator.stages import Failed
from curator.store.project import Project

BATCH = 256  # results stored in one transaction
PATIENCE_S = 0.5  # after which a smaller batch is stored, so that a kill loses little
TURN_S = 0.2  # after which another pool of the same thread has its turn
DEATHS = 2  # worker crashes on an item before it is skipped; rounds in vain before giving up


Turns = Generator[None, None, None]
"""Work that yields several times a second; closing it ends the work and keeps what is done."""


class WorkerTrouble(CuratorError):
    """The worker processes could not run a job."""


class _Answered:
    """Ids of answered items: a byte for each id, so that memory does not grow with the answers."""

    def __init__(self, items: Sequence[int]) -> None:
        self._flags = bytearray(max(items, default=0) + 1)
        self.is_empty = True

    def __contains__(self, item: int) -> bool:
        return item < len(self._flags) and bool(self._flags[item])

    def add(self, item: int) -> None:
        """Add an id, also one that was not asked for, such as that of another clip of a map."""
        if item >= len(self._flags):
            self._flags.extend(bytes(item + 1 - len(self._flags)))
        self._flags[item] = 1
        self.is_empty = False


class _ResultOrder:
    """Holds results back until the items before them are answered.

    items: in the order in which their results are to be stored.
    """

    def __init__(self, items: Sequence[int]) -> None:
        self._expected = deque(items)
        self._held: dict[int, WorkerResult | None] = {}

    def add(self, item: int, result: WorkerResult | None) -> None:
        """Take the result of an item; None for an item that has failed."""
        self._held.setdefault(item, result)

    def ready(self) -> Iterator[WorkerResult]:
        """Results with nothing missing before them, in order, each once."""
        while self._expected and self._expected[0] in self._held:
            result = self._held.pop(self._expected.popleft())
            if result is not None:
                yield result

    def remaining(self) -> Iterator[WorkerResult]:
        """All results that are held back, in order."""
        while self._expected:
            result = self._held.pop(self._expected.popleft(), None)
            if result is not None:
                yield result


@dataclass
class _Round:
    """State of one attempt at a job."""

    answered: _Answered
    suspects: dict[int, list[int]] = field(default_factory=dict)
    died: list[Died] = field(default_factory=list)


def item_of(result: WorkerResult | Failed) -> int:
    """Id of the clip or recording, or index of the path, of a result."""
    if isinstance(result, ClipFact | ClipCleaned):
        return result.clip_id
    if isinstance(result, TakenIn | Cleaned | Fingerprinted | Failed):
        return result.item
    return result.recording_id


class WorkerPool:
    """Runs jobs in workers of the context's executor.

    store: stores results in the project. describe: display name of an item.
    seconds_of: seconds of audio of a result, for the progress. most_workers: upper bound of
    shares. in_order: store results in the order of their items, whichever worker is first; for
    results whose order of storing shows. dealt: give the shares the items in turn, so that those
    at the front are done first. item_cost_s: estimated CPU seconds of an item, 0 if
    unknown. follow: called with an item, the seconds of audio done of it, and whether it is done.
    """

    def __init__(
        self,
        work: JobContext,
        store: Callable[[Project, Sequence[WorkerResult]], None],
        describe: Callable[[int], str],
        seconds_of: Callable[[WorkerResult | Failed], float],
        most_workers: int | None = None,
        *,
        in_order: bool = False,
        dealt: bool = False,
        item_cost_s: float = 0.0,
        follow: Callable[[int, float, bool], None] | None = None,
    ) -> None:
        self._work = work
        self._watcher = work.watcher
        self._most_workers = most_workers
        self._in_order = in_order
        self._dealt = dealt or in_order  # so that little is held back
        self._item_cost_s = item_cost_s
        self._follow = follow
        self._order: _ResultOrder | None = None
        self._store = store
        self._describe = describe
        self._seconds_of = seconds_of
        self._done_items = 0
        self._done_seconds = 0.0
        self._partly: dict[int, float] = {}  # seconds of items that are not answered yet
        self.failed: list[int] = []
        """Items that have failed so far."""

    @property
    def failures(self) -> int:
        """Number of items that have failed so far."""
        return len(self.failed)

    def do(self, job: Job, items: Sequence[int]) -> None:
        """Run all items of a job. Raises WorkerTrouble; see ``doing``."""
        for _ in self.doing(job, items):
            pass

    def doing(self, job: Job, items: Sequence[int]) -> Turns:
        """Run all items of a job, yielding several times a second, so that others have a turn.

        Closing the iterator ends the workers and stores what has arrived. Raises WorkerTrouble if
        workers keep crashing outside an item and answer none.
        """
        left = list(items)
        self._order = _ResultOrder(left) if self._in_order else None
        deaths: Counter[int] = Counter()
        in_vain = 0  # rounds in a row without an answer
        while left:
            this = yield from self._going(self._shares(job, left), _Answered(left))
            left = [item for item in left if item not in this.answered]
            if not this.died:
                break  # items without an answer are left for a later run
            in_vain = in_vain + 1 if this.answered.is_empty else 0
            self._blame(this, deaths, in_vain)
            left = [item for item in left if deaths[item] < DEATHS]
        if self._order is not None:
            self._write(tuple(self._order.remaining()))

    def _shares(self, job: Job, items: Sequence[int]) -> list[Job]:
        executor = self._work.executor
        if self._most_workers:
            return shares(job, items, even_sizes(len(items), self._most_workers))
        work_s = self._item_cost_s * len(items)
        sizes = executor.share_sizes(len(items), self._work.workers, work_s)
        if self._dealt and executor.runs_all_at_once:
            return dealt_shares(job, items, len(sizes))
        return shares(job, items, sizes)

    def _blame(self, this: "_Round", deaths: Counter[int], in_vain: int) -> None:
        for died in this.died:
            suspects = this.suspects.get(died.worker, [])
            if not suspects and in_vain >= DEATHS:
                raise WorkerTrouble(died.sentence, " ".join(died.log.strip().splitlines()[-1:]))
            deaths.update(suspects)
            for item in suspects:
                if deaths[item] >= DEATHS:
                    self._fail(item, f"{self._describe(item)}: {died.sentence}")

    def _going(self, jobs: Sequence[Job], answered: _Answered) -> Generator[None, None, "_Round"]:
        self._partly.clear()  # crashed workers start over
        this = _Round(answered, suspects={number: [] for number in range(len(jobs))})
        waiting: list[WorkerResult] = []
        stored_at = turn_at = time.monotonic()
        workers = self._work.executor.start(jobs)
        try:
            for heard in workers.listen():
                self._work.look_up()
                if heard is not None:
                    self._hear(*heard, this, waiting)
                if len(waiting) >= BATCH or time.monotonic() - stored_at > PATIENCE_S:
                    self._flush(waiting)
                    stored_at = time.monotonic()
                if heard is None or time.monotonic() - turn_at > TURN_S:
                    yield
                    turn_at = time.monotonic()
        except BaseException:
            workers.stop()
            waiting += [
                message
                for _, message in filter(None, workers.listen())
                if isinstance(message, WorkerResult)
            ]
            raise
        finally:
            try:
                self._flush(waiting)
            finally:
                workers.close()
        return this

    def _hear(
        self, number: int, message: Message | Died, this: "_Round", waiting: list[WorkerResult]
    ) -> None:
        if isinstance(message, Done | Noted):
            return
        if isinstance(message, Died):
            this.died.append(message)
        elif isinstance(message, Stopped):
            raise WorkerTrouble(message.sentence, message.hint)
        elif isinstance(message, Partly):
            self._partly[message.item] = message.seconds
            if self._follow is not None:
                self._follow(message.item, message.seconds, False)
            self._tell()
        elif isinstance(message, Taken):
            this.suspects[number].append(message.item)
            if self._follow is not None:
                self._follow(message.item, 0.0, False)
        else:
            if isinstance(message, Failed):
                self._fail(message.item, message.reason)
            else:
                waiting.append(message)
            self._answered(number, message, this)

    def _answered(self, number: int, result: WorkerResult | Failed, this: "_Round") -> None:
        item = item_of(result)
        if item in this.answered:
            return
        this.answered.add(item)
        if item in this.suspects[number]:
            this.suspects[number].remove(item)
        self._partly.pop(item, None)
        self._done_items += 1
        seconds = self._seconds_of(result)
        self._done_seconds += seconds
        if self._follow is not None:
            self._follow(item, seconds, True)
        self._tell()

    def _tell(self) -> None:
        seconds = self._done_seconds + sum(self._partly.values())
        self._watcher.progressed(self._done_items, seconds)

    def _fail(self, item: int, sentence: str) -> None:
        if self._order is not None:
            self._order.add(item, None)
        self.failed.append(item)
        self._watcher.failed(sentence)

    def _flush(self, waiting: list[WorkerResult]) -> None:
        results = tuple(waiting)
        waiting.clear()
        if self._order is not None:
            for result in results:
                self._order.add(item_of(result), result)
            results = tuple(self._order.ready())
        self._write(results)

    def _write(self, results: Sequence[WorkerResult]) -> None:
        if results:
            self._work.write(_touching(results, lambda owner: self._store(owner, results)))


def _touching(results: Sequence[WorkerResult], store: Action) -> Action:
    """Store operation, limited to the clips of the results unless clips are added or removed."""
    if any(isinstance(each, RecordingCut) for each in results):
        return store
    return OnClips(frozenset(e.clip_id for e in results if isinstance(e, ClipFact)), store)


def shares(job: Job, items: Sequence[int], sizes: Sequence[int]) -> list[Job]:
    """Split a job into parts of consecutive items. sizes: of the parts, in all those of items."""
    bounds = [0, *accumulate(sizes)]
    return [
        msgspec.structs.replace(job, items=tuple(items[start:stop]))
        for start, stop in pairwise(bounds)
    ]


def dealt_shares(job: Job, items: Sequence[int], count: int) -> list[Job]:
    """Split a job into so many parts, giving them its items in turn."""
    return [
        msgspec.structs.replace(job, items=tuple(items[first::count])) for first in range(count)
    ]
