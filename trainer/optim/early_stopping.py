"""Early stopping, and the verdict on the evaluation loss.

Only the loss on evaluation clips counts, never the training loss, and always relative to step 0,
which is the base model.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["not_measured", "improves", "flat", "overfits", "falls_apart"]

FELL_APART = 1.05  # ratio to the base model's value
OVERFIT = 0.02  # relative rise since the best that exceeds noise
FLAT = 0.005  # relative gain over the last evaluations below which the run is flat
FLAT_WINDOW = 3  # evaluations
LEAST_GAIN = 0.002  # relative gain over the base model that counts as an improvement
# Sign test: five clips that all improve have p = 1/16, six have p = 1/32. With fewer than six,
# no result is significant at p < 0.05.
FEWEST_CLIPS = 6


@dataclass(frozen=True, slots=True)
class Verdict:
    """State of a run. best_at: step (or other unit of the series) of the lowest value."""

    state: State
    sentence: str
    best_at: int | None
    best: float | None

    @property
    def finished_well(self) -> bool:
        """Whether the last value is close to the best and not worse than the base."""
        return self.state in ("improves", "flat")


def judge(
    series: Sequence[tuple[int, float]],
    metric: str = "mel_ce",
    unit: str = "step",
    clips: int | None = None,
) -> Verdict:
    """Verdict on evaluations (at, value), in order, the first being the base model.

    clips: evaluation clips, None if unknown; with too few the state is not_measured.
    """
    verdict = _judge(series, metric, unit)
    finite = all(math.isfinite(value) for _, value in series)
    if clips is None or clips >= FEWEST_CLIPS or verdict.state == "not_measured" or not finite:
        return verdict
    few = "1 evaluation clip is" if clips == 1 else f"{clips} evaluation clips are"
    sentence = f"{verdict.sentence[:-1]}, but {few} too few to be significant."
    return Verdict("not_measured", sentence, verdict.best_at, verdict.best)


def _judge(series: Sequence[tuple[int, float]], metric: str, unit: str) -> Verdict:
    if len(series) < 2:
        missing = "There are no evaluation clips" if not series else "Only the base was evaluated"
        return Verdict("not_measured", f"No verdict: {missing.lower()}.", None, None)
    base = series[0][1]
    last_at, last = series[-1]
    nonfinite = [at for at, value in series if not math.isfinite(value)]
    finite = [(at, value) for at, value in series if math.isfinite(value)]
    if not finite:
        return Verdict("falls_apart", f"Diverged: {metric} was never finite.", None, None)
    best_at, best = min(finite, key=lambda point: (point[1], point[0]))
    if nonfinite:
        sentence = f"Diverged: {metric} is not finite at {unit} {nonfinite[0]}."
        return Verdict("falls_apart", sentence, best_at, best)
    points = dict([series[0], (best_at, best), (last_at, last)])
    path = f"{metric} " + ", ".join(f"{value:.3f} at {unit} {at}" for at, value in points.items())
    risen = (last - best) / best if best > 0 else last - best
    gain = (base - best) / base if base > 0 else base - best
    if last > base * FELL_APART and gain < LEAST_GAIN:
        return Verdict(
            "falls_apart", f"Diverged: worse than the base model ({path}).", best_at, best
        )
    if risen > OVERFIT:
        sentence = f"Overfitting: best at {unit} {best_at}, {risen:.0%} worse at the end ({path})."
        return Verdict("overfits", sentence, best_at, best)
    if gain < LEAST_GAIN:
        return Verdict("flat", f"No measurable improvement ({path}).", best_at, best)
    earlier = series[-1 - FLAT_WINDOW][1] if len(series) > FLAT_WINDOW else None
    if earlier is not None and (earlier - last) / earlier < FLAT:
        return Verdict("flat", f"Improved, then levelled off ({path}).", best_at, best)
    return Verdict("improves", f"Improving ({path}).", best_at, best)


@dataclass(frozen=True, slots=True)
class Patience:
    """Early stopping. patience: evaluations without a gain of min_delta; 0 never stops."""

    patience: int
    min_delta: float

    def exhausted(self, values: Sequence[float]) -> bool:
        """Whether the last ``patience`` evaluations gained less than min_delta."""
        if not self.patience or len(values) <= self.patience:
            return False
        before = min(values[: -self.patience])
        return min(values[-self.patience :]) > before - self.min_delta
