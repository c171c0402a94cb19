"""Paired comparison of two decoders by the measures of the evaluation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.report.statistics import Interval, mean_interval

COPY, SPEECH = "copy", "speech"
NAMES = {COPY: "copy-synthesis of held-out clips", SPEECH: "test sentences"}

Values = Mapping[str, float | None]
Rows = Mapping[str, Sequence[Values]]


@dataclass(frozen=True, slots=True)
class JudgedMeasure:
    """A measure that is compared. way: 1 if higher is better, else -1.

    least: audible difference.
    """

    label: str
    way: int
    least: float


# A result is refused only for a difference that is certain and larger than ``least``: with ten
# comparisons, one of equal decoders would often be significant by chance.
JUDGED = {
    "mel_distance": JudgedMeasure("mel distance", -1, 0.0),
    "dnsmos": JudgedMeasure("DNSMOS", 1, 0.05),
    "similarity": JudgedMeasure("similarity", 1, 0.01),
    "wer": JudgedMeasure("word errors", -1, 0.02),
    "f0_error": JudgedMeasure("F0 error in semitones", -1, 0.1),
    "roughness_error": JudgedMeasure("distance of the roughness from real clips in dB", -1, 0.1),
}


@dataclass(frozen=True, slots=True)
class MeasureChange:
    """Means of a measure before and after. interval: of the paired difference, 95 %, or None.

    samples: COPY or SPEECH. count: pairs with values.
    """

    key: str
    samples: str
    before: float
    after: float
    interval: Interval | None
    count: int

    @property
    def worse(self) -> bool:
        """Whether the difference is certain, for the worse, and larger than the audible one."""
        judged = JUDGED[self.key]
        if self.interval is None:
            return False
        gains = sorted(judged.way * end for end in self.interval)
        return gains[1] < -judged.least

    def as_record(self) -> dict[str, object]:
        """Fields for the record of the result."""
        return {
            "measure": self.key,
            "samples": self.samples,
            "before": round(self.before, 5),
            "after": round(self.after, 5),
            "interval": None if self.interval is None else [round(v, 5) for v in self.interval],
            "count": self.count,
        }


def compare(before: Rows, after: Rows) -> list[MeasureChange]:
    """Change of each measure that has values, on the same samples in the same order."""
    changes = []
    for samples in (COPY, SPEECH):
        for key in JUDGED:
            pairs = [
                (one, other)
                for some, others in zip(before[samples], after[samples], strict=True)
                if (one := some.get(key)) is not None and (other := others.get(key)) is not None
            ]
            if not pairs:
                continue
            ones, others_of = np.asarray(pairs, dtype=np.float64).T
            interval = mean_interval((others_of - ones).tolist())
            means = float(ones.mean()), float(others_of.mean())
            changes.append(MeasureChange(key, samples, *means, interval, len(pairs)))
    return changes


def sentence_of(change: MeasureChange) -> str:
    """Sentence about a change, for the report."""
    judged = JUDGED[change.key]
    text = (
        f"{judged.label[0].upper()}{judged.label[1:]} of {NAMES[change.samples]}:"
        f" {change.before:.3f} before, {change.after:.3f} after"
    )
    if change.interval is None:
        return f"{text} ({change.count} samples, too few for an interval)."
    low, high = change.interval
    return f"{text} (difference {low:+.3f} to {high:+.3f}, {change.count} samples)."
