"""Executor on a Ray cluster: nodes that may take part, one actor a worker, rounds of shares."""

import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from curator.domain.errors import CuratorError
from curator.domain.progress import Progress
from curator.jobs.cluster.choice import SOUND_AUTO, ClusterChoice
from curator.jobs.cluster.file_sender import FileSender
from curator.jobs.cluster.identity import (
    Identity,
    difference,
    identity_here,
    report,
)
from curator.jobs.cluster.ray_types import RayModule
from curator.jobs.cluster.ray_workers import (
    ClusterRound,
    RayWorkers,
    Slot,
    last_line,
    tapered_sizes,
)
from curator.jobs.cluster.share_files import (
    files_of,
    fingerprint_files,
    recordings_of,
    snapshot,
)
from curator.jobs.cluster.shared_file import SharedFile
from curator.jobs.cluster.used_nodes import FollowNodes, UsedNodes
from curator.jobs.cluster.worker_actor import WorkerActor
from curator.jobs.executor import Workers
from curator.jobs.fingerprints import STAGE as FINGERPRINT
from curator.jobs.job import Job
from curator.jobs.processes import IdleProcesses, LocalWorkers
from curator.jobs.step_table import STEPS, transcriber_choice
from curator.jobs.steps import TRANSCRIBING
from curator.store.project import Project

HERE = frozenset(step.key for step in STEPS if step.item == "set")
"""Stages that run on the machine of the project: one process over all of it."""

ON_GPU = TRANSCRIBING | {"clean", "quality"}
"""Stages that a GPU makes faster."""

ANSWER_S = 120.0
"""Patience with a node that has to start Python and hash its models."""


@dataclass
class Node:
    """A node that takes part. is_shared: whether it sees the project's cache."""

    id: str
    name: str
    cpus: int
    gpus: int
    is_shared: bool
    checked: set[str] = field(default_factory=set)


