"""State of the DVAE fine-tuning: evaluations, checkpoints, resume."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from trainer.backends.xtts.codes import DvaeEvaluation, compare_codes
from trainer.bundle.manifest import Clip
from trainer.bundle.sampler import Schedule
from trainer.runs import checkpoint
from trainer.runs.events import EventLog
from trainer.runs.making import MakingPosition, resume
from trainer.runs.run import Run

COLLAPSE = 0.8  # minimum perplexity, relative to step 0

Mels = dict[str, torch.Tensor]


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
    position: MakingPosition
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

    def load(saved: checkpoint.Checkpoint) -> None:
        work.dvae.load_state_dict(saved.tensors("weights"))
        means = saved.tensors("means")
        work.weight, work.total = (means[name].to(work.device) for name in ("weight", "total"))
        states: dict[int, dict[str, torch.Tensor]] = {}
        for key, value in saved.tensors("optimizer").items():
            at, _, what = key.partition("/")
            states.setdefault(int(at), {})[what] = value
        optimizer = work.optimizer.state_dict()
        optimizer["state"] = states
        work.optimizer.load_state_dict(optimizer)
        state: Any = saved.state
        work.position = MakingPosition(
            saved.step, *(state[key] for key in ("epoch", "index", "bad", "best", "series"))
        )

    return resume(work.run, load)
