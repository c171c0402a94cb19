"""A cluster without Ray: actors are objects of this process, and their workers are functions."""

import threading
import time
from collections import Counter
from types import SimpleNamespace

from curator.domain.fact import ClipFact, Producer, Score
from curator.domain.span import Span
from curator.jobs.cluster.file_sender import FileSender
from curator.jobs.cluster.ray_workers import ClusterRound, RayWorkers, Slot, tapered_sizes
from curator.jobs.cluster.worker_actor import Answer
from curator.jobs.messages import Done, Taken, to_line

MADE_BY = Producer("fake", 1)


class FakeRayError(Exception):
    """As ray.exceptions.RayError."""


class FakeActorError(FakeRayError):
    """As ray.exceptions.RayActorError."""


class FakeNodeError(FakeActorError):
    """As ray.exceptions.NodeDiedError."""


class FakeCall:
    """Reference to the value of a call, or to its error."""

    def __init__(self, run, arguments, options):
        self.error, self.value = None, None
        try:
            self.value = run(*arguments, **options)
        except FakeRayError as error:
            self.error = error


class FakeRay:
    """What RayWorkers uses of the module ray. dead: ids of nodes that are gone."""

    exceptions = SimpleNamespace(
        RayError=FakeRayError, RayActorError=FakeActorError, NodeDiedError=FakeNodeError
    )

    def __init__(self):
        self.dead = set()
        self.all_nodes = []

    def get(self, call):
        if isinstance(call, FakeCall):
            if call.error:
                raise call.error
            return call.value
        return call

    def put(self, value):
        return value

    def wait(self, calls, timeout):
        return calls, []

    def kill(self, actor):
        actor.is_dead = True

    def nodes(self):
        return [{"NodeID": node, "Alive": node not in self.dead} for node in self.all_nodes]


class FakeActor:
    """A worker of a node that answers every item with a score.

    cluster: has ``before_item(node, item)``, which may raise or return why the process crashed.
    """

    def __init__(self, ray, node, cluster):
        self._ray, self._node, self._cluster = ray, node, cluster
        self.is_dead = False

    def __getattr__(self, name):
        def remote(*arguments, **options):
            return FakeCall(lambda *a, **o: self._call(name, *a, **o), arguments, options)

        return SimpleNamespace(remote=remote)

    def _call(self, name, *arguments, **options):
        if self._node in self._ray.dead:
            raise FakeNodeError
        if self.is_dead:
            raise FakeActorError
        return getattr(self, f"_{name}")(*arguments, **options)

    def _lacking(self, files):
        return []

    def _begin(self, job, files, shared_cache):
        self._items = list(job.items)
        self._taken = None
        return "share"

    def _poll(self, patience):
        if self._taken is not None:
            item, self._taken = self._taken, None
            crash = self._cluster.before_item(self._node, item)
            if crash:
                return Answer([], ended=crash)
            return Answer([to_line(score_of(item))])
        if not self._items:
            return Answer([to_line(Done())])
        if self._cluster.batch > 1:
            now, self._items = (
                self._items[: self._cluster.batch],
                self._items[self._cluster.batch :],
            )
            return Answer([line for i in now for line in (to_line(Taken(i)), to_line(score_of(i)))])
        self._taken = self._items.pop(0)
        return Answer([to_line(Taken(self._taken))])

    def _finish(self, share):
        assert share == "share"


def score_of(item):
    return ClipFact(item, Span(0, 1), MADE_BY, Score("fake", float(item)))


class FakeCluster:
    """Executor of nodes with one worker each.

    costs: seconds an item takes, by node. batch: items that are answered at once, without a cost.
    """

    runs_all_at_once = False

    def __init__(self, costs, before_item=lambda node, item: "", batch=1):
        self.ray = FakeRay()
        self.ray.all_nodes = list(costs)
        self.costs = costs
        self.batch = batch
        self.items_of = Counter()
        self.notes = []
        self._before = before_item
        self._died_on = {}
        self._lock = threading.Lock()
        self._slots = [
            Slot(self.ray, node, node, True, lambda node=node: FakeActor(self.ray, node, self))
            for node in costs
        ]

    def before_item(self, node, item):
        if self.costs[node]:
            time.sleep(self.costs[node])
        with self._lock:
            crash = self._before(node, item)
            if not crash:
                self.items_of[node] += 1
        return crash

    def noted(self, sentence):
        self.notes.append(sentence)

    def share_sizes(self, items, workers, work_s):
        return tapered_sizes(items, len(self.costs), work_s)

    def start(self, jobs):
        slots = [slot for slot in self._slots if slot.node not in self.ray.dead]
        (self.project / "cache").mkdir(parents=True, exist_ok=True)
        work = ClusterRound(
            jobs, [[] for _ in jobs], self.project, FileSender(self.ray, "auto"), self._died_on
        )
        return RayWorkers(self.ray, work, slots, self)
