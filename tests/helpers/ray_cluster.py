"""A Ray cluster on this machine whose nodes are processes, ended with all that it started."""

import os
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import pytest

STORE_BYTES = 80 << 20

FACTS = (
    "clip", "delivery_point", "delivery_vector", "edges", "finding", "map_point",
    "recording_done", "recording_transcript", "score", "speaker_vector", "transcript",
)  # fmt: skip
"""Tables that an analysis fills."""


class SmallCluster:
    """Nodes in processes of their own. folder: of Ray's session."""

    def __init__(self, folder: Path) -> None:
        from ray.cluster_utils import Cluster

        self._folder = folder
        self._cluster = Cluster(
            initialize_head=True,
            head_node_args={
                "num_cpus": 0,
                "include_dashboard": False,
                "object_store_memory": STORE_BYTES,
                "temp_dir": str(folder),
            },
        )
        self.address = self._cluster.address

    def add_node(self, cpus: int = 1, **environment: str):
        """A node with so many CPUs and these environment variables; usable once it is known."""
        return self._cluster.add_node(
            num_cpus=cpus, object_store_memory=STORE_BYTES, env_vars=environment, wait=True
        )

    def remove_node(self, node) -> None:
        """Kill a node with its workers."""
        self._cluster.remove_node(node, allow_graceful=False)

    def connect(self) -> None:
        """Let commands of this process find the cluster as ``auto``."""
        os.environ["RAY_ADDRESS"] = self.address

    def close(self) -> None:
        """End everything that was started."""
        os.environ.pop("RAY_ADDRESS", None)
        with suppress(Exception):
            self._cluster.shutdown()
        for pid in _processes_naming(str(self._folder)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextmanager
def small_cluster(nodes: int = 2, **environment: str) -> Iterator[SmallCluster]:
    """A head without CPUs and nodes with one each. environment: of all nodes."""
    pytest.importorskip("ray", reason="Ray, the extra `cluster`, is not installed")
    # Paths of sockets may have 107 bytes: pytest's own folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="ray-test-", dir="/tmp"))
    before = dict(os.environ)
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_RECORD_ACTOR_TASK_LOGGING": "0"}
    cluster = None
    try:
        cluster = SmallCluster(folder)
        for _ in range(nodes):
            cluster.add_node(**environment)
        cluster.connect()
        yield cluster
    finally:
        if cluster:
            cluster.close()
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(folder, ignore_errors=True)


def _processes_naming(text: str) -> list[int]:
    """Processes with this text in their command line or environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with suppress(OSError):
                if text.encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
    return found


def fact_hashes(project: Path) -> dict[str, str]:
    """Hash of each table of facts; producers by name, as their numbers depend on the order."""
    with sqlite3.connect(f"file:{project}/project.sqlite?mode=ro", uri=True) as connection:
        names = {
            number: tuple(rest)
            for number, *rest in connection.execute("SELECT id, * FROM producer")
        }
        hashes = {}
        for table in FACTS:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            rows = []
            for row in connection.execute(f"SELECT * FROM {table}"):
                values = dict(zip(columns, row, strict=True))
                if "producer_id" in values:
                    values["producer_id"] = names[values["producer_id"]][1:]
                rows.append(repr(values))
            hashes[table] = sha256("\n".join(sorted(rows)).encode()).hexdigest()
    connection.close()
    return hashes
