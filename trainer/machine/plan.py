"""Estimates of a run's steps, memory, hours and cost.

Computed from counts of parameters, floating-point operations and bytes; ``--probe`` measures on
the current device instead.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trainer.bundle.manifest import Clip
from trainer.bundle.sampler import Schedule, category
from trainer.config import TrainConfig
from trainer.data.dataset import steps_of
from trainer.families import target_of
from trainer.machine.network_sizes import network_sizes

GIGABYTE = 1 << 30
PROMPT_S = 6.0  # prompt length that prompt_flop refers to
CONTEXT_GB = 0.8  # memory of CUDA and cuDNN
SPEED_SHARE = 0.35  # share of a GPU's peak; published runs: 0.25-0.45
EVALUATION_SHARE = 1.1  # factor for evaluations and checkpoints
# Of the test sentences during training: a copy of the network in float32 speaks beside it.
WHISPER_GB = 0.4  # base, float16, with its workspace
SENTENCE_S = 8.0  # synthesis and transcription of one sentence, and its part of the export
# Values kept for the backward pass per token and layer, in units of the width, without attention.
ACTIVATIONS_PER_LAYER = 34.0
ACTIVATIONS_CHECKPOINTED = 2.0


@dataclass(frozen=True, slots=True)
class Card:
    """A GPU. tflops: dense, in the precision of its preset."""

    name: str
    memory_gb: float
    tflops: float


CARDS = (
    Card("RTX 4060, 8 GB", 8, 60),
    Card("RTX 3060, 12 GB", 12, 51),
    Card("T4, 16 GB (fp16)", 16, 65),
    Card("RTX 4090, 24 GB", 24, 165),
    Card("A100, 80 GB", 80, 312),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Estimate for a run on a GPU. heard: total repetitions of a clip, by category."""

    card: str
    steps: int
    updates_per_epoch: int
    epochs: float
    heard: Mapping[str, float]
    padding: float
    memory_gb: float
    fits: bool
    hours: float
    money: float | None
    disk_gb: float
    preset: str


def plan(schedule: Schedule, config: TrainConfig, card: Card, price: float | None) -> Plan:
    """Estimate the training of a schedule on a GPU. price: per hour, None if unknown."""
    updates = schedule.epoch(0)
    steps = config.sched.total_steps or steps_of(schedule, config.sched.epochs)
    epochs = steps / max(1, len(updates))
    positions, padded, largest = _positions(schedule, updates)
    memory = memory_gb(config, largest)
    flop = _flop(config, padded, sum(map(len, updates))) / max(1, len(updates)) * steps
    hours = flop / (card.tflops * 1e12 * SPEED_SHARE) * EVALUATION_SHARE / 3600
    hours += speech_hours(config, steps, len(updates))
    return Plan(
        card=card.name,
        steps=steps,
        updates_per_epoch=len(updates),
        epochs=epochs,
        heard=_repetitions(schedule, epochs),
        padding=1 - positions / padded if padded else 0.0,
        memory_gb=memory,
        fits=memory <= card.memory_gb,
        hours=hours,
        money=hours * price if price is not None else None,
        disk_gb=disk_gb(config),
        preset=preset_for(card.memory_gb),
    )


def warn_little_data(config: TrainConfig, hours: float) -> str | None:
    """Warning if all weights are trained on little speech, else None."""
    sizes = network_sizes(target_of(config))
    if config.adapt.mode != "full" or config.model.random or hours >= sizes.full_hours:
        return None
    amount = f"{hours:.1f} hours" if hours >= 1 else f"{hours * 60:.0f} minutes"
    return (
        f"{amount} of speech is little data for all {sizes.parameters / 1e6:.0f} million weights: "
        "expect early overfitting. Adapters (adapt.mode=lora) forget less; the best step is kept"
        " in "
        "either case."
    )


def preset_for(memory_gb: float) -> str:
    """Preset for an amount of GPU memory."""
    for minimum, name in ((80, "80gb"), (24, "24gb"), (16, "16gb"), (12, "12gb")):
        if memory_gb >= minimum * 0.95:  # a "24 GB" card has slightly less
            return name
    return "8gb"


