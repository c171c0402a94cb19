"""Worker pool: splits a job among workers, stores results, replaces crashed workers.

Where the workers run, as processes or elsewhere, is up to the executor. An item on which workers
crash twice is skipped and reported.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
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
DEATHS = 2  # worker crashes on an item before it is skipped; rounds in vain before giving up


class WorkerTrouble(CuratorError):
    """The worker processes could not run a job."""


@dataclass
class _Round:
    """State of one attempt at a job."""

    answered: set[int] = field(default_factory=set)
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
    shares.
    """

    def __init__(
        self,
        work: JobContext,
        store: Callable[[Project, Sequence[WorkerResult]], None],
        describe: Callable[[int], str],
        seconds_of: Callable[[WorkerResult | Failed], float],
        most_workers: int | None = None,
    ) -> None:
        self._work = work
        self._watcher = work.watcher
        self._most_workers = most_workers
        self._store = store
        self._describe = describe
        self._seconds_of = seconds_of
        self._done_items = 0
        self._done_seconds = 0.0
        self._partly: dict[int, float] = {}  # seconds of items that are not answered yet
        self.failures = 0

    def do(self, job: Job, items: Sequence[int]) -> None:
        """Run all items of a job.

        Raises WorkerTrouble if workers keep crashing outside an item and answer none.
        """
        left = list(items)
        deaths: Counter[int] = Counter()
        in_vain = 0  # rounds in a row without an answer
        while left:
            this = self._go(shares(job, left, self._sizes(len(left))))
            left = [item for item in left if item not in this.answered]
            if not this.died:
                break  # items without an answer are left for a later run
            in_vain = 0 if this.answered else in_vain + 1
            self._blame(this, deaths, in_vain)
            left = [item for item in left if deaths[item] < DEATHS]

    def _sizes(self, items: int) -> list[int]:
        if self._most_workers:
            return even_sizes(items, self._most_workers)
        return self._work.executor.share_sizes(items, self._work.workers)

    def _blame(self, this: "_Round", deaths: Counter[int], in_vain: int) -> None:
        for died in this.died:
            suspects = this.suspects.get(died.worker, [])
            if not suspects and in_vain >= DEATHS:
                raise WorkerTrouble(died.sentence, " ".join(died.log.strip().splitlines()[-1:]))
            deaths.update(suspects)
            for item in suspects:
                if deaths[item] >= DEATHS:
                    self._fail(f"{self._describe(item)}: {died.sentence}")

    def _go(self, jobs: Sequence[Job]) -> "_Round":
        self._partly.clear()  # crashed workers start over
        this = _Round(suspects={number: [] for number in range(len(jobs))})
        waiting: list[WorkerResult] = []
        stored_at = time.monotonic()
        workers = self._work.executor.start(jobs)
        try:
            for heard in workers.listen():
                self._work.look_up()
                if heard is not None:
                    self._hear(*heard, this, waiting)
                if len(waiting) >= BATCH or time.monotonic() - stored_at > PATIENCE_S:
                    self._flush(waiting)
                    stored_at = time.monotonic()
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
            self._tell()
        elif isinstance(message, Taken):
            this.suspects[number].append(message.item)
        else:
            if isinstance(message, Failed):
                self._fail(message.reason)
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
        self._done_seconds += self._seconds_of(result)
        self._tell()

    def _tell(self) -> None:
        seconds = self._done_seconds + sum(self._partly.values())
        self._watcher.progressed(self._done_items, seconds)

    def _fail(self, sentence: str) -> None:
        self.failures += 1
        self._watcher.failed(sentence)

    def _flush(self, waiting: list[WorkerResult]) -> None:
        if waiting:
            results = tuple(waiting)
            waiting.clear()
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
