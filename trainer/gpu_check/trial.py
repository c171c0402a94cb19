"""One trial: a network trained for some seconds in one setting, and what that took."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.config import TrainConfig, resolve
from trainer.errors import TrainerError
from trainer.gpu_check.subject import SUBJECTS, CheckBackend, RandomPrompts, clips
from trainer.machine.memory import MEGABYTE, is_out_of_memory, memory_mb
from trainer.machine.plan import GIGABYTE, memory_gb, schedule_for
from trainer.optim.optimizer import make_optimizer, trainable_parameters
from trainer.runs.distributed import World
from trainer.runs.events import EventLog
from trainer.runs.run import Run
from trainer.training.reporter import Reporter
from trainer.training.session import Session, TrainState, amp_kind, set_arithmetic
from trainer.training.update import (
    PreparedUpdate,
    Requests,
    apply_update,
    backward,
    batches_of,
    compute_update,
)

if TYPE_CHECKING:
    import torch

CLIPS = 64
WARM_UP = 2  # updates that are not timed
MIN_TIMED = 3
LESS_MEMORY = 0.55  # share of the needed memory that the halving trial leaves


@dataclass(frozen=True, slots=True)
class Trial:
    """A setting to measure. changes: --set options. gpu_only: why it needs a GPU, "" if not.

    less_memory: whether to limit the GPU's memory so that an update does not fit.
    """

    name: str
    family: str
    changes: tuple[str, ...]
    gpu_only: str = ""
    less_memory: bool = False


def trials() -> list[Trial]:
    """All trials, the most important first."""
    settings = [
        ("bf16 full", ("precision.amp=bf16",)),
        ("fp16 full", ("precision.amp=fp16",)),
        ("fp32 full", ("precision.amp=off",)),
        ("bf16 LoRA", ("precision.amp=bf16", "adapt.mode=lora")),
        ("fp32 LoRA", ("precision.amp=off", "adapt.mode=lora")),
        ("bf16 full, checkpointing", ("precision.amp=bf16", "precision.checkpointing=true")),
        ("bf16 full, compiled", ("precision.amp=bf16", "precision.compile=true")),
        ("bf16 full, AdamW not fused", ("precision.amp=bf16", "optim.fused=false")),
    ]
    made = [Trial(name, family, changes) for name, changes in settings for family in SUBJECTS]
    needs = "8-bit AdamW of bitsandbytes runs on a GPU only"
    eight = ("precision.amp=bf16", "optim.eight_bit=true")
    made += [Trial("bf16 full, 8-bit AdamW", family, eight, needs) for family in SUBJECTS]
    needs = "memory is limited through the GPU's allocator"
    bf16 = ("precision.amp=bf16",)
    made += [
        Trial("out of memory, halved", family, bf16, needs, less_memory=True) for family in SUBJECTS
    ]
    return made


def configured(trial: Trial, size: str) -> TrainConfig:
    """Configuration of a trial, as of the preset 24gb."""
    small = ["sampler.max_clips=2", "optim.effective_clips=2", "optim.lr=1e-3"]
    changes = [f"model.backend={trial.family}", "optim.lr=1e-4", "model.dropout=0.0"]
    changes += ["sched.kind=stock", *(small if size == "tiny" else [])]
    return resolve("24gb", None, [*changes, *trial.changes])


def measure(
    trial: Trial, size: str, device: "torch.device", seconds: float, folder: Path
) -> Mapping[str, object]:
    """Result of a trial. size: real or tiny. seconds: time for its updates."""
    if trial.gpu_only and device.type != "cuda":
        return {"not_measured": trial.gpu_only}
    if trial.less_memory:
        return _measure_halving(trial, size, device, folder)
    try:
        return _measure(trial, size, device, seconds, folder)
    except TrainerError as error:
        return {"not_measured": str(error)}
    except RuntimeError as error:
        kind = "out of memory" if is_out_of_memory(error) else "failed"
        return {kind.replace(" ", "_"): str(error).strip().partition("\n")[0]}
    finally:
        _release(device)


def _measure(
    trial: Trial, size: str, device: "torch.device", seconds: float, folder: Path
) -> Mapping[str, object]:
    session = open_session(trial, size, device, folder)
    times: list[float] = []
    losses: list[float] = []
    tokens, started = 0.0, time.monotonic()
    for prepared in _updates(session):
        begun = time.monotonic()
        result = compute_update(session, prepared, Requests())
        apply_update(session, Reporter(EventLog(None)), prepared.clips, result, 0.0)
        losses.append(float(result.sums[1] / max(1.0, result.counts[1])))
        times.append(time.monotonic() - begun)
        if len(times) > WARM_UP:
            tokens += result.tokens
        enough = len(times) >= WARM_UP + MIN_TIMED
        if enough and time.monotonic() - started > seconds:
            break
    again = next(_updates(session))  # the first one: its loss must have fallen
    result = compute_update(session, again, Requests())
    session.optimizer.zero_grad(set_to_none=True)
    losses.append(float(result.sums[1] / max(1.0, result.counts[1])))
    timed = times[WARM_UP:]
    peak = memory_mb(device)
    return {
        "amp": amp_kind(session.config.precision.amp, device),
        "updates": len(times),
        "seconds_a_step": round(sorted(timed)[len(timed) // 2], 5),
        "tokens_a_second": round(tokens / sum(timed), 1),
        "peak_mb": peak,
        "planned_mb": round(memory_gb(session.config, _largest(session)) * GIGABYTE / MEGABYTE),
        "trainable": sum(p.numel() for p in trainable_parameters(session.network).values()),
        "first_loss": round(losses[0], 4),
        "last_loss": round(losses[-1], 4),
        "waits": _waits(session),
        "kernels": _kernels(session),
    }


def open_session(trial: Trial, size: str, device: "torch.device", folder: Path) -> Session:
    """A session like that of a run, on random clips."""
    import torch

    config = configured(trial, size)
    subject = SUBJECTS[trial.family](size)
    set_arithmetic(config)
    torch.manual_seed(0)
    with torch.device(device):  # real sizes would take long to initialise on the CPU
        network: Any = subject.network(config)
    subject.adapt(network, config)
    network.to(device).train()
    if config.precision.compile:
        network.compile()
    optimizer = make_optimizer(network, config.optim, device)
    fp16 = amp_kind(config.precision.amp, device) == "fp16"
    scaler = torch.amp.grad_scaler.GradScaler(device.type, enabled=fp16)
    data = clips(CLIPS)
    schedule = schedule_for(data, [subject.positions(clip) for clip in data], config)
    dataset: Any = CheckDataset(schedule, RandomPrompts(subject))
    backend: Any = CheckBackend(subject, config)
    run = Run(folder, config, {})
    world = World(0, 1, device)
    return Session(
        run, world, backend, dataset, network, optimizer, scaler, None, 10_000, TrainState()
    )


@dataclass(frozen=True, slots=True)
class CheckDataset:
    """The part of ``trainer.data.dataset.Dataset`` that an update uses."""

    training: Any
    prompts: RandomPrompts


def _updates(session: Session) -> Iterator[PreparedUpdate]:
    """Endless updates with their batches."""
    epoch = 0
    while True:
        for index, update in enumerate(session.dataset.training.epoch(epoch)):
            halvings = session.state.halvings
            batches: Future[Any] = Future()
            batches.set_result(batches_of(session, update, epoch, halvings))
            yield PreparedUpdate(epoch, update, halvings, batches, epoch, index + 1)
        epoch += 1


def _largest(session: Session) -> int:
    """Positions of the largest micro-batch of an epoch, with padding."""
    schedule = session.dataset.training
    sizes = [
        max(schedule.lengths[at] for at in batch) * len(batch)
        for update in schedule.epoch(0)
        for batch in schedule.share(update, 0, 1)
    ]
    return max(sizes)


def _waits(session: Session) -> str:
    """What in the forward and backward pass waits for the GPU; "" if nothing does."""
    import torch

    device = session.world.device
    if device.type != "cuda":
        return "not measured: needs a GPU"
    batches = batches_of(session, session.dataset.training.epoch(0)[0], 0, session.state.halvings)
    weights = torch.ones(len(session.backend.parts), device=device)
    torch.cuda.synchronize()
    torch.cuda.set_sync_debug_mode("error")
    try:
        backward(session, batches, weights)
    except RuntimeError as error:
        return str(error).strip().partition("\n")[0]
    finally:
        torch.cuda.set_sync_debug_mode("default")
        session.optimizer.zero_grad(set_to_none=True)
    return ""


def _kernels(session: Session) -> Mapping[str, object]:
    """Share of an update in which the device computes, and the operations that take most of it."""
    from torch.profiler import ProfilerActivity, profile

    device = session.world.device
    activities = [ProfilerActivity.CPU]
    if device.type == "cuda":
        activities.append(ProfilerActivity.CUDA)
    prepared = next(_updates(session))
    begun = time.monotonic()
    with profile(activities=activities, acc_events=True) as profiler:
        result = compute_update(session, prepared, Requests())
        apply_update(session, Reporter(EventLog(None)), prepared.clips, result, 0.0)
    wall = (time.monotonic() - begun) * 1e6
    column = "self_device_time_total" if device.type == "cuda" else "self_cpu_time_total"
    spent = sorted(
        ((float(getattr(event, column)), event.key) for event in profiler.key_averages()),
        reverse=True,
    )
    total = sum(value for value, _ in spent) or 1.0
    return {
        "busy": round(min(1.0, total / wall), 3) if device.type == "cuda" else None,
        "top": {name: round(value / total, 3) for value, name in spent[:6]},
    }


def _measure_halving(
    trial: Trial, size: str, device: "torch.device", folder: Path
) -> Mapping[str, object]:
    """Whether an update that does not fit is done in smaller micro-batches."""
    import torch

    session = open_session(trial, size, device, folder)
    prepared = next(_updates(session))
    compute_update(session, prepared, Requests())
    session.optimizer.zero_grad(set_to_none=True)
    needed, held = torch.cuda.max_memory_allocated(device), torch.cuda.memory_allocated(device)
    torch.cuda.empty_cache()
    whole = torch.cuda.get_device_properties(device).total_memory
    limit = held + (needed - held) * LESS_MEMORY
    torch.cuda.set_per_process_memory_fraction(min(1.0, limit / whole), device)
    try:
        result = compute_update(session, prepared, Requests())
        return {"halvings": session.state.halvings, "loss": float(result.sums[1])}
    except (TrainerError, RuntimeError) as error:
        return {"failed": str(error).strip().partition("\n")[0]}
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0, device)
        del session
        _release(device)


def _release(device: "torch.device") -> None:
    """Free the memory of a trial, so that the next one starts with all of it."""
    import gc

    import torch

    gc.collect()
    with contextlib.suppress(AttributeError):
        torch.compiler.reset()
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)