def trainable_count(config: TrainConfig) -> float:
    """Number of trainable parameters of the released model."""
    sizes = network_sizes(target_of(config))
    if config.adapt.mode == "lora":
        share = len(config.adapt.targets) / sizes.lora_targets if config.adapt.targets else 1.0
        return sizes.lora_parameters_per_rank * config.adapt.r * share
    if config.adapt.mode == "partial" and "transformer" not in config.adapt.parts:
        return sizes.other_parameters
    return sizes.parameters


def memory_gb(config: TrainConfig, positions: int) -> float:
    """Peak memory in GB. positions: of the largest micro-batch."""
    sizes = network_sizes(target_of(config))
    weights = sizes.parameters * 4
    moments = 2 if config.optim.eight_bit else 8
    state = trainable_count(config) * (4 + moments + (4 if config.ema.on else 0))
    per_value = 4 if config.precision.amp == "off" else 2
    layer_units = (
        ACTIVATIONS_CHECKPOINTED if config.precision.checkpointing else ACTIVATIONS_PER_LAYER
    ) * sizes.layers
    layer_units += ACTIVATIONS_PER_LAYER  # one layer is always kept completely
    activations = positions * sizes.width * layer_units * per_value
    logits = positions * sizes.speech_choices * 4 * 3
    amp_copy = 0 if per_value == 4 else weights / 2  # autocast also keeps 16-bit weights
    training = (weights + amp_copy + state + activations + logits) / GIGABYTE
    return CONTEXT_GB + training + speech_memory_gb(config)


def speech_memory_gb(config: TrainConfig) -> float:
    """Memory in GB of what speaks and listens during training; 0 if nothing does."""
    if not config.eval.speak_sentences:
        return 0.0
    return network_sizes(target_of(config)).export_gb + WHISPER_GB


def speech_hours(config: TrainConfig, steps: int, updates_per_epoch: int) -> float:
    """Hours of the test sentences during training, at step 0 too."""
    every = config.eval.every_steps or max(1, updates_per_epoch)
    spoken = 1 + steps // (every * config.eval.speak_every)
    return spoken * config.eval.speak_sentences * SENTENCE_S / 3600


def disk_gb(config: TrainConfig) -> float:
    """Disk space in GB of the kept checkpoints, the best, one in progress, and exports.

    One export at the end, and one for the time of the test sentences during training.
    """
    checkpoint = trainable_count(config) * (4 + 8 + (4 if config.ema.on else 0))
    export = network_sizes(target_of(config)).export_gb
    exports = export * (2 if config.eval.speak_sentences else 1)
    return checkpoint * (config.ckpt.keep_last + 2) / GIGABYTE + exports


def _flop(config: TrainConfig, positions: float, clips: int) -> float:
    """Operations per epoch: 6 per parameter and position (forward and backward).

    4 for frozen weights, which need no weight gradient. Checkpointing adds a forward pass (2).
    """
    factor = {"full": 6.0, "partial": 4.0, "lora": 4.0}[config.adapt.mode]
    factor += 2.0 if config.precision.checkpointing else 0.0
    seconds = (config.data.prompt_min_s + config.data.prompt_max_s) / 2
    sizes = network_sizes(target_of(config))
    prompts = clips * sizes.prompt_flop * seconds / PROMPT_S * factor / 2
    return positions * sizes.transformer_parameters * factor + prompts


def _positions(schedule: Schedule, updates: Sequence[Sequence[int]]) -> tuple[int, int, int]:
    """Positions of an epoch without and with padding, and of the largest micro-batch."""
    unpadded = padded = largest = 0
    for update in updates:
        for batch in schedule.share(tuple(update), 0, 1):
            lengths = [schedule.lengths[index] for index in batch]
            unpadded += sum(lengths)
            padded += max(lengths) * len(lengths)
            largest = max(largest, max(lengths) * len(lengths))
    return unpadded, padded, largest


def _repetitions(schedule: Schedule, epochs: float) -> dict[str, float]:
    """Mean repetitions of a clip by category."""
    sums: dict[str, list[float]] = {}
    for clip, weight in zip(schedule.clips, schedule.weights(), strict=True):
        sums.setdefault(category(clip), []).append(weight)
    return {
        name: math.fsum(weights) / len(weights) * epochs for name, weights in sorted(sums.items())
    }


def schedule_for(clips: Sequence[Clip], lengths: Sequence[int], config: TrainConfig) -> Schedule:
    """Schedule of clips from estimated lengths, before encoding."""
    return Schedule(
        list(clips), list(lengths), config.sampler, config.optim.effective_clips, config.run.seed
    )
