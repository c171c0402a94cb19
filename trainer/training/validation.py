"""Loss on held-out clips: nats per target, in total, by category and by clip.

Sums are divided by counts at the end, so that a clip's weight is its number of targets. Prompts
are the same at every evaluation, so that two evaluations differ only by the network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.backends import Backend
from trainer.bundle.sampler import Schedule, category
from trainer.training.session import Session

REPORTED = ("text", "mel", "eos")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Mean nats by name ("mel_ce", ...), the same by category, and the number of clips.

    per_clip: (mel_ce, number of targets) by clip id, for bootstrap intervals of differences.
    """

    total: Mapping[str, float]
    categories: Mapping[str, Mapping[str, float]]
    clips: int
    per_clip: Mapping[str, tuple[float, int]]


def evaluate(session: Session, schedule: Schedule) -> Evaluation:
    """The network's loss on the clips of ``schedule``, divided among the ranks."""
    import torch

    network, backend, world = session.network, session.backend, session.world
    prompts, prompt_s = session.dataset.prompts, session.config.eval.prompt_s
    names = sorted({category(clip) for clip in schedule.clips})
    parts = list(backend.parts)
    sums = np.zeros((len(names), len(parts)))
    counts = np.zeros((len(names), len(parts)))
    by_clip = np.zeros((len(schedule.clips), 2))  # sum and count of each clip's audio codes
    mel = parts.index("mel")
    was_training = network.training
    network.eval()
    shared = schedule.share(tuple(range(len(schedule.clips))), world.rank, world.ranks)
    with torch.no_grad(), session.autocast():
        for indices in shared:
            clips = [schedule.clips[index] for index in indices]
            batch = backend.batch([prompts.eval_item(clip, prompt_s) for clip in clips])
            losses = network(batch.to(world.device)).double().cpu().numpy()
            by_clip[list(indices)] = np.stack([losses[:, mel], batch.counts[:, mel]], axis=1)
            for row, clip in enumerate(clips):
                sums[names.index(category(clip))] += losses[row]
                counts[names.index(category(clip))] += batch.counts[row]
    network.train(was_training)
    sums, counts = world.all_reduce(np.stack([sums, counts]))
    by_clip = world.all_reduce(by_clip)
    return Evaluation(
        means(sums.sum(axis=0), counts.sum(axis=0), backend),
        {name: means(sums[at], counts[at], backend) for at, name in enumerate(names)},
        len(schedule.clips),
        {
            clip.id: (float(nats / targets), int(targets))
            for clip, (nats, targets) in zip(schedule.clips, by_clip, strict=True)
            if targets
        },
    )


def means(
    sums: NDArray[np.float64], counts: NDArray[np.float64], backend: Backend
) -> dict[str, float]:
    """Nats per target of each reported part, and the weighted training loss."""
    parts = list(backend.parts)
    per_target = {name: sums[at] / counts[at] for at, name in enumerate(parts) if counts[at]}
    result = {f"{name}_ce": float(per_target[name]) for name in REPORTED if name in per_target}
    loss = 0.0
    for part, (weight, over) in backend.objective().items():
        if counts[parts.index(over)]:
            loss += weight * float(sums[parts.index(part)] / counts[parts.index(over)])
    result["loss"] = loss
    return result


def values(evaluations: Sequence[tuple[int, Mapping[str, float]]], metric: str) -> list[float]:
    """The values of one metric, in order of the evaluations."""
    return [means[metric] for _, means in evaluations]
