"""Says in words how a run is going, and why.

A loss is judged by the evaluation clips, never by the training loss, and always against step 0,
which is the base model. A run that was better before than it is now has not finished well.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["not_measured", "improves", "flat", "overfits", "falls_apart"]

FELL_APART = 1.05  # times the base model's value: worse than having done nothing
OVERFIT = 0.02  # relative loss since the best that is more than wobble
FLAT = 0.005  # relative gain over the last evaluations that counts as standing still
FLAT_WINDOW = 3  # evaluations looked back on
LEAST_GAIN = 0.002  # relative gain over the base model that counts as learning anything
# Five clips that all got better would do so by chance in 1 of 16 cases, six in 1 of 32: with fewer
# than six, not even agreement of all shows anything at the usual 1 in 20.
FEWEST_CLIPS = 6


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the run goes. at: where it was best (a step, or whatever the series counts)."""

    state: State
    sentence: str
    best_at: int | None
    best: float | None

    @property
    def finished_well(self) -> bool:
        """Whether the last state is about as good as the best, and better than the base."""
        return self.state in ("improves", "flat")


def judge(
    series: Sequence[tuple[int, float]],
    metric: str = "mel_ce",
    unit: str = "step",
    clips: int | None = None,
) -> Verdict:
    """The verdict on evaluations (at, value), in order, the first being the base model.

    clips: how many each was made on, None where that is not known; too few measure nothing.
    """
    verdict = _judge(series, metric, unit)
    finite = all(math.isfinite(value) for _, value in series)
    if clips is None or clips >= FEWEST_CLIPS or verdict.state == "not_measured" or not finite:
        return verdict
    few = "1 evaluation clip is" if clips == 1 else f"{clips} evaluation clips are"
    sentence = f"{verdict.sentence[:-1]}; but {few} too few to tell this from chance."
    return Verdict("not_measured", sentence, verdict.best_at, verdict.best)


def _judge(series: Sequence[tuple[int, float]], metric: str, unit: str) -> Verdict:
    if len(series) < 2:
        missing = "There are no evaluation clips" if not series else "Only the base was evaluated"
        return Verdict("not_measured", f"{missing}, so nothing can be said.", None, None)
    base = series[0][1]
    last_at, last = series[-1]
    bad = [at for at, value in series if not math.isfinite(value)]
    good = [(at, value) for at, value in series if math.isfinite(value)]
    if not good:
        return Verdict("falls_apart", f"{metric} was never a number.", None, None)
    best_at, best = min(good, key=lambda point: (point[1], point[0]))
    if bad:
        sentence = f"It fell apart: {metric} is not a number at {unit} {bad[0]}."
        return Verdict("falls_apart", sentence, best_at, best)
    shown = dict([series[0], (best_at, best), (last_at, last)])
    path = f"{metric} " + ", ".join(f"{value:.3f} at {unit} {at}" for at, value in shown.items())
    risen = (last - best) / best if best > 0 else last - best
    learnt = (base - best) / base if base > 0 else base - best
    if last > base * FELL_APART and learnt < LEAST_GAIN:
        return Verdict(
            "falls_apart", f"It fell apart: worse than the base model ({path}).", best_at, best
        )
    if risen > OVERFIT:
        sentence = f"It overfits: best at {unit} {best_at}, {risen:.0%} worse at the end ({path})."
        return Verdict("overfits", sentence, best_at, best)
    if learnt < LEAST_GAIN:
        return Verdict("flat", f"It learnt nothing measurable ({path}).", best_at, best)
    earlier = series[-1 - FLAT_WINDOW][1] if len(series) > FLAT_WINDOW else None
    if earlier is not None and (earlier - last) / earlier < FLAT:
        return Verdict("flat", f"It improved and has flattened ({path}).", best_at, best)
    return Verdict("improves", f"It improves ({path}).", best_at, best)


@dataclass(frozen=True, slots=True)
class Patience:
    """When to stop early. patience: evaluations without a gain of min_delta; 0 never stops."""

    patience: int
    min_delta: float

    def exhausted(self, values: Sequence[float]) -> bool:
        """Whether the last ``patience`` evaluations brought nothing over what was before them."""
        if not self.patience or len(values) <= self.patience:
            return False
        before = min(values[: -self.patience])
        return min(values[-self.patience :]) > before - self.min_delta
