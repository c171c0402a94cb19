"""Where a fine-tuning of the DVAE is: measured, saved, and gone on from."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from trainer.backends.xtts.codes import Heard, moved
from trainer.bundle.manifest import Clip
from trainer.bundle.sampler import Schedule
from trainer.runs import checkpoint
from trainer.runs.events import EventLog
from trainer.runs.run import Run

COLLAPSE = 0.8  # of the perplexity before; below it, sounds are no longer told apart

Mels = dict[str, torch.Tensor]


@dataclass(slots=True)
class Place:
    """Where it is. step: updates done. best: the step that is kept; 0 is the DVAE as it was.

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
    """Everything the fine-tuning needs. held_out: clips it never learns from, with their mels."""

    run: Run
    dvae: Any
    before: Heard
    schedule: Schedule
    mels: Mels
    held_out: Sequence[tuple[Clip, torch.Tensor]]
    device: torch.device
    optimizer: torch.optim.Optimizer
    place: Place
    weight: torch.Tensor  # (codes,), running mean of how many frames each code has
    total: torch.Tensor  # (dim, codes), running mean of the sum of its frames


def note(work: CodebookTraining, log: EventLog, heard: Heard) -> None:
    """Write down how it does on clips it never learns from."""
    change = moved(work.before.codes, heard.codes)
    point = {
        "step": work.place.step,
        **heard.numbers(),
        "frames_changed": round(change.frames, 6),
        "codes_moved": round(change.codes, 6),
    }
    work.place.series.append(point)
    best = min(sound_points(work.place.series), key=lambda one: (one["l2"], one["step"]))
    work.place.best = int(best["step"])
    log.add("codebook", **point)


def judged(series: Sequence[dict[str, float]]) -> list[float]:
    """The error of each measurement; a collapsed codebook is no gain."""
    sound = sound_points(series)
    return [point["l2"] if point in sound else math.inf for point in series]


def sound_points(series: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    """The measurements at which the codebook had not fallen together; the first always counts.

    Giving the sound back a little better with a handful of codes is easy, and worthless: the codes
    are all that the GPT is told about the sound.
    """
    least = series[0]["perplexity"] * COLLAPSE
    return [point for point in series if point["perplexity"] >= least or point is series[0]]


def save(work: CodebookTraining) -> None:
    """A checkpoint of where it is; the best one and the last one are kept."""
    place = work.place
    states = work.optimizer.state_dict()["state"]
    state = {
        "epoch": place.epoch,
        "index": place.index,
        "bad": place.bad,
        "best": place.best,
        "series": place.series,
        "events_bytes": work.run.events().size(),
    }
    tensors = {
        "weights": whole_state(work),
        "optimizer": {
            f"{at}/{what}": value for at, one in states.items() for what, value in one.items()
        },
        "means": {"weight": work.weight, "total": work.total},
    }
    checkpoint.save(work.run.checkpoints, place.step, tensors, state)
    checkpoint.prune(work.run.checkpoints, [place.step, place.best])


def whole_state(work: CodebookTraining) -> dict[str, torch.Tensor]:
    """The DVAE as dvae.pth holds it, with the running means where coqui's code looks for them."""
    state = {key: value.detach().clone() for key, value in work.dvae.state_dict().items()}
    state["codebook.cluster_size"] = work.weight.clone()
    state["codebook.embed_avg"] = work.total.clone()
    return state


def restore(work: CodebookTraining) -> bool:
    """Go to the newest whole checkpoint, if there is one."""
    found, broken = checkpoint.newest(work.run.checkpoints)
    log = work.run.events()
    if found is None:
        log.truncate(0)
        return False
    work.dvae.load_state_dict(found.tensors("weights"))
    means = found.tensors("means")
    work.weight, work.total = (means[name].to(work.device) for name in ("weight", "total"))
    by_place: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in found.tensors("optimizer").items():
        at, _, what = key.partition("/")
        by_place.setdefault(int(at), {})[what] = value
    whole = work.optimizer.state_dict()
    whole["state"] = by_place
    work.optimizer.load_state_dict(whole)
    state: Any = found.state
    work.place = Place(
        found.step, state["epoch"], state["index"], state["bad"], state["best"], state["series"]
    )
    log.truncate(state["events_bytes"])
    log.add("resumed", step=found.step, damaged_checkpoints=broken)
    return True
