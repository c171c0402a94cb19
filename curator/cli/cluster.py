"""Jobs of a command on this machine or, with ``--on``, on a cluster."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from curator.cli.progress import watcher

if TYPE_CHECKING:
    from curator.jobs.context import JobContext
    from curator.store.project import Project


@contextmanager
def job_context(project: "Project", arguments: Namespace) -> Iterator["JobContext"]:
    """Context of a command's jobs. Raises CuratorError without the cluster."""
    from curator.jobs.cluster.choice import ClusterChoice
    from curator.jobs.cluster.connection import executor_of
    from curator.jobs.context import JobContext

    progress = watcher(arguments.json)
    choice = ClusterChoice(arguments.on, arguments.sound, arguments.node_cache)
    with executor_of(choice, arguments.jobs, progress) as executor:
        yield JobContext.at_once(project, progress, arguments.jobs, executor)
