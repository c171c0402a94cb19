"""A training session: dataset, network, optimizer and state, opened, saved and restored."""

import os
import shutil
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.backends import Backend
from trainer.bundle.manifest import Bundle
from trainer.config import TrainConfig
from trainer.data.dataset import Dataset, build_dataset, steps_of
from trainer.data.features import Progress
from trainer.errors import BrokenRun, TrainerError
from trainer.families import open_backend
from trainer.optim.optimizer import (
    Tensors,
    WeightAverage,
    load_state,
    make_optimizer,
    require_shapes,
    state_tensors,
    trainable_parameters,
)
from trainer.runs import checkpoint
from trainer.runs.distributed import World
from trainer.runs.events import EventLog
from trainer.runs.files import sha256_of
from trainer.runs.run import PARENT, Run
from trainer.tensor_limits import load_safetensors

if TYPE_CHECKING:
    import torch
    from torch import nn

MEGABYTE = 1 << 20


@dataclass(slots=True)
class TrainState:
    """Position and history of a training. step: updates done; epoch, index: of the next update.

    nonfinite: non-finite updates in a row. halvings: times the micro-batches were halved because
    memory ran out. evaluation_pending: the run was paused before an evaluation that was due.
    evaluations: (step, means) so far.
    """

    step: int = 0
    epoch: int = 0
    index: int = 0
    nonfinite: int = 0
    halvings: int = 0
    best: int | None = None
    evaluation_pending: bool = False
    evaluations: list[tuple[int, dict[str, float]]] = field(default_factory=list)


@dataclass(slots=True)
class Session:
    """A training that can be stepped, evaluated and saved. mean: EMA of the weights, if on."""

    run: Run
    world: World
    backend: Backend
    dataset: Dataset
    network: "nn.Module"
    optimizer: "torch.optim.Optimizer"
    scaler: "torch.amp.grad_scaler.GradScaler"
    mean: WeightAverage | None
    total_steps: int
    state: TrainState

    @property
    def config(self) -> TrainConfig:
        """The run's configuration."""
        return self.run.config

    def autocast(self) -> AbstractContextManager[object]:
        """Autocast context of forward passes, by precision.amp."""
        return autocast(self.config, self.world.device)

    def averaged(self) -> AbstractContextManager[object]:
        """Context with the weights used for evaluation and export: their EMA, if on."""
        return self.mean.applied_to(self.network) if self.mean else nullcontext()


def open_session(run: Run, bundle: Bundle, world: World, progress: Progress) -> Session:
    """Open a run at its newest valid checkpoint, or at step 0."""
    import torch

    config = run.config
    set_arithmetic(config)
    backend = _open_backend(run, bundle, world)
    dataset = build_dataset(backend, bundle, config, progress, world)
    _refuse_other_base(run, backend)
    torch.manual_seed(config.run.seed)
    network: Any = backend.network()
    backend.adapt(network)
    network.to(world.device).train()
    trainable_parameters(network)
    if config.precision.compile:
        network.compile()
    _start_from_parent(run, network)
    optimizer = make_optimizer(network, config.optim, world.device)
    scaler = make_scaler(config, world.device)
    mean = WeightAverage(network, config.ema.decay) if config.ema.on else None
    total = config.sched.total_steps or steps_of(dataset.training, config.sched.epochs)
    session = Session(
        run, world, backend, dataset, network, optimizer, scaler, mean, total, TrainState()
    )
    _restore(session)
    return session


def save(session: Session) -> checkpoint.Checkpoint:
    """Write a checkpoint of the session."""
    tensors = {
        "weights": {
            name: value.detach() for name, value in trainable_parameters(session.network).items()
        },
        "optimizer": state_tensors(session.optimizer, session.network),
    }
    if session.mean:
        tensors["ema"] = dict(session.mean.mean)
    state = session.state
    fields = {
        "epoch": state.epoch,
        "index": state.index,
        "bad": state.nonfinite,
        "halvings": state.halvings,
        "best": state.best,
        "owes": state.evaluation_pending,
        "evaluations": state.evaluations,
        "scaler": session.scaler.state_dict(),
        "total_steps": session.total_steps,
        "events_bytes": session.run.events().size(),
        "config_sha256": session.run.about["config_sha256"],
    }
    return checkpoint.save(session.run.checkpoints, state.step, tensors, fields)


def refuse_full_disk(session: Session) -> None:
    """Raise TrainerError if the disk cannot hold the checkpoints of the run."""
    config = session.config
    values = sum(value.numel() for value in trainable_parameters(session.network).values())
    moments = 2 if config.optim.eight_bit else 8
    size = values * (4 + moments + (4 if config.ema.on else 0))  # bytes of one checkpoint
    existing = len(checkpoint.steps(session.run.checkpoints))
    needed = size * max(1, config.ckpt.keep_last + 2 - existing)  # the best, and one in progress
    free = shutil.disk_usage(session.run.folder).free
    if free < needed:
        raise TrainerError(
            f"The checkpoints of this run need {needed / MEGABYTE:,.0f} MB more, and only"
            f" {free / MEGABYTE:,.0f} MB are free.",
            "Free disk space, lower ckpt.keep_last, or put the run on another disk.",
        )


