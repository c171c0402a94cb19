"""Connection to a Ray cluster, and the executor that an option ``--on`` asks for."""

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from typing import Any

from curator.domain.errors import CuratorError
from curator.domain.progress import Progress
from curator.jobs.cluster.choice import AUTO, CLIENT, LOCAL, ClusterChoice
from curator.jobs.cluster.used_nodes import FollowNodes
from curator.jobs.executor import Executor
from curator.jobs.processes import IdleProcesses, LocalProcesses

STORE_BYTES = 256 << 20
"""Object store of a cluster of this machine alone: it holds a few chunks of files at a time."""

_START = "Start one with `ray start --head`, and open its port 10001 to this machine."


@contextmanager
def executor_of(
    choice: ClusterChoice, workers: int, progress: Progress, follow: FollowNodes | None = None
) -> Iterator[Executor]:
    """Executor for a choice. Raises CuratorError without the cluster.

    workers: processes of a cluster of this machine alone. progress: told about the nodes.
    follow: called with the nodes that take part.
    """
    if not choice.on:
        with closing(IdleProcesses()) as idle:
            yield LocalProcesses(idle)
        return
    from curator.jobs.cluster.ray_executor import RayExecutor

    with _connected(choice.on, workers) as ray:
        executor = RayExecutor(ray, choice, progress, follow)
        try:
            yield executor
        finally:
            executor.close()


@contextmanager
def _connected(on: str, workers: int) -> Iterator[Any]:
    """The module ray, connected."""
    if on not in (LOCAL, AUTO) and not on.startswith(CLIENT):
        raise CuratorError(
            f"{on!r} is no place to run.",
            f"Choose {CLIENT}HOST:10001, {LOCAL} or {AUTO}.",
        )
    if find_spec("ray") is None:
        raise CuratorError(
            "Running on several machines needs Ray, which is not installed.",
            "Install it here and on every node with: pip install 'voice-curator[cluster]'.",
        )
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "1")
    import ray

    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    folder = ""
    try:
        if on == LOCAL:
            # Ray's workers give way to all other programs, unlike processes of ours.
            os.environ.setdefault("RAY_worker_niceness", "0")
            # Short, because names of sockets may not be longer than 107 bytes.
            folder = tempfile.mkdtemp(prefix="curator-ray-", dir=_short_folder())
            ray.init(
                num_cpus=workers,
                include_dashboard=False,
                object_store_memory=STORE_BYTES,
                _temp_dir=folder,
                **quiet,
            )
        else:
            ray.init(address=on, **quiet)
    except (OSError, RuntimeError, ValueError) as error:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
        raise _no_cluster(on, error) from error
    try:
        yield ray
    finally:
        ray.shutdown()
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def _short_folder() -> str | None:
    return "/tmp" if os.path.isdir("/tmp") else None  # noqa: PTH112


def _no_cluster(on: str, error: Exception) -> CuratorError:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    if on == LOCAL:
        return CuratorError(f"Ray could not be started on this machine ({reason}).")
    where = "on this machine" if on == AUTO else f"at {on}"
    return CuratorError(f"No Ray cluster answers {where} ({reason}).", _START)
