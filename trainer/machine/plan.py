"""What a run will take, before it is paid for: steps, memory, hours, money.

These are estimates from counting: parameters, floating-point operations and bytes. ``--probe``
replaces them by a measurement on the device at hand.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trainer.backends import target_of
from trainer.bundle.manifest import Clip
from trainer.bundle.sampler import Schedule, category
from trainer.config import TrainConfig
from trainer.data.dataset import steps_of
from trainer.machine.network_sizes import network_sizes

GIGABYTE = 1 << 30
PROMPT_S = 6.0  # the length of prompt that a family's prompt_flop is of
CONTEXT_GB = 0.8  # what CUDA and cuDNN take for themselves
SPEED_SHARE = 0.35  # of a GPU's peak that training of this size reaches; published runs: 0.25-0.45
EVALUATION_SHARE = 1.1  # evaluations and checkpoints on top of the steps
# Values kept for the backward pass, per token and layer, in units of the width; attention extra.
ACTIVATIONS_PER_LAYER = 34.0
ACTIVATIONS_CHECKPOINTED = 2.0


@dataclass(frozen=True, slots=True)
class Card:
    """A GPU. tflops: dense, in the precision the presets choose for it."""

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
    """What a run takes on a card. heard: how often a clip of each category is heard, in all."""

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
    """The plan of training these clips so on this card."""
    updates = schedule.epoch(0)
    steps = config.sched.total_steps or steps_of(schedule, config.sched.epochs)
    epochs = steps / max(1, len(updates))
    positions, padded, largest = _positions(schedule, updates)
    memory = memory_gb(config, largest)
    flop = _flop(config, padded, sum(map(len, updates))) / max(1, len(updates)) * steps
    hours = flop / (card.tflops * 1e12 * SPEED_SHARE) * EVALUATION_SHARE / 3600
    return Plan(
        card=card.name,
        steps=steps,
        updates_per_epoch=len(updates),
        epochs=epochs,
        heard=_heard(schedule, epochs),
        padding=1 - positions / padded if padded else 0.0,
        memory_gb=memory,
        fits=memory <= card.memory_gb,
        hours=hours,
        money=hours * price if price is not None else None,
        disk_gb=disk_gb(config),
        preset=preset_for(card.memory_gb),
    )


def too_little(config: TrainConfig, hours: float) -> str | None:
    """A warning where every weight is to learn from little speech; None where that is no worry."""
    sizes = network_sizes(target_of(config))
    if config.adapt.mode != "full" or config.model.random or hours >= sizes.full_hours:
        return None
    amount = f"{hours:.1f} hours" if hours >= 1 else f"{hours * 60:.0f} minutes"
    return (
        f"{amount} of speech are little for training all {sizes.parameters / 1e6:.0f} million "
        "weights: such runs overfit early. Adapters (adapt.mode=lora) forget less; either way the "
        "guard keeps the best step."
    )


def preset_for(memory_gb: float) -> str:
    """The preset made for so much memory."""
    for least, name in ((80, "80gb"), (24, "24gb"), (16, "16gb"), (12, "12gb")):
        if memory_gb >= least * 0.95:  # a "24 GB" card offers a little less
            return name
    return "8gb"


def learning(config: TrainConfig) -> float:
    """Parameters that learn, on the released model."""
    sizes = network_sizes(target_of(config))
    if config.adapt.mode == "lora":
        share = len(config.adapt.targets) / sizes.lora_targets if config.adapt.targets else 1.0
        return sizes.lora_parameters_per_rank * config.adapt.r * share
    if config.adapt.mode == "partial" and "transformer" not in config.adapt.parts:
        return sizes.other_parameters
    return sizes.parameters


def memory_gb(config: TrainConfig, positions: int) -> float:
    """Peak memory of an update whose largest micro-batch has so many positions."""
    sizes = network_sizes(target_of(config))
    weights = sizes.parameters * 4
    moments = 2 if config.optim.eight_bit else 8
    state = learning(config) * (4 + moments + (4 if config.ema.on else 0))
    per_value = 4 if config.precision.amp == "off" else 2
    kept = (
        ACTIVATIONS_CHECKPOINTED if config.precision.checkpointing else ACTIVATIONS_PER_LAYER
    ) * sizes.layers
    kept += ACTIVATIONS_PER_LAYER  # one layer is always whole
    activations = positions * sizes.width * kept * per_value
    logits = positions * sizes.speech_choices * 4 * 3
    copies = 0 if per_value == 4 else weights / 2  # autocast keeps the weights in 16 bits, too
    return CONTEXT_GB + (weights + copies + state + activations + logits) / GIGABYTE


def disk_gb(config: TrainConfig) -> float:
    """Checkpoints kept at once, the best, one being written, and an export."""
    each = learning(config) * (4 + 8 + (4 if config.ema.on else 0))
    export = network_sizes(target_of(config)).export_gb
    return each * (config.ckpt.keep_last + 2) / GIGABYTE + export


def _flop(config: TrainConfig, positions: float, clips: int) -> float:
    """Operations of an epoch: forward and backward, 6 a parameter and position if all learns.

    Frozen weights need no gradient of their own: 4 instead of 6. Checkpointing adds a forward.
    """
    per = {"full": 6.0, "partial": 4.0, "lora": 4.0}[config.adapt.mode]
    per += 2.0 if config.precision.checkpointing else 0.0
    seconds = (config.data.prompt_min_s + config.data.prompt_max_s) / 2
    sizes = network_sizes(target_of(config))
    prompts = clips * sizes.prompt_flop * seconds / PROMPT_S * per / 2
    return positions * sizes.transformer_parameters * per + prompts


def _positions(schedule: Schedule, updates: Sequence[Sequence[int]]) -> tuple[int, int, int]:
    """Positions of an epoch without and with padding, and of its largest micro-batch."""
    used = padded = largest = 0
    for update in updates:
        for batch in schedule.share(tuple(update), 0, 1):
            lengths = [schedule.lengths[place] for place in batch]
            used += sum(lengths)
            padded += max(lengths) * len(lengths)
            largest = max(largest, max(lengths) * len(lengths))
    return used, padded, largest


def _heard(schedule: Schedule, epochs: float) -> dict[str, float]:
    """How often a clip of each category is heard in so many epochs, on average."""
    sums: dict[str, list[float]] = {}
    for clip, weight in zip(schedule.clips, schedule.weights(), strict=True):
        sums.setdefault(category(clip), []).append(weight)
    return {
        kind: math.fsum(weights) / len(weights) * epochs for kind, weights in sorted(sums.items())
    }


def schedule_for(clips: Sequence[Clip], lengths: Sequence[int], config: TrainConfig) -> Schedule:
    """Who is heard when, known before anything is encoded."""
    return Schedule(
        list(clips), list(lengths), config.sampler, config.optim.effective_clips, config.run.seed
    )