def autocast(config: TrainConfig, device: "torch.device") -> AbstractContextManager[object]:
    """Autocast context of forward passes, by precision.amp."""
    import torch

    kind = amp_kind(config.precision.amp, device)
    if kind == "off":
        return nullcontext()
    dtype = torch.bfloat16 if kind == "bf16" else torch.float16
    return torch.autocast(device.type, dtype=dtype)


def make_scaler(config: TrainConfig, device: "torch.device") -> "torch.amp.grad_scaler.GradScaler":
    """Gradient scaler, enabled for fp16 only."""
    import torch

    fp16 = amp_kind(config.precision.amp, device) == "fp16"
    return torch.amp.grad_scaler.GradScaler(device.type, enabled=fp16)


def amp_kind(wanted: str, device: "torch.device") -> str:
    """bf16, fp16 or off: auto is off on CPUs, where reduced precision is slower."""
    import torch

    if wanted != "auto":
        return wanted
    if device.type != "cuda":
        return "off"
    # Turing and Volta only emulate bf16, more slowly than float32.
    return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"


def load_weights(network: "nn.Module", saved: checkpoint.Checkpoint, *, averaged: bool) -> None:
    """Load a checkpoint's weights, or their EMA if averaged and saved, into the network."""
    tensors = (saved.tensors("ema") if averaged else {}) or saved.tensors("weights")
    _put_weights(network, tensors, saved.folder)


def _start_from_parent(run: Run, network: "nn.Module") -> None:
    """Load the weights of the parent run, if this run continues from one."""
    path = run.folder / PARENT
    if path.is_file():
        if sha256_of(path) != run.about["parent_sha256"]:
            raise BrokenRun(
                f"{path} was changed since the run started.", "Start a new run from the parent."
            )
        try:
            _put_weights(network, load_safetensors(path), path)
        except ValueError as error:
            raise BrokenRun(
                f"{path} is damaged: {error}.", "Start a new run from the parent."
            ) from error


def _put_weights(network: "nn.Module", tensors: Tensors, where: Path) -> None:
    import torch

    trainable = trainable_parameters(network)
    if set(tensors) != set(trainable):
        mismatch = sorted(set(tensors) ^ set(trainable))[0]
        raise BrokenRun(
            f"{where} does not match the trainable parameters of this run: {mismatch}.",
            "A run can only continue from one with the same [adapt] settings.",
        )
    require_shapes(tensors, trainable)
    with torch.no_grad():
        for name, value in trainable.items():
            value.copy_(tensors[name])


def _restore(session: Session) -> None:
    """Restore the newest valid checkpoint, if any, and truncate the event log to it."""
    saved, broken = checkpoint.newest(session.run.checkpoints)
    log = session.run.events()
    if saved is None:
        _restart(log, broken, session.world)
        return
    if saved.value("config_sha256") != session.run.about["config_sha256"]:
        raise BrokenRun(
            f"{saved.folder} was written with another configuration.",
            "Delete it, or start a new run.",
        )
    load_weights(session.network, saved, averaged=False)
    load_state(session.optimizer, session.network, saved.tensors("optimizer"))
    if session.mean:
        session.mean.load(saved.tensors("ema"))
    session.scaler.load_state_dict(saved.value("scaler"))
    session.state = TrainState(
        saved.step,
        saved.value("epoch"),
        saved.value("index"),
        saved.value("bad"),
        saved.value("halvings"),
        saved.value("best"),
        saved.value("owes"),
        [(step, dict(means)) for step, means in saved.value("evaluations")],
    )
    if session.world.is_main:
        log.truncate(saved.value("events_bytes"))
        log.add("checkpoint", step=saved.step, best=session.state.best)
        log.add("resumed", step=saved.step, damaged_checkpoints=broken)


def _restart(log: EventLog, broken: list[int], world: World) -> None:
    """Discard the events of steps that are repeated because no checkpoint was saved after them."""
    size = log.start_size() if world.is_main else 0
    if size and size < log.size():
        log.truncate(size)
        log.add("resumed", step=0, damaged_checkpoints=broken)


def _open_backend(run: Run, bundle: Bundle, world: World) -> Backend:
    """Open the back-end on rank 0, which may build a base, then on the others."""
    if not world.is_main:
        world.barrier()
    backend = open_backend(run.config, bundle)
    if world.is_main:
        world.barrier()
    return backend


def _refuse_other_base(run: Run, backend: Backend) -> None:
    """Raise BrokenRun if the base changed: checkpoints hold only the trained parameters."""
    before: Any = run.about.get("identity")
    now = backend.identity()
    if before and before.get("sha256") != now["sha256"]:
        raise BrokenRun(
            f"The base model is not the one {run.folder} was started from.",
            f"Restore the files in {before.get('base')}.",
        )


def set_arithmetic(config: TrainConfig) -> None:
    """Apply threads, TF32 and determinism settings."""
    import torch

    if config.run.threads:
        torch.set_num_threads(config.run.threads)
    torch.backends.cuda.matmul.allow_tf32 = config.precision.tf32
    torch.backends.cudnn.allow_tf32 = config.precision.tf32
    if config.run.deterministic:
        # cuBLAS reads it when it is initialised and is not deterministic without it.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(mode=True)


def base_folder(run: Run) -> Path:
    """Folder of the run's base model."""
    identity: Any = run.about["identity"]
    return Path(identity["base"])
