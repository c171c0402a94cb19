"""Learning rate schedule."""

import math

from trainer.sections import Sched


def learning_rate(step: int, total: int, peak: float, settings: Sched) -> float:
    """Learning rate of update ``step`` (0-based) of ``total``.

    Linear warm-up to ``peak``, then cosine decay to ``min_lr`` x peak at the last update, or
    constant. stock: constant without warm-up, as in coqui's recipe, whose first milestone is at
    900,000 steps.
    """
    if settings.kind == "stock":
        return peak
    warmup = warmup_steps(total, settings)
    if step < warmup:
        return peak * (step + 1) / warmup
    if settings.kind == "constant":
        return peak
    progress = (step - warmup) / max(1, total - 1 - warmup)
    factor = 0.5 * (1.0 + math.cos(math.pi * min(1.0, progress)))
    return peak * (settings.min_lr + (1.0 - settings.min_lr) * factor)


def warmup_steps(total: int, settings: Sched) -> int:
    """Number of warm-up updates."""
    return math.ceil(settings.warmup * total)
