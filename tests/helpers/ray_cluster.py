"""A Ray cluster on this machine whose nodes are processes, ended with all that it started."""

import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import pytest

STORE_BYTES = 80 << 20
ATTEMPTS = 4
NEWEST = Path("/tmp/ray/ray_current_cluster")
"""Where Ray notes the cluster that was started last."""

CLIPS = "SELECT id, recording_id, start, stop FROM clip"
FACTS = (
    "clip", "delivery_vector", "edges", "finding", "recording_done", "recording_transcript",
    "score", "speaker_vector", "transcript",
)  # fmt: skip
"""Tables that workers fill. The maps are made where the project is, and depend on the order of the
clips."""


class SmallCluster:
    """Nodes in processes of their own. folder: of Ray's session."""

    def __init__(self, folder: Path, head: dict[str, object]) -> None:
        self._folder = folder
        self._cluster = _started(
            initialize_head=True,
            head_node_args={
                "num_cpus": 0,
                "include_dashboard": False,
                "object_store_memory": STORE_BYTES,
                "temp_dir": str(folder),
                **head,
            },
        )
        self.address = self._cluster.address

    def add_node(self, cpus: int = 1, gpus: int = 0, **environment: str):
        """A node with so many CPUs and GPUs and these environment variables, once it is known.

        gpus: number declared to Ray; jobs find none.
        """
        return _patiently(
            lambda: self._cluster.add_node(
                num_cpus=cpus,
                num_gpus=gpus,
                object_store_memory=STORE_BYTES,
                env_vars=environment,
                wait=True,
            )
        )

    def wait_for_nodes(self, count: int) -> None:
        """Wait until so many nodes, with the head, are known."""
        import ray

        ray.init(address=self.address, log_to_driver=False, logging_level="ERROR")
        until = time.monotonic() + 120
        while sum(node["Alive"] for node in ray.nodes()) < count:
            assert time.monotonic() < until, "the node has not come"
            time.sleep(0.5)
        ray.shutdown()

    def remove_node(self, node) -> None:
        """Kill a node with its workers."""
        self._cluster.remove_node(node, allow_graceful=False)

    def connect(self) -> None:
        """Let commands of this process find the cluster as ``auto``."""
        os.environ["RAY_ADDRESS"] = self.address

    def close(self) -> None:
        """End the nodes."""
        with suppress(Exception):
            self._cluster.shutdown()


def _started(**options: object):
    from ray._private.utils import get_ray_address_file
    from ray.cluster_utils import Cluster

    # Ray's test cluster writes its address there, although its own folder is another.
    Path(get_ray_address_file(None)).parent.mkdir(parents=True, exist_ok=True)
    return _patiently(lambda: Cluster(**options))


def _patiently(start):
    """Start a part of Ray, which gives up after 30 s, however busy the machine is."""
    for attempt in range(ATTEMPTS):
        try:
            return start()
        except Exception as error:
            if attempt == ATTEMPTS - 1 or "timed out during startup" not in str(error):
                raise
    return None


@contextmanager
def small_cluster(
    nodes: int = 2, head: dict[str, object] | None = None, **environment: str
) -> Iterator[SmallCluster]:
    """A head without CPUs and nodes with one each. environment: of all nodes."""
    pytest.importorskip("ray", reason="Ray, the extra `cluster`, is not installed")
    # Paths of sockets may have 107 bytes: pytest's own folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="ray-test-", dir="/tmp"))
    before = dict(os.environ)
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}
    cluster = None
    try:
        cluster = SmallCluster(folder, head or {})
        for _ in range(nodes):
            cluster.add_node(**environment)
        cluster.connect()
        yield cluster
    finally:
        if cluster:
            cluster.close()
        for pid in _processes_naming(str(folder)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(folder, ignore_errors=True)


def _processes_naming(text: str, variable: str = "") -> list[int]:
    """Processes with these texts in their command line and in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with suppress(OSError):
                named = text.encode() in (entry / "cmdline").read_bytes()
                if named and variable.encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
    return found


def workers_of(store: Path) -> list[int]:
    """Processes of the actors of nodes with a store below this folder."""
    return _processes_naming("ray::WorkerActor", str(store))


def fact_hashes(project: Path) -> dict[str, str]:
    """Hash of each table of facts.

    Producers go by name and clips by recording and span, as their numbers depend on which worker
    answers first, also on one machine.
    """
    uri = f"file:{project}/project.sqlite?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        producers = {row[0]: row[1:] for row in connection.execute("SELECT * FROM producer")}
        clips = {row[0]: row[1:] for row in connection.execute(CLIPS)}
        hashes = {}
        for table in FACTS:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            rows = []
            for row in connection.execute(f"SELECT * FROM {table}"):
                values = dict(zip(columns, row, strict=True))
                if "producer_id" in values:
                    values["producer_id"] = producers[values["producer_id"]]
                if "clip_id" in values:
                    values["clip_id"] = clips[values["clip_id"]]
                if table == "clip":
                    del values["id"]
                rows.append(repr(values))
            hashes[table] = sha256("\n".join(sorted(rows)).encode()).hexdigest()
    return hashes