class RayExecutor:
    """Runs the shares of a job on the nodes of a cluster that compute as this machine would.

    Each node has one worker a CPU, and one a GPU for the stages that use it. Nodes that join are
    used from the next stage on.
    """

    runs_all_at_once = False

    def __init__(
        self,
        ray: RayModule,
        choice: ClusterChoice,
        progress: Progress,
        follow: FollowNodes | None = None,
    ) -> None:
        """ray: the module, connected. progress: told which nodes take part or are refused."""
        self._ray = ray
        self._choice = choice
        self._progress = progress
        self._follow = follow
        self._used: UsedNodes | None = None
        self._nodes: dict[str, Node] = {}
        self._refused: dict[str, str] = {}  # sentence by node
        self._slots: dict[tuple[str, bool], list[Slot]] = {}
        self._sender = FileSender(ray, choice.sound)
        self._died_on: dict[int, str] = {}
        self._idle = IdleProcesses()
        self._folder = tempfile.TemporaryDirectory(prefix="curator-cluster-")

    def share_sizes(self, items: int, workers: int, work_s: float) -> list[int]:
        """Several shares a worker of the cluster. workers: of this machine, when it has no node."""
        cpus = sum(int(node["Resources"].get("CPU", 0)) for node in self._alive())
        return tapered_sizes(items, cpus or workers, work_s)

    def leaves_processors_free(self, job: Job) -> bool:
        """Whether a job runs on GPUs of nodes."""
        has_gpu = any(node["Resources"].get("GPU", 0) >= 1 for node in self._alive())
        return has_gpu and _uses_gpu(job)

    def start(self, jobs: Sequence[Job]) -> Workers:
        """Start a round. Raises CuratorError, naming every node, if none may take part."""
        job = jobs[0]
        if job.stage in HERE:
            return LocalWorkers(jobs, self._idle)
        path = Path(job.project)
        with Project.open(path, write=False) as project:
            transcriber = (
                transcriber_choice(project, job.options) if job.stage in TRANSCRIBING else ""
            )
            self._look_at_nodes(project, transcriber)
            files = self._files(project, jobs)
        self._tell_nodes()
        slots = self._slots_for(job)
        return RayWorkers(
            self._ray,
            ClusterRound(jobs, files, path, self._sender, self._died_on),
            slots,
            self._progress,
        )

    def close(self) -> None:
        """End all actors and processes."""
        self._idle.close()
        for slots in self._slots.values():
            for slot in slots:
                slot.kill()
        self._folder.cleanup()

    def _files(self, project: Project, jobs: Sequence[Job]) -> list[list[SharedFile]]:
        """Files of each share: the project file first, then sound for nodes without the disk."""
        # Of its own for each kind of worker: a round on GPUs may still send the one before.
        folder = Path(self._folder.name) / ("gpu" if _uses_gpu(jobs[0]) else "cpu")
        folder.mkdir(exist_ok=True)
        copy = snapshot(project.path, folder)
        if all(node.is_shared for node in self._nodes.values()):
            return [[copy] for _ in jobs]
        if jobs[0].stage == FINGERPRINT:
            return [[copy, *fingerprint_files(project, job)] for job in jobs]
        shares = recordings_of(project, jobs)
        return [
            [copy, *files_of(project, job, recordings)]
            for job, recordings in zip(jobs, shares, strict=True)
        ]

    def _alive(self) -> list[dict[str, Any]]:
        return [node for node in self._ray.nodes() if node["Alive"]]

    def _look_at_nodes(self, project: Project, transcriber: str) -> None:
        """Update the nodes that take part; those that would compute other facts are refused."""
        alive = {
            node["NodeID"]: node for node in self._alive() if node["Resources"].get("CPU", 0) >= 1
        }
        for gone in self._nodes.keys() - alive.keys():
            self._progress.noted(f"{self._nodes.pop(gone).name} has left the cluster.")
        unknown = [
            number
            for number in alive
            if number not in self._nodes
            or (transcriber and transcriber not in self._nodes[number].checked)
        ]
        if unknown:
            token = _Token(project.cache)
            try:
                self._ask(alive, unknown, transcriber, token)
            finally:
                token.path.unlink(missing_ok=True)
        if not self._nodes:
            sentences = " ".join(dict.fromkeys(self._refused.values()))
            raise CuratorError(
                f"No node of the cluster can run this. {sentences}".strip()
                if self._refused
                else "The cluster has no node with a free CPU.",
                "" if self._refused else "Start one with: ray start --address=HOST:6379",
            )

    def _tell_nodes(self) -> None:
        nodes = self._nodes.values()
        used = UsedNodes(
            len(nodes), sum(node.cpus for node in nodes), sum(node.gpus for node in nodes)
        )
        if self._follow is not None and used != self._used:
            self._used = used
            self._follow(used)

    def _ask(
        self,
        alive: dict[str, dict[str, Any]],
        unknown: Sequence[str],
        transcriber: str,
        token: "_Token",
    ) -> None:
        here = identity_here(transcriber)
        ask = self._ray.remote(report)
        answers = {
            number: ask.options(num_cpus=0, scheduling_strategy=self._pinned(number)).remote(
                transcriber, str(token.path), token.text
            )
            for number in unknown
        }
        for number, answer in answers.items():
            place = f"Node {alive[number]['NodeName']} ({number[:6]})"
            try:
                identity, is_shared = self._ray.get(answer, timeout=ANSWER_S)
            except self._ray.exceptions.RayError as error:
                reason = last_line(error, 300)
                self._refuse(number, f"{place} cannot run voice-curator ({reason}).")
                continue
            name = f"{identity.host} ({number[:6]})"
            identity = msgspec.structs.replace(identity, host=name)
            wrong = difference(identity, here)
            if wrong:
                self._refuse(number, wrong)
                continue
            if here.trouble and not here.model:
                here = _with_model(here, identity)  # the nodes have to agree with each other
            resources = alive[number]["Resources"]
            cpus, gpus = int(resources["CPU"]), int(resources.get("GPU", 0))
            is_shared = is_shared and self._choice.sound == SOUND_AUTO
            self._admit(Node(number, name, cpus, gpus, is_shared), transcriber)

    def _admit(self, node: Node, transcriber: str) -> None:
        known = self._nodes.setdefault(node.id, node)
        self._refused.pop(node.id, None)
        if not known.checked:
            gpus = f", {node.gpus} GPUs" if node.gpus else ""
            sound = "" if node.is_shared else "; sound is sent to it"
            self._progress.noted(f"{node.name} takes part: {node.cpus} CPUs{gpus}{sound}.")
        known.checked.add(transcriber)

    def _refuse(self, number: str, sentence: str) -> None:
        self._nodes.pop(number, None)
        if self._refused.get(number) != sentence:
            self._refused[number] = sentence
            self._progress.noted(f"Not used: {sentence}")

    def _pinned(self, number: str) -> object:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        return NodeAffinitySchedulingStrategy(node_id=number, soft=False)

    def _slots_for(self, job: Job) -> list[Slot]:
        """Workers for a stage: those with a GPU if it can use one and there are some, else all."""
        with_gpu = [node for node in self._nodes.values() if node.gpus]
        on_gpu = _uses_gpu(job) and bool(with_gpu)
        slots: list[Slot] = []
        for node in with_gpu if on_gpu else self._nodes.values():
            key = (node.id, on_gpu)
            if key not in self._slots:
                count = node.gpus if on_gpu else max(1, node.cpus // max(1, job.options.threads))
                self._slots[key] = [self._slot(node, job, on_gpu) for _ in range(count)]
            slots += self._slots[key]
        return slots

    def _slot(self, node: Node, job: Job, on_gpu: bool) -> Slot:
        # Several calls at once, so that sound for the next share arrives during this one.
        actor = self._ray.remote(WorkerActor).options(
            num_cpus=0 if on_gpu else max(1, job.options.threads),
            num_gpus=1 if on_gpu else 0,
            max_concurrency=4,
            enable_task_events=False,  # Ray's head would record every call
            scheduling_strategy=self._pinned(node.id),
        )
        limit = int(self._choice.cache_gb * 1e9)
        return Slot(self._ray, node.id, node.name, node.is_shared, lambda: actor.remote(limit))


def _uses_gpu(job: Job) -> bool:
    return job.stage in ON_GPU and job.options.device != "cpu"


class _Token:
    """File in the project's cache by which a node shows that it sees the same disk."""

    def __init__(self, cache: Path) -> None:
        self.text = secrets.token_hex(16)
        self.path = cache / f".node-{self.text[:8]}"
        self.path.write_text(self.text, encoding="utf-8")


def _with_model(here: Identity, node: Identity) -> Identity:
    return msgspec.structs.replace(here, model=node.model)
