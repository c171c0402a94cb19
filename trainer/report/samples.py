"""Synthesised samples of an evaluation, ranked from best to worst by their measures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.report.figures import Figure, Inline, figure, inline
from trainer.report.provenance import Address, all_where, line
from trainer.report.rows import Row
from trainer.report.run_files import MANIFEST, RESULTS, RunFiles
from trainer.report.sounds import sound_file

Sample = tuple[int, Row]


@dataclass(frozen=True, slots=True)
class Defect:
    """Defect of a sample by one measure. worst: severity of a value, None if no defect."""

    key: str
    sentence: str
    worst: Callable[[float], float | None]
    form: str = ".2f"


# Most audible first.
DEFECTS = (
    Defect("length_ratio", "no speech", lambda value: None if value else 1.0, ".0f"),
    Defect("early_stop", "stopped early", lambda value: value or None, ".0f"),
    Defect("run_on", "overran", lambda value: value or None, ".0f"),
    Defect("wer", "word error rate {}", lambda value: value or None),
    Defect("similarity", "similarity {}", lambda value: 1 - value),
    Defect("dnsmos", "DNSMOS {}", lambda value: 5 - value, ".1f"),
)


@dataclass(frozen=True)
class Samples:
    """Samples of a run's evaluation."""

    run: RunFiles

    @property
    def spoken(self) -> list[Sample]:
        """All samples with their line numbers."""
        return [pair for pair in self.run.sources.rows(RESULTS) if "sample" in pair[1]]

    @property
    def checkpoints(self) -> list[int]:
        """Evaluated steps, in order."""
        return sorted({row["checkpoint"] for _, row in self.spoken})

    @property
    def shipped(self) -> int | None:
        """Recommended step: the best if evaluated, else the last; 0 for a released model."""
        if self.run.as_shipped and self.checkpoints == [0]:
            return 0
        steps = [step for step in self.checkpoints if step]
        best = self.run.best
        if best is not None and best[1]["step"] in steps:
            return int(best[1]["step"])
        return steps[-1] if steps else None

    def of(self, checkpoint: int, category: object = ...) -> list[Sample]:
        """Samples of a checkpoint, optionally of one category."""
        return [
            (number, row)
            for number, row in self.spoken
            if row["checkpoint"] == checkpoint
            and (category is ... or row["sentence"]["category"] == category)
        ]

    def ends(self, checkpoint: int, category: object) -> tuple[Sample, Sample] | None:
        """Best and worst sample of a category; None with fewer than two."""
        ranked = sorted(self.of(checkpoint, category), key=lambda pair: badness(pair[1]))
        return (ranked[0], ranked[-1]) if len(ranked) > 1 else None

    def why(self, sample: Sample) -> Inline:
        """Defects of a sample, with figures."""
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
            return inline("not measured")
        joined: list[str | Figure] = []
        for at, part in enumerate(content):
            joined += ["; "] if at else []
            joined += part
        return tuple(joined)

    def get(self, how: str, *addresses: Address, form: str = ".3f") -> Figure:
        """The result of an operation on addresses in the run's files."""
        return figure(self.run.sources, how, *addresses, form=form)

    def wav(self, row: Row) -> Path | None:
        """Audio file of a sample."""
        return sound_file(self.run.folder, row.get("wav"))

    def clip(self, name: object) -> tuple[Path | None, Address | None]:
        """Audio file and text address of a real clip; None without the bundle."""
        if name is None or self.run.bundle is None:
            return None, None
        rows = self.run.sources.rows(MANIFEST, id=name)
        if not rows:
            return None, None
        number, row = rows[0]
        return sound_file(self.run.bundle, row["audio"]), line(MANIFEST, number, "text")

    def measured(self, key: str, checkpoint: int, **more: object) -> Address:
        """Address of a measure over all samples of a checkpoint."""
        wanted = {"checkpoint": checkpoint, **{k.replace("__", "."): v for k, v in more.items()}}
        return all_where(RESULTS, wanted, "measures", key)

    def by_sentence(self, key: str, checkpoint: int) -> Address:
        """Address of a measure keyed by sentence and seed, for paired comparison."""
        by = ("sentence.id", "seed")
        return all_where(RESULTS, {"checkpoint": checkpoint}, "measures", key, by=by)


def badness(row: Row) -> tuple[float, ...]:
    """Sort key from best to worst, most audible defect first."""
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
    names = {row["sentence"]["category"] for _, row in samples}
    return sorted(names, key=lambda kind: (kind is None, kind or ""))
