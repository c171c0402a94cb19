"""The learning rate at each update."""

import math

from trainer.sections import Sched


def learning_rate(step: int, total: int, peak: float, settings: Sched) -> float:
    """The rate of update ``step`` (0-based) of ``total``.

    It rises linearly over the warm-up and reaches ``peak`` with its last update; then cosine falls
    to ``min_lr`` x peak at the last update of all. stock: the peak throughout, as coqui's recipe
    has it in practice (its first milestone is at 900,000 steps).
    """
    if settings.kind == "stock":
        return peak
    warm = warmup_steps(total, settings)
    if step < warm:
        return peak * (step + 1) / warm
    if settings.kind == "constant":
        return peak
    through = (step - warm) / max(1, total - 1 - warm)
    fall = 0.5 * (1.0 + math.cos(math.pi * min(1.0, through)))
    return peak * (settings.min_lr + (1.0 - settings.min_lr) * fall)


def warmup_steps(total: int, settings: Sched) -> int:
    """How many updates the warm-up takes."""
    return math.ceil(settings.warmup * total)
