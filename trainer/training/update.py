"""One update of the weights: batches, gradients added up by target counts, a step or none.

An update that memory cannot hold is tried again in smaller pieces, by all processes where there are
several; one whose loss is not a number is skipped, and its clips are named.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trainer.backends import Batch
from trainer.bundle.sampler import Update
from trainer.errors import TrainingFailed
from trainer.optim.gradients import add_up
from trainer.optim.optimizer import learning_parts
from trainer.optim.schedule import learning_rate
from trainer.runs.events import EventLog
from trainer.seeded_random import number
from trainer.training.session import Session
from trainer.training.validation import means

if TYPE_CHECKING:
    import torch

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Turn:
    """An update whose batches are being made.

    halvings: how small they are. next_epoch, next_index: of the update after it.
    """

    epoch: int
    update: Update
    halvings: int
    batches: "Future[list[Batch]]"
    next_epoch: int
    next_index: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to happen after an update; agreed on by all processes."""

    pause: bool = False
    time_is_over: bool = False
    save: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an update did. sums, counts: by part, over all processes. norm: of the gradient."""

    sums: NDArray[np.float64]
    counts: NDArray[np.float64]
    norm: float
    tokens: float
    padded: float
    asked: Asked


@contextmanager
def turns(session: Session) -> Iterator[Iterator[Turn]]:
    """The updates from the session's place on, each with its batches made one update ahead."""
    with ThreadPoolExecutor(1) as ahead:
        yield _turns(session, ahead)


def _turns(session: Session, ahead: ThreadPoolExecutor) -> Iterator[Turn]:
    waiting: tuple[int, Update, int, Future[list[Batch]]] | None = None
    for epoch, index, update in _positions(session):
        halvings = session.place.halvings
        batches = ahead.submit(_batches, session, update, epoch, halvings)
        if waiting is not None:
            yield Turn(*waiting, next_epoch=epoch, next_index=index)
        waiting = (epoch, update, halvings, batches)


def _positions(session: Session) -> Iterator[tuple[int, int, Update]]:
    """Epoch, index and clips of every update from the session's place on, without end."""
    epoch, index = session.place.epoch, session.place.index
    while True:
        plan = session.material.training.epoch(epoch)
        if not plan:
            raise TrainingFailed("An epoch hears no clip; the weights are too small.")
        for at in range(index, len(plan)):
            yield epoch, at, plan[at]
        epoch, index = epoch + 1, 0


def _batches(session: Session, update: Update, epoch: int, halvings: int) -> list[Batch]:
    """This process's micro-batches of an update; none where there are more processes than clips."""
    world, material = session.world, session.material
    made = []
    for places in material.training.share(update, world.rank, world.ranks, halvings):
        clips = [material.training.clips[place] for place in places]
        items = [material.prompts.item(clip, epoch) for clip in clips]
        made.append(session.backend.batch(items))
    return made


def update(session: Session, turn: Turn, asked: Asked) -> Outcome:
    """One update of the weights; halves the micro-batches and tries again if memory runs out."""
    place, halvings, batches = session.place, turn.halvings, turn.batches.result()
    while True:
        if halvings != place.halvings:
            halvings = place.halvings
            batches = _batches(session, turn.update, turn.epoch, halvings)
        outcome = try_update(session, batches, asked)
        if outcome is not None:
            return outcome
        _refuse_if_smallest(session, turn)
        place.halvings += 1
        if session.world.leads:
            session.run.events().add("halved", step=place.step, halvings=place.halvings)


def _refuse_if_smallest(session: Session, turn: Turn) -> None:
    """End the run, on all processes, where smaller micro-batches are no way out."""
    world, place = session.world, session.place
    shared = session.material.training.share(turn.update, world.rank, world.ranks, place.halvings)
    smaller = np.array([float(any(len(places) > 1 for places in shared))])
    if not world.total(smaller)[0]:
        raise TrainingFailed(
            "Memory ran out with the micro-batch that cannot be made smaller.",
            "Take a preset for less memory, or set adapt.mode=lora.",
        )


def try_update(session: Session, batches: list[Batch], asked: Asked) -> Outcome | None:
    """Forward and backward over the micro-batches; gradients are left in the network.

    None, on every process, and no gradient is left, when memory ran out in one of them.
    """
    import torch

    world, config = session.world, session.config
    parts = len(session.backend.parts)
    local = sum((batch.counts.sum(axis=0) for batch in batches), np.zeros(parts, dtype=np.int64))
    leads = float(world.leads)  # clocks differ, so the first process's is the one that counts
    extra = [
        sum(batch.tokens for batch in batches),
        sum(batch.padded for batch in batches),
        float(asked.pause),
        asked.time_is_over * leads,
        asked.save * leads,
    ]
    shared = world.total(np.concatenate([local.astype(np.float64), np.asarray(extra, float)]))
    counts, agreed = shared[:parts], shared[parts + 2 :] > 0
    weights = torch.as_tensor(_weights(session, counts), dtype=torch.float32, device=world.device)
    sums = _gradients(session, batches, weights)
    if not add_up(session.network, world, sums is not None):
        _let_go(session)
        return None
    assert sums is not None
    session.scaler.unscale_(session.optimizer)
    norm = torch.nn.utils.clip_grad_norm_(
        learning_parts(session.network).values(), config.optim.clip or float("inf")
    )
    # The only wait for the device in an update: sums and norm are read back together.
    read = torch.cat([sums, norm.detach().double().reshape(1)]).cpu().numpy()
    total = world.total(read[:parts])
    tokens, padded = shared[parts : parts + 2]
    agreement = Asked(*(bool(flag) for flag in agreed))
    return Outcome(total, counts, float(read[parts]), tokens, padded, agreement)


