"""Estimates of a decoder fine-tuning: time, memory and disk, without the weights.

Operations and saved activations are counted on meta tensors of the released sizes, which have
shapes but no values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils.flop_counter import FlopCounterMode

from trainer.backends.xtts.decoder.discriminators import Discriminators
from trainer.backends.xtts.decoder.spectra import RATE
from trainer.machine.plan import CONTEXT_GB, GIGABYTE, Card
from trainer.sections import DecoderSettings

SPEED_SHARE = 0.1  # of a GPU's peak: convolutions of few channels are bound by memory
WITH_BACKWARD = 3  # times the operations of the forward pass
BYTES = 4  # of a value; in mixed precision activations need about half of it
CHECKPOINTS = 3  # the best, the last, and one in progress


@dataclass(frozen=True, slots=True)
class DecoderPlan:
    """Estimate on a GPU.

    rows: segments that fit at once; an update is computed in parts of so many. 0: not even one.
    """

    card: str
    hours: float
    memory_gb: float
    disk_gb: float
    rows: int


@dataclass(frozen=True, slots=True)
class Work:
    """Cost of the networks. flop: of an update. parameters: trained.

    activations: bytes kept for the backward pass of one segment.
    """

    flop: float
    parameters: int
    activations: float


def count_work(vocoder: nn.Module, sizes: tuple[int, int, int], settings: DecoderSettings) -> Work:
    """Count an update. vocoder: on the meta device. sizes: latent, embedding width, hop."""
    width, embedding, hop = sizes
    frames = max(1, round(settings.segment_s * RATE / hop))
    with torch.device("meta"):
        discriminators = Discriminators(settings.discriminator_width)
        latents = torch.empty(1, width, frames)
        speaker = torch.empty(1, embedding, 1)
        real = torch.empty(1, 1, frames * hop)
    storages: dict[int, torch.UntypedStorage] = {}  # one may be saved several times

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        storages[id(storage)] = storage
        return tensor

    with FlopCounterMode(display=False) as counter, saved_tensors_hooks(keep, lambda value: value):
        generated = vocoder(latents, g=speaker)
        for wave in (real, generated, generated):  # once for each network's loss
            discriminators(wave)
    networks: Sequence[nn.Module] = (vocoder, discriminators)
    parameters = sum(value.numel() for each in networks for value in each.parameters())
    return Work(
        float(counter.get_total_flops()) * WITH_BACKWARD * settings.clips,
        parameters,
        float(sum(storage.nbytes() for storage in storages.values())),
    )


def plan(work: Work, settings: DecoderSettings, model_bytes: float, card: Card) -> DecoderPlan:
    """Estimate on a GPU. model_bytes: of the voice that is written."""
    state = work.parameters * BYTES * 4  # weights, gradients and two moments
    fixed, rows = CONTEXT_GB + state / GIGABYTE, settings.clips
    while rows > 1 and fixed + rows * work.activations / GIGABYTE > card.memory_gb:
        rows //= 2
    memory = fixed + rows * work.activations / GIGABYTE
    hours = work.flop * settings.steps / (card.tflops * 1e12 * SPEED_SHARE) / 3600
    disk = (work.parameters * BYTES * 3 * CHECKPOINTS + 2 * model_bytes) / GIGABYTE
    return DecoderPlan(card.name, hours, memory, disk, rows if memory <= card.memory_gb else 0)


def meta_vocoder(args: Any) -> nn.Module:  # noqa: ANN401 - coqui-tts has no types
    """Vocoder of the released width on the meta device. args: network sizes of a base."""
    from trainer.backends.xtts.vocoder import RELEASED_WIDTH, new_decoder

    decoder: Any = new_decoder(args, RELEASED_WIDTH)  # its mel filters need values
    vocoder: nn.Module = decoder.waveform_decoder
    return vocoder.to("meta")
