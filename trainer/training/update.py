"""One weight update: micro-batches, gradients weighted by target counts, one optimizer step.

If memory runs out on any rank, all ranks retry with smaller micro-batches. If the loss is not
finite, the step is skipped and its clips are logged.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trainer.backends import Batch
from trainer.backends.transfer import on_device
from trainer.bundle.sampler import Update, updates_from
from trainer.errors import TrainingFailed
from trainer.machine.memory import is_out_of_memory, memory_mb
from trainer.optim.gradients import all_reduce_gradients
from trainer.optim.optimizer import trainable_parameters
from trainer.optim.schedule import learning_rate
from trainer.seeded_random import number
from trainer.training.reporter import Reporter
from trainer.training.session import Session
from trainer.training.validation import means

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class PreparedUpdate:
    """An update with its micro-batches being built in the background.

    clips: indices into the schedule. halvings: micro-batch size, as halvings of the configured
    one. next_epoch, next_index: position of the following update.
    """

    epoch: int
    clips: Update
    halvings: int
    batches: "Future[list[Batch]]"
    next_epoch: int
    next_index: int


@dataclass(frozen=True, slots=True)
class Requests:
    """Actions due after an update, agreed on by all ranks."""

    pause: bool = False
    out_of_time: bool = False
    save: bool = False


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """Losses and gradient norm of an update.

    sums, counts: nats and targets by part, shape (parts,), over all ranks. norm: L2 norm of the
    gradient before clipping. tokens, padded: positions without and with padding.
    """

    sums: NDArray[np.float64]
    counts: NDArray[np.float64]
    norm: float
    tokens: float
    padded: float
    requests: Requests


@contextmanager
def prepared_updates(session: Session) -> Iterator[Iterator[PreparedUpdate]]:
    """Endless updates from the session's position on, with batches built one update ahead."""
    with ThreadPoolExecutor(1) as executor:
        yield _prefetched(session, executor)


def _prefetched(session: Session, executor: ThreadPoolExecutor) -> Iterator[PreparedUpdate]:
    previous: tuple[int, Update, int, Future[list[Batch]]] | None = None
    schedule, state = session.dataset.training, session.state
    for epoch, index, clips in updates_from(schedule, state.epoch, state.index):
        halvings = session.state.halvings
        batches = executor.submit(batches_of, session, clips, epoch, halvings)
        if previous is not None:
            yield PreparedUpdate(*previous, next_epoch=epoch, next_index=index)
        previous = (epoch, clips, halvings, batches)


def batches_of(session: Session, clips: Update, epoch: int, halvings: int) -> list[Batch]:
    """This rank's micro-batches of an update; [] with more ranks than clips."""
    world, dataset = session.world, session.dataset
    batches = []
    for indices in dataset.training.share(clips, world.rank, world.ranks, halvings):
        items = [dataset.prompts.item(dataset.training.clips[index], epoch) for index in indices]
        batches.append(session.backend.batch(items))
    return batches


def compute_update(session: Session, prepared: PreparedUpdate, requests: Requests) -> UpdateResult:
    """Compute an update's gradients; halves the micro-batches and retries if memory runs out."""
    state, halvings, batches = session.state, prepared.halvings, prepared.batches.result()
    while True:
        if halvings != state.halvings:
            halvings = state.halvings
            batches = batches_of(session, prepared.clips, prepared.epoch, halvings)
        result = compute_gradients(session, batches, requests)
        if result is not None:
            return result
        _refuse_if_smallest(session, prepared)
        state.halvings += 1
        if session.world.is_main:
            session.run.events().add("halved", step=state.step, halvings=state.halvings)


def _refuse_if_smallest(session: Session, prepared: PreparedUpdate) -> None:
    """Raise TrainingFailed on all ranks if no micro-batch can be split further."""
    world, halvings = session.world, session.state.halvings
    shared = session.dataset.training.share(prepared.clips, world.rank, world.ranks, halvings)
    divisible = np.array([float(any(len(indices) > 1 for indices in shared))])
    if not world.all_reduce(divisible)[0]:
        raise TrainingFailed(
            "Out of memory with a micro-batch of one clip.",
            "Use a preset for less memory, or set adapt.mode=lora.",
        )


def compute_gradients(
    session: Session, batches: list[Batch], requests: Requests
) -> UpdateResult | None:
    """Forward and backward over the micro-batches; leaves clipped gradients in the network.

    None on every rank, without gradients, if memory ran out on any of them.
    """
    import torch

    world, config = session.world, session.config
    parts = len(session.backend.parts)
    local = sum((batch.counts.sum(axis=0) for batch in batches), np.zeros(parts, dtype=np.int64))
    main = float(world.is_main)  # clocks differ between machines: only the main rank's counts
    extra = [
        sum(batch.tokens for batch in batches),
        sum(batch.padded for batch in batches),
        float(requests.pause),
        requests.out_of_time * main,
        requests.save * main,
    ]
    shared = world.all_reduce(np.concatenate([local.astype(np.float64), np.asarray(extra, float)]))
    counts, flags = shared[:parts], shared[parts + 2 :] > 0
    factors = torch.tensor(_weights(session, counts), dtype=torch.float32)
    sums = backward(session, batches, on_device(factors, world.device))
    if not all_reduce_gradients(session.network, world, sums is not None):
        _free_gradients(session)
        return None
    assert sums is not None
    session.scaler.unscale_(session.optimizer)
    norm = torch.nn.utils.clip_grad_norm_(
        trainable_parameters(session.network).values(), config.optim.clip or float("inf")
    )
    # The only synchronisation with the device in an update: sums and norm are read together.
    values = torch.cat([sums, norm.detach().double().reshape(1)]).cpu().numpy()
    total = world.all_reduce(values[:parts])
    tokens, padded = shared[parts : parts + 2]
    agreed = Requests(*(bool(flag) for flag in flags))
    return UpdateResult(total, counts, float(values[parts]), tokens, padded, agreed)


