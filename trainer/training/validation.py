"""The loss on clips that are never trained on: raw nats a target, in total and by category.

Sums are divided by counts at the very end, so that a short batch does not weigh as much as a long
one, and the same prompts are used every time, so that two evaluations differ only by the network.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trainer.backends import Backend
from trainer.bundle.sampler import Schedule, category
from trainer.data.prompts import Prompts
from trainer.runs.distributed import World

if TYPE_CHECKING:
    from torch import nn

REPORTED = ("text", "mel", "eos")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Mean nats by name ("mel_ce", ...), the same by category, and how many clips.

    each: by clip its mel_ce and how many targets it is the mean of; what chance a difference has
    to be one of these clips only is reckoned from it.
    """

    total: Mapping[str, float]
    categories: Mapping[str, Mapping[str, float]]
    clips: int
    each: Mapping[str, tuple[float, int]]


def evaluate(
    network: "nn.Module",
    backend: Backend,
    schedule: Schedule,
    prompts: Prompts,
    world: World,
    *,
    prompt_s: float,
    autocast: AbstractContextManager[object],
) -> Evaluation:
    """The network's loss on the clips of ``schedule``, shared among the processes."""
    import torch

    kinds = sorted({category(clip) for clip in schedule.clips})
    parts = list(backend.parts)
    sums = np.zeros((len(kinds), len(parts)))
    counts = np.zeros((len(kinds), len(parts)))
    alone = np.zeros((len(schedule.clips), 2))  # sum and count of one clip's speech codes
    mel = parts.index("mel")
    was_training = network.training
    network.eval()
    mine = schedule.share(tuple(range(len(schedule.clips))), world.rank, world.ranks)
    with torch.no_grad(), autocast:
        for places in mine:
            clips = [schedule.clips[place] for place in places]
            batch = backend.batch([prompts.eval_item(clip, prompt_s) for clip in clips])
            found = network(batch.to(world.device)).double().cpu().numpy()
            alone[list(places)] = np.stack([found[:, mel], batch.counts[:, mel]], axis=1)
            for row, clip in enumerate(clips):
                sums[kinds.index(category(clip))] += found[row]
                counts[kinds.index(category(clip))] += batch.counts[row]
    network.train(was_training)
    both = world.total(np.stack([sums, counts]))
    alone = world.total(alone)
    return Evaluation(
        means(both[0].sum(axis=0), both[1].sum(axis=0), backend),
        {kind: means(both[0][at], both[1][at], backend) for at, kind in enumerate(kinds)},
        len(schedule.clips),
        {
            clip.id: (float(nats / many), int(many))
            for clip, (nats, many) in zip(schedule.clips, alone, strict=True)
            if many
        },
    )


def means(
    sums: NDArray[np.float64], counts: NDArray[np.float64], backend: Backend
) -> dict[str, float]:
    """Nats per target of each reported part, and the weighted loss of training."""
    parts = list(backend.parts)
    per = {name: sums[at] / counts[at] for at, name in enumerate(parts) if counts[at]}
    found = {f"{name}_ce": float(per[name]) for name in REPORTED if name in per}
    loss = 0.0
    for part, (weight, over) in backend.objective().items():
        if counts[parts.index(over)]:
            loss += weight * float(sums[parts.index(part)] / counts[parts.index(over)])
    found["loss"] = loss
    return found


def values(evaluations: Sequence[tuple[int, Mapping[str, float]]], metric: str) -> list[float]:
    """One metric of each evaluation."""
    return [found[metric] for _, found in evaluations]