def _gradients(
    session: Session, batches: list[Batch], weights: "torch.Tensor"
) -> "torch.Tensor | None":
    """Sums of losses by part; this process's gradients are in the network. None: out of memory."""
    import torch

    sums: torch.Tensor | None
    device, scaler = session.world.device, session.scaler
    sums = torch.zeros(len(weights), dtype=torch.float64, device=device)
    scaler.scale(sums)  # so that it is ready also where there is no clip to hear
    try:
        for at, batch in enumerate(batches):
            # Dropout is keyed like everything else, so a resumed run drops the same.
            key = f"{session.world.rank}/{at}"
            torch.manual_seed(number(session.config.run.seed, "dropout", session.place.step, key))
            with session.autocast():
                found = session.network(batch.to(device))
            scaler.scale((found.sum(dim=0) * weights).sum()).backward()
            sums += found.detach().double().sum(dim=0)
    except torch.OutOfMemoryError:
        sums = None
    if sums is None:  # behind the handler, where the failed attempt's tensors have been let go of
        _let_go(session)
    return sums


def _let_go(session: Session) -> None:
    """Give back what gradients take."""
    import torch

    session.optimizer.zero_grad(set_to_none=True)
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _weights(session: Session, counts: NDArray[np.float64]) -> list[float]:
    """What each part's sum is multiplied by, so that the loss is a mean over the update."""
    parts = list(session.backend.parts)
    objective = session.backend.objective()
    found = []
    for part in parts:
        weight, over = objective.get(part, (0.0, part))
        found.append(weight / max(1.0, counts[parts.index(over)]))
    return found


def account(
    session: Session,
    log: EventLog,
    show: Any,  # noqa: ANN401
    update: Update,
    outcome: Outcome,
    seconds: float,
) -> None:
    """Step with a finite gradient, skip and name a broken one, and write down what happened."""
    place, config = session.place, session.config
    step = place.step
    rate = learning_rate(step, session.total_steps, config.optim.lr, config.sched)
    finite = bool(np.isfinite(outcome.sums).all()) and np.isfinite(outcome.norm)
    if finite or session.scaler.is_enabled():
        for group in session.optimizer.param_groups:
            group["lr"] = rate
        session.scaler.step(session.optimizer)
        session.scaler.update()
    if finite:
        place.bad = 0
        if session.mean:
            session.mean.update(session.network)
    session.optimizer.zero_grad(set_to_none=True)
    place.step = step + 1
    clips = [session.material.training.clips[at].id for at in update]
    overflow = session.scaler.is_enabled() and bool(np.isfinite(outcome.sums).all())
    if not finite and overflow:  # fp16 finds its scale this way; the clips are not to blame
        log.add("scaled", step=place.step, scale=session.scaler.get_scale())
        return
    if not finite:
        place.bad += 1
        log.add("skipped", step=place.step, epoch=place.epoch, clips=clips, in_a_row=place.bad)
        show("skipped", {"step": place.step, "clips": clips})
        if place.bad >= config.stop.max_nonfinite:
            raise TrainingFailed(
                f"The loss was not a number {place.bad} times in a row, last at step {place.step}.",
                "Lower optim.lr, or look at the clips named in events.jsonl.",
            )
        return
    fields = {
        "step": place.step,
        "epoch": place.epoch,
        **means(outcome.sums, outcome.counts, session.backend),
        "lr": rate,
        "grad_norm": outcome.norm,
        "clips": len(update),
        "tokens": int(outcome.tokens),
        "padding": 1.0 - outcome.tokens / outcome.padded if outcome.padded else 0.0,
        "seconds": round(seconds, 4),
        "memory_mb": memory_mb(session.world.device),
    }
    if place.step % config.log.every_steps == 0 or place.step == session.total_steps:
        log.add("step", **fields)
    show("step", {**fields, "total": session.total_steps})


def memory_mb(device: "torch.device") -> int | None:
    """Most memory used so far: the GPU's, else this process's; None where nobody says."""
    import torch

    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device) // MEGABYTE)
    try:
        import resource
    except ImportError:  # Windows
        return None
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