def backward(
    session: Session, batches: list[Batch], weights: "torch.Tensor"
) -> "torch.Tensor | None":
    """Loss sums by part, float64, shape (parts,), with gradients accumulated; None if OOM.

    Never waits for the device; `trainer doctor --gpu-check` proves it.
    """
    import torch

    sums: torch.Tensor | None
    device, scaler = session.world.device, session.scaler
    sums = torch.zeros(len(weights), dtype=torch.float64, device=device)
    scaler.scale(sums)  # initialises the scaler also on a rank without clips
    try:
        for at, batch in enumerate(batches):
            # Dropout is keyed by position, so a resumed run drops the same units.
            key = f"{session.world.rank}/{at}"
            torch.manual_seed(number(session.config.run.seed, "dropout", session.state.step, key))
            with session.autocast():
                losses = session.network(batch.to(device))
            scaler.scale((losses.sum(dim=0) * weights).sum()).backward()
            sums += losses.detach().double().sum(dim=0)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        sums = None
    if sums is None:  # outside the handler, where the failed attempt's tensors are released
        _free_gradients(session)
    return sums


def _free_gradients(session: Session) -> None:
    """Release the memory of the gradients."""
    import torch

    session.optimizer.zero_grad(set_to_none=True)
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _weights(session: Session, counts: NDArray[np.float64]) -> list[float]:
    """Factor of each part's sum that makes the loss a mean over the targets of the update."""
    parts = list(session.backend.parts)
    objective = session.backend.objective()
    weights = []
    for part in parts:
        weight, over = objective.get(part, (0.0, part))
        weights.append(weight / max(1.0, counts[parts.index(over)]))
    return weights


def apply_update(
    session: Session, reporter: Reporter, clips: Update, result: UpdateResult, seconds: float
) -> None:
    """Step the optimizer if the gradient is finite, else skip; log either."""
    state, config = session.state, session.config
    rate = learning_rate(state.step, session.total_steps, config.optim.lr, config.sched)
    finite_loss = bool(np.isfinite(result.sums).all())
    finite = finite_loss and bool(np.isfinite(result.norm))
    if finite or session.scaler.is_enabled():
        for group in session.optimizer.param_groups:
            group["lr"] = rate
        session.scaler.step(session.optimizer)
        session.scaler.update()
    if finite:
        state.nonfinite = 0
        if session.mean:
            session.mean.update(session.network)
    session.optimizer.zero_grad(set_to_none=True)
    state.step += 1
    if not finite and finite_loss and session.scaler.is_enabled():
        # Normal while fp16 searches its loss scale; the clips are not the cause.
        reporter.log.add("scaled", step=state.step, scale=session.scaler.get_scale())
    elif not finite:
        _skip(session, reporter, clips)
    else:
        _log_step(session, reporter, result, {"lr": rate, "clips": len(clips), "seconds": seconds})


def _skip(session: Session, reporter: Reporter, clips: Update) -> None:
    """Log a step with a non-finite loss; TrainingFailed after too many in a row."""
    state = session.state
    state.nonfinite += 1
    ids = [session.dataset.training.clips[index].id for index in clips]
    reporter.log.add(
        "skipped", step=state.step, epoch=state.epoch, clips=ids, in_a_row=state.nonfinite
    )
    reporter.show("skipped", {"step": state.step, "clips": ids})
    if state.nonfinite >= session.config.stop.max_nonfinite:
        raise TrainingFailed(
            f"The loss was not finite {state.nonfinite} times in a row, last at step {state.step}.",
            "Lower optim.lr, or check the clips named in events.jsonl.",
        )


def _log_step(
    session: Session, reporter: Reporter, result: UpdateResult, more: dict[str, float]
) -> None:
    """Log losses, speed and memory of a step. more: learning rate, clips and seconds."""
    state = session.state
    fields = {
        "step": state.step,
        "epoch": state.epoch,
        **means(result.sums, result.counts, session.backend),
        "lr": more["lr"],
        "grad_norm": result.norm,
        "clips": more["clips"],
        "tokens": int(result.tokens),
        "padding": 1.0 - result.tokens / result.padded if result.padded else 0.0,
        "seconds": round(more["seconds"], 4),
        "memory_mb": memory_mb(session.world.device),
    }
    if state.step % session.config.log.every_steps == 0 or state.step == session.total_steps:
        reporter.log.add("step", **fields)
    reporter.show("step", {**fields, "total": session.total_steps})
