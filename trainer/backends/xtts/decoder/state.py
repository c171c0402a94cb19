"""State of the decoder fine-tuning: networks, optimizers, position; checkpoints and resume."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from trainer.backends.xtts.decoder.latents import DecoderClips
from trainer.optim.optimizer import load_state, state_tensors
from trainer.runs import checkpoint
from trainer.runs.making import MakingPosition, resume
from trainer.runs.run import Run

if TYPE_CHECKING:
    from torch.amp.grad_scaler import GradScaler

STATES = ("optimizer", "discriminator_optimizer")


@dataclass(slots=True)
class DecoderTraining:
    """Objects of a fine-tuning. optimizers: of the vocoder and of the discriminators."""

    run: Run
    vocoder: nn.Module
    discriminators: nn.Module
    optimizers: tuple[torch.optim.Optimizer, torch.optim.Optimizer]
    scaler: "GradScaler"
    clips: DecoderClips
    device: torch.device
    position: MakingPosition


def save(work: DecoderTraining) -> None:
    """Write a checkpoint; keep the best and the last one."""
    networks = (work.vocoder, work.discriminators)
    states = {
        name: state_tensors(optimizer, network)
        for name, optimizer, network in zip(STATES, work.optimizers, networks, strict=True)
    }
    tensors = {
        "weights": dict(work.vocoder.state_dict()),
        "discriminators": dict(work.discriminators.state_dict()),
        **states,
    }
    position = work.position
    state = {
        **{key: value for key, value in asdict(position).items() if key != "step"},
        "scaler": work.scaler.state_dict(),
        "events_bytes": work.run.events().size(),
    }
    checkpoint.save(work.run.checkpoints, position.step, tensors, state)
    checkpoint.prune(work.run.checkpoints, [position.step, position.best])


def restore(work: DecoderTraining) -> bool:
    """Restore the newest valid checkpoint; False if there is none."""

    def load(saved: checkpoint.Checkpoint) -> None:
        work.vocoder.load_state_dict(saved.tensors("weights"))
        work.discriminators.load_state_dict(saved.tensors("discriminators"))
        networks = (work.vocoder, work.discriminators)
        for name, optimizer, network in zip(STATES, work.optimizers, networks, strict=True):
            load_state(optimizer, network, saved.tensors(name))
        state: Any = dict(saved.state)
        work.scaler.load_state_dict(state.pop("scaler"))
        del state["events_bytes"]
        work.position = MakingPosition(step=saved.step, **state)

    return resume(work.run, load)


def best_weights(work: DecoderTraining) -> Mapping[str, torch.Tensor]:
    """Vocoder weights of the step with the lowest mel distance on the held-out clips."""
    return checkpoint.load(work.run.checkpoints, work.position.best).tensors("weights")


def checkpoint_bytes(work: DecoderTraining) -> int:
    """Size of a checkpoint: the networks and two moments of each, float32."""
    networks = (work.vocoder, work.discriminators)
    return 12 * sum(value.numel() for each in networks for value in each.parameters())
