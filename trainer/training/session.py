"""Everything a training needs, assembled: clips judged and encoded, network, optimizer, place."""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.backends import Backend, open_backend
from trainer.bundle.manifest import Bundle
from trainer.config import TrainConfig
from trainer.data.dataset import Material, gather, steps_of
from trainer.data.features import Progress, cache_folder
from trainer.errors import BrokenRun, TrainerError
from trainer.optim.optimizer import (
    RunningMean,
    Tensors,
    learning_parts,
    load_state,
    make_optimizer,
    state_tensors,
)
from trainer.runs import checkpoint
from trainer.runs.distributed import World
from trainer.runs.files import sha256_of
from trainer.runs.run import PARENT, Run

if TYPE_CHECKING:
    import torch
    from torch import nn

    from trainer.evaluate.during_training import Hearing

MEGABYTE = 1 << 20


@dataclass(slots=True)
class Place:
    """Where a training is. step: updates done; epoch, index: of the next update.

    evaluations: (step, means) so far. bad: non-finite updates in a row. halvings: how often
    micro-batches were halved because memory ran out. owes: a pause came before an evaluation that
    was due.
    """

    step: int = 0
    epoch: int = 0
    index: int = 0
    bad: int = 0
    halvings: int = 0
    best: int | None = None
    owes: bool = False
    evaluations: list[tuple[int, dict[str, float]]] = field(default_factory=list)


@dataclass(slots=True)
class Session:
    """A training that can be stepped, evaluated and saved.

    hearing: what its spoken sentences are compared with; None until the first is spoken.
    """

    run: Run
    world: World
    backend: Backend
    material: Material
    network: "nn.Module"
    optimizer: "torch.optim.Optimizer"
    scaler: "torch.amp.grad_scaler.GradScaler"
    mean: RunningMean | None
    total_steps: int
    place: Place
    hearing: "Hearing | None" = None

    @property
    def config(self) -> TrainConfig:
        """The run's configuration."""
        return self.run.config

    def autocast(self) -> AbstractContextManager[object]:
        """The arithmetic of forward passes."""
        import torch

        kind = amp_kind(self.config.precision.amp, self.world.device)
        if kind == "off":
            return nullcontext()
        dtype = torch.bfloat16 if kind == "bf16" else torch.float16
        return torch.autocast(self.world.device.type, dtype=dtype)

    def averaged(self) -> AbstractContextManager[object]:
        """The network as it is evaluated and exported: with the running mean, if there is one."""
        return self.mean.in_place(self.network) if self.mean else nullcontext()


def open_session(run: Run, bundle: Bundle, world: World, progress: Progress) -> Session:
    """The training of a run, at its newest whole checkpoint or at its beginning."""
    import torch

    config = run.config
    _set_arithmetic(config)
    backend, material = _one_after_another(
        world, lambda: _backend_and_material(run, bundle, config, progress)
    )
    _refuse_other_base(run, backend)
    torch.manual_seed(config.run.seed)
    network: Any = backend.network()
    backend.adapt(network)
    network.to(world.device).train()
    learning_parts(network)
    if config.precision.compile:
        network.compile()
    _start_from_parent(run, network)
    optimizer = make_optimizer(network, config.optim, world.device)
    fp16 = amp_kind(config.precision.amp, world.device) == "fp16"
    scaler = torch.amp.grad_scaler.GradScaler(world.device.type, enabled=fp16)
    mean = RunningMean(network, config.ema.decay) if config.ema.on else None
    total = config.sched.total_steps or steps_of(material.training, config.sched.epochs)
    session = Session(
        run, world, backend, material, network, optimizer, scaler, mean, total, Place()
    )
    _restore(session)
    return session


def save(session: Session) -> checkpoint.Checkpoint:
    """A checkpoint of where the session is."""
    tensors = {
        "weights": {
            name: value.detach() for name, value in learning_parts(session.network).items()
        },
        "optimizer": state_tensors(session.optimizer, session.network),
    }
    if session.mean:
        tensors["ema"] = dict(session.mean.mean)
    place = session.place
    state = {
        "epoch": place.epoch,
        "index": place.index,
        "bad": place.bad,
        "halvings": place.halvings,
        "best": place.best,
        "owes": place.owes,
        "evaluations": place.evaluations,
        "scaler": session.scaler.state_dict(),
        "total_steps": session.total_steps,
        "events_bytes": session.run.events().size(),
        "config_sha256": session.run.about["config_sha256"],
    }
    return checkpoint.save(session.run.checkpoints, place.step, tensors, state)


