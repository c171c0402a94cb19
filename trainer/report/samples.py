"""The spoken samples of an evaluation: which are worst and best of a category, and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.report.figures import Figure, Inline, figure, inline
from trainer.report.provenance import Address, all_where, line
from trainer.report.run_files import MANIFEST, RESULTS, RunFiles
from trainer.report.sources import Row

Sample = tuple[int, Row]


@dataclass(frozen=True, slots=True)
class Defect:
    """Something a measure can hold against a sample. worst: how bad it is, None if it is not."""

    key: str
    sentence: str
    worst: Callable[[float], float | None]
    form: str = ".2f"


# In the order in which a listener minds them.
DEFECTS = (
    Defect("length_ratio", "nobody speaks in it", lambda value: None if value else 1.0, ".0f"),
    Defect("early_stop", "it ended before the text was said", lambda value: value or None, ".0f"),
    Defect("run_on", "it went on after the text was said", lambda value: value or None, ".0f"),
    Defect("wer", "word errors {}", lambda value: value or None),
    Defect("similarity", "similarity to the voice {}", lambda value: 1 - value),
    Defect("dnsmos", "DNSMOS {}", lambda value: 5 - value, ".1f"),
)


@dataclass(frozen=True)
class Samples:
    """The samples of a run."""

    run: RunFiles

    @property
    def spoken(self) -> list[Sample]:
        """All samples with their lines."""
        return [pair for pair in self.run.sources.found(RESULTS) if "sample" in pair[1]]

    @property
    def checkpoints(self) -> list[int]:
        """The steps that spoke, in order."""
        return sorted({row["checkpoint"] for _, row in self.spoken})

    @property
    def shipped(self) -> int | None:
        """The step that is judged: the best one where it spoke, else the last that did.

        0 only of a model as it was released.
        """
        if self.run.as_shipped and self.checkpoints == [0]:
            return 0
        steps = [step for step in self.checkpoints if step]
        best = self.run.best
        if best is not None and best[1]["step"] in steps:
            return int(best[1]["step"])
        return steps[-1] if steps else None

    def of(self, checkpoint: int, category: object = ...) -> list[Sample]:
        """What a checkpoint spoke, of one category if it is named."""
        return [
            (number, row)
            for number, row in self.spoken
            if row["checkpoint"] == checkpoint
            and (category is ... or row["sentence"]["category"] == category)
        ]

    def ends(self, checkpoint: int, category: object) -> tuple[Sample, Sample] | None:
        """The best and the worst of a category; None where there are not two to choose from."""
        there = sorted(self.of(checkpoint, category), key=lambda pair: badness(pair[1]))
        return (there[0], there[-1]) if len(there) > 1 else None

    def why(self, sample: Sample) -> Inline:
        """What the measures say against a sample, with the figures."""
        number, row = sample
        if row.get("fault"):
            return (self.get("text", line(RESULTS, number, "fault"), form="s"),)
        content: list[Inline] = []
        for reason in DEFECTS:
            value = row["measures"].get(reason.key)
            if value is None or reason.worst(float(value)) is None:
                continue
            place = line(RESULTS, number, "measures", reason.key)
            wanted = "{}" in reason.sentence
            shown = [self.get("value", place, form=reason.form)] if wanted else []
            content.append(inline(reason.sentence, *shown))
        if not content:
            return inline("nothing was measured of it")
        joined: list[str | Figure] = []
        for at, part in enumerate(content):
            joined += ["; "] if at else []
            joined += part
        return tuple(joined)

    def get(self, how: str, *addresses: Address, form: str = ".3f") -> Figure:
        """A figure out of the run's files."""
        return figure(self.run.sources, how, *addresses, form=form)

    def wav(self, row: Row) -> Path | None:
        """Where a sample's sound is."""
        return self.run.folder / row["wav"] if row.get("wav") else None

    def clip(self, name: object) -> tuple[Path | None, Address | None]:
        """Where a real clip's sound is, and where its text stands; None without the bundle."""
        if name is None or self.run.bundle is None:
            return None, None
        rows = self.run.sources.found(MANIFEST, id=name)
        if not rows:
            return None, None
        number, row = rows[0]
        return self.run.bundle / str(row["audio"]), line(MANIFEST, number, "text")

    def measured(self, key: str, checkpoint: int, **more: object) -> Address:
        """A measure of everything a checkpoint spoke."""
        wanted = {"checkpoint": checkpoint, **{k.replace("__", "."): v for k, v in more.items()}}
        return all_where(RESULTS, wanted, "measures", key)

    def by_sentence(self, key: str, checkpoint: int) -> Address:
        """The same by sentence and seed, to be compared with another checkpoint's."""
        by = ("sentence.id", "seed")
        return all_where(RESULTS, {"checkpoint": checkpoint}, "measures", key, by=by)


def badness(row: Row) -> tuple[float, ...]:
    """Sorts samples from best to worst: what a listener minds most comes first."""
    if row.get("fault"):
        return (1.0,)
    values: list[float] = [0.0]
    for reason in DEFECTS:
        value: Any = row["measures"].get(reason.key)
        worst = None if value is None else reason.worst(float(value))
        values.append(worst or 0.0)
    return tuple(values)


def categories_spoken(samples: Sequence[Sample]) -> list[str | None]:
    """The categories of samples in order; those without one last."""
    found = {row["sentence"]["category"] for _, row in samples}
    return sorted(found, key=lambda kind: (kind is None, kind or ""))
