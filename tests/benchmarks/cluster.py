"""Many nodes: how well uneven ones are used, and the memory of the driver.

The nodes are simulated: items cost sleep, so that eight nodes fit any machine, but shares, threads,
messages and storing are those of a real cluster.
"""

import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from curator.domain.progress import NoProgress
from curator.jobs.context import JobContext
from curator.jobs.job import Job
from curator.jobs.worker_pool import WorkerPool
from tests.benchmarks.rows import Row
from tests.helpers.fake_ray import FakeCluster

COSTS = (0.01, 0.01, 0.02, 0.02, 0.03, 0.03, 0.04, 0.04)
ITEMS = 3_000
STREAMED = 1_000_000
MOST_MB = 64.0


def rows() -> Iterator[Row]:
    """cluster-uneven, cluster-memory."""
    with tempfile.TemporaryDirectory(prefix="curator-bench-") as folder:
        costs = {f"node {number}": cost for number, cost in enumerate(COSTS)}
        seconds, stored = run(FakeCluster(costs), ITEMS, Path(folder))
        ideal = ITEMS / sum(1 / cost for cost in COSTS)
        yield Row(
            id="cluster-uneven",
            measure=f"{ITEMS} items on 8 simulated nodes of speeds 1 to 4",
            peer_name="all nodes busy to the end",
            peer=ideal,
            ours=seconds,
            unit="s",
            pass_line=0.85,
            equal=stored == ITEMS,
            note=f"efficiency {ideal / seconds:.0%}; {stored} items stored",
        )
        yield memory(Path(folder))


def memory(folder: Path) -> Row:
    """Growth of the driver's memory beyond the numbers of the clips, while facts stream through."""
    cluster = FakeCluster(dict.fromkeys(("a", "b", "c", "d"), 0), batch=256)
    run(cluster, STREAMED // 100, folder)
    peaks: list[float] = []
    run(cluster, STREAMED, folder, peaks)
    first, last = max(peaks[: len(peaks) // 4]), max(peaks[-len(peaks) // 4 :])
    return Row(
        id="cluster-memory",
        measure=f"driver's memory while facts of {STREAMED:,} clips stream through",
        peer_name="",
        peer=None,
        ours=last - first,
        unit="MB more in the last quarter than in the first",
        pass_line=MOST_MB,
        equal=True,
        is_limit=True,
        note=f"peak of the process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}"
        " MB; a byte for each clip is kept, facts are not",
    )


def run(
    cluster: FakeCluster, items: int, folder: Path, peaks: list[float] | None = None
) -> tuple[float, int]:
    """Seconds, and how many items were stored. peaks: takes the memory in use, MB, as it goes."""
    cluster.project = folder
    stored = 0

    def store(_project: object, results: object) -> None:
        nonlocal stored
        stored += len(results)
        if peaks is not None and stored % 8192 < len(results):
            peaks.append(resident_mb())

    work = JobContext(None, lambda action: action(None), NoProgress(), executor=cluster)
    pool = WorkerPool(work, store, describe=str, seconds_of=lambda _result: 1.0)
    began = time.monotonic()
    pool.do(Job("score", "nowhere.curator"), range(items))
    return time.monotonic() - began, stored


def resident_mb() -> float:
    """Memory of this process in use."""
    import psutil

    return psutil.Process().memory_info().rss / 2**20