def refuse_full_disk(session: Session) -> None:
    """Refuse to begin what the disk cannot hold, rather than to fail at the first checkpoint."""
    config = session.config
    values = sum(value.numel() for value in learning_parts(session.network).values())
    moments = 2 if config.optim.eight_bit else 8
    each = values * (4 + moments + (4 if config.ema.on else 0))  # bytes
    there = len(checkpoint.steps(session.run.checkpoints))
    needed = each * max(1, config.ckpt.keep_last + 2 - there)  # the best, and one being written
    free = shutil.disk_usage(session.run.folder).free
    if free < needed:
        raise TrainerError(
            f"The checkpoints of this run take {needed / MEGABYTE:,.0f} MB more, and"
            f" {free / MEGABYTE:,.0f} MB are free.",
            "Make room, lower ckpt.keep_last, or put the run on another disk.",
        )


def amp_kind(wanted: str, device: "torch.device") -> str:
    """bf16, fp16 or off for a device; reduced precision is slower on CPUs."""
    import torch

    if wanted != "auto":
        return wanted
    if device.type != "cuda":
        return "off"
    return "bf16" if torch.cuda.is_bf16_supported() else "fp16"


def load_weights(network: "nn.Module", found: checkpoint.Checkpoint, *, averaged: bool) -> None:
    """The checkpoint's weights, or their running mean where it has one, into the network."""
    tensors = (found.tensors("ema") if averaged else {}) or found.tensors("weights")
    _put_weights(network, tensors, found.folder)


def _start_from_parent(run: Run, network: "nn.Module") -> None:
    """Put in what the run before had learnt, if this one goes on from another."""
    from safetensors.torch import load_file

    path = run.folder / PARENT
    if path.is_file():
        if sha256_of(path) != run.about["parent_sha256"]:
            raise BrokenRun(f"{path} was changed since the run began.")
        _put_weights(network, load_file(path), path)


def _put_weights(network: "nn.Module", tensors: Tensors, where: Path) -> None:
    import torch

    learning = learning_parts(network)
    if set(tensors) != set(learning):
        odd = sorted(set(tensors) ^ set(learning))[0]
        raise BrokenRun(
            f"{where} does not fit what learns here: {odd}.",
            "A run goes on from another only with the same [adapt].",
        )
    with torch.no_grad():
        for name, value in learning.items():
            value.copy_(tensors[name])


def _restore(session: Session) -> None:
    """Go to the newest whole checkpoint, if there is one."""
    found, broken = checkpoint.newest(session.run.checkpoints)
    log = session.run.events()
    if found is None:
        return
    if found.state["config_sha256"] != session.run.about["config_sha256"]:
        raise BrokenRun(f"{found.folder} belongs to another configuration.")
    load_weights(session.network, found, averaged=False)
    load_state(session.optimizer, session.network, found.tensors("optimizer"))
    if session.mean:
        session.mean.load(found.tensors("ema"))
    state: Any = found.state
    session.scaler.load_state_dict(state["scaler"])
    session.place = Place(
        found.step,
        state["epoch"],
        state["index"],
        state["bad"],
        state["halvings"],
        state["best"],
        state["owes"],
        [(int(step), dict(means)) for step, means in state["evaluations"]],
    )
    if session.world.leads:
        log.cut(state["events_bytes"])
        log.add("checkpoint", step=found.step, best=session.place.best)
        log.add("resumed", step=found.step, damaged_checkpoints=broken)


def _backend_and_material(
    run: Run, bundle: Bundle, config: TrainConfig, progress: Progress
) -> tuple[Backend, Material]:
    backend = open_backend(config, bundle, cache_folder(bundle.folder, config))
    return backend, gather(backend, bundle, config, progress)


def _one_after_another(
    world: World, make: Callable[[], tuple[Backend, Material]]
) -> tuple[Backend, Material]:
    """The first process fills the cache, the others then find it full."""
    if world.leads:
        made = make()
        world.wait()
        return made
    world.wait()
    return make()


def _refuse_other_base(run: Run, backend: Backend) -> None:
    """A checkpoint holds only what learns; on another base it would be another network."""
    before: Any = run.about.get("identity")
    now = backend.identity()
    if before and before.get("sha256") != now["sha256"]:
        raise BrokenRun(
            f"The base model is not the one {run.folder} was started from.",
            f"Put the files of {before.get('base')} back.",
        )


def _set_arithmetic(config: TrainConfig) -> None:
    import torch

    if config.run.threads:
        torch.set_num_threads(config.run.threads)
    torch.backends.cuda.matmul.allow_tf32 = config.precision.tf32
    torch.backends.cudnn.allow_tf32 = config.precision.tf32
    if config.run.deterministic:
        torch.use_deterministic_algorithms(mode=True)


def base_folder(run: Run) -> Path:
    """Where the run's base model is."""
    identity: Any = run.about["identity"]
    return Path(identity["base"])
