"""State of the DVAE fine-tuning: evaluations, checkpoints, resume."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from trainer.backends.xtts.codes import DvaeEvaluation, compare_codes
from trainer.bundle.manifest import Clip
from trainer.bundle.sampler import Schedule
from trainer.runs import checkpoint
from trainer.runs.events import EventLog
from trainer.runs.run import Run

COLLAPSE = 0.8  # minimum perplexity, relative to step 0

Mels = dict[str, torch.Tensor]


@dataclass(slots=True)
class Position:
    """Progress. step: updates done. best: best step; 0 is the original DVAE.

    bad: non-finite updates in a row. series: (step, l1, l2, used, frames changed).
    """

    step: int = 0
    epoch: int = 0
    index: int = 0
    bad: int = 0
    best: int = 0
    series: list[dict[str, float]] = field(default_factory=list)


@dataclass(slots=True)
class CodebookTraining:
    """Objects of a fine-tuning. held_out: evaluation clips with their mels."""

    run: Run
    dvae: Any
    before: DvaeEvaluation
    schedule: Schedule
    mels: Mels
    held_out: Sequence[tuple[Clip, torch.Tensor]]
    device: torch.device
    optimizer: torch.optim.Optimizer
    position: Position
    weight: torch.Tensor  # (codes,), EMA of the number of frames
    total: torch.Tensor  # (dim, codes), EMA of the sum of the frames


def record_evaluation(work: CodebookTraining, log: EventLog, evaluation: DvaeEvaluation) -> None:
    """Add an evaluation on the held-out clips to the series and the log."""
    change = compare_codes(work.before.codes, evaluation.codes)
    point = {
        "step": work.position.step,
        **evaluation.numbers(),
        "frames_changed": round(change.frames, 6),
        "codes_moved": round(change.codes, 6),
    }
    work.position.series.append(point)
    best = min(valid_points(work.position.series), key=lambda point: (point["l2"], point["step"]))
    work.position.best = int(best["step"])
    log.add("codebook", **point)


def stopping_series(series: Sequence[dict[str, float]]) -> list[float]:
    """L2 by evaluation for early stopping; infinity if the codebook collapsed."""
    valid = valid_points(series)
    return [point["l2"] if point in valid else math.inf for point in series]


def valid_points(series: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    """Evaluations without codebook collapse; the first is always valid.

    A lower error with few codes is worthless, because the codes are the only audio input of the
    GPT.
    """
    minimum = series[0]["perplexity"] * COLLAPSE
    return [point for point in series if point["perplexity"] >= minimum or point is series[0]]


def save(work: CodebookTraining) -> None:
    """Write a checkpoint; keep the best and the last one."""
    position = work.position
    states = work.optimizer.state_dict()["state"]
    state = {
        "epoch": position.epoch,
        "index": position.index,
        "bad": position.bad,
        "best": position.best,
        "series": position.series,
        "events_bytes": work.run.events().size(),
    }
    tensors = {
        "weights": dvae_state(work),
        "optimizer": {
            f"{at}/{what}": value for at, one in states.items() for what, value in one.items()
        },
        "means": {"weight": work.weight, "total": work.total},
    }
    checkpoint.save(work.run.checkpoints, position.step, tensors, state)
    checkpoint.prune(work.run.checkpoints, [position.step, position.best])


def dvae_state(work: CodebookTraining) -> dict[str, torch.Tensor]:
    """DVAE state in the layout of dvae.pth, with the EMA state under coqui's names."""
    state = {key: value.detach().clone() for key, value in work.dvae.state_dict().items()}
    state["codebook.cluster_size"] = work.weight.clone()
    state["codebook.embed_avg"] = work.total.clone()
    return state


def restore(work: CodebookTraining) -> bool:
    """Restore the newest valid checkpoint; False if there is none."""
    newest, broken = checkpoint.newest(work.run.checkpoints)
    log = work.run.events()
    if newest is None:
        log.truncate(0)
        return False
    work.dvae.load_state_dict(newest.tensors("weights"))
    means = newest.tensors("means")
    work.weight, work.total = (means[name].to(work.device) for name in ("weight", "total"))
    states: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in newest.tensors("optimizer").items():
        at, _, what = key.partition("/")
        states.setdefault(int(at), {})[what] = value
    optimizer = work.optimizer.state_dict()
    optimizer["state"] = states
    work.optimizer.load_state_dict(optimizer)
    state: Any = newest.state
    work.position = Position(
        newest.step, state["epoch"], state["index"], state["bad"], state["best"], state["series"]
    )
    log.truncate(state["events_bytes"])
    log.add("resumed", step=newest.step, damaged_checkpoints=broken)
    return True
