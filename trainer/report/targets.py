"""Targets of a run by measure (minimum, goal, stretch), and which were met.

``RUN/targets.toml`` has a section per measure, such as ``[wer]`` with ``minimum = 0.15``,
``goal = 0.08`` and ``stretch = 0.04``; each level is optional.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from trainer.config import nearest
from trainer.errors import WrongUsage
from trainer.foreign_files import read_bytes, read_toml
from trainer.report.blocks import Paragraph, Section, Table
from trainer.report.figures import Figure, Inline, inline
from trainer.report.provenance import Address, line, whole
from trainer.report.quality import MEASURES
from trainer.report.run_figures import RunFigures
from trainer.report.run_files import EVENTS, TARGETS, RunFiles
from trainer.report.samples import Samples
from trainer.runs.files import write_atomically

LEVELS = ("minimum", "goal", "stretch")
LOSSES = {
    "mel_ce": ("Audio loss (mel_ce, nats)", ".3f", -1),
    "eos_ce": ("End-of-speech loss (eos_ce, nats)", ".3f", -1),
    "text_ce": ("Text loss (text_ce, nats)", ".3f", -1),
}
DIRECTED = {**LOSSES, **{key: (name, form, way) for key, name, form, way in MEASURES if way}}
"""Name, format and direction of improvement by measure that can have targets."""
NOT_MEASURED, MISSED = "not measured", "minimum missed"


@dataclass(frozen=True, slots=True)
class TargetResult:
    """A measure of the recommended step against its targets. met: highest level, "" for none."""

    measure: str
    value: Figure
    levels: dict[str, Figure]
    met: str

    @property
    def sentence(self) -> str:
        """Text of the value that was reached."""
        if self.value.value is None:
            return NOT_MEASURED
        return f"{self.met} met" if self.met else MISSED


def save_targets(file: Path, run: Path) -> None:
    """Check a file of targets and copy it into a run; WrongUsage if it is invalid."""
    try:
        content = read_toml(file)
        data = read_bytes(file)
    except (OSError, ValueError) as error:
        raise WrongUsage(f"{file} cannot be read as TOML: {error}.") from error
    for measure, levels in content.items():
        _check(file, measure, levels)
    write_atomically(run / TARGETS, data)


def _check(file: Path, measure: str, levels: Any) -> None:  # noqa: ANN401 - TOML
    if measure not in DIRECTED:
        raise WrongUsage(f"{file}: {measure!r} cannot have targets.", nearest(measure, [*DIRECTED]))
    if not isinstance(levels, dict) or not set(levels) <= set(LEVELS) or not levels:
        raise WrongUsage(f"{file}: [{measure}] needs minimum, goal or stretch.")
    values = [levels[level] for level in LEVELS if level in levels]
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        raise WrongUsage(f"{file}: [{measure}] has a target that is not a number.")
    way = DIRECTED[measure][2]
    if any((after - before) * way < 0 for before, after in pairwise(values)):
        better = "lower" if way < 0 else "higher"
        raise WrongUsage(
            f"{file}: the targets of [{measure}] are not in order.",
            f"{better.capitalize()} is better: the stretch is the most ambitious value.",
        )


def results(figures: RunFigures) -> list[TargetResult]:
    """Each measure with targets at the recommended step."""
    return list(_results(figures))


def _results(figures: RunFigures) -> Iterator[TargetResult]:
    rows = figures.run.sources.lines(TARGETS).rows
    for measure, set_levels in (rows[0] if rows else {}).items():
        if measure not in DIRECTED or not isinstance(set_levels, dict):
            continue
        _, form, way = DIRECTED[measure]
        address = _place(figures.run, measure)
        value = figures.get("mean", address, form=form) if address else _nothing(figures, form)
        levels = {
            level: figures.get("value", whole(TARGETS, measure, level), form=form)
            for level in LEVELS
            if isinstance(set_levels.get(level), int | float)
        }
        met = ""
        if value.value is not None:
            reached = [
                name for name, level in levels.items() if (value.value - level.value) * way >= 0
            ]
            met = reached[-1] if reached else ""
        yield TargetResult(measure, value, levels, met)


def _nothing(figures: RunFigures, form: str) -> Figure:
    return figures.get("value", whole(TARGETS, "nothing"), form=form)


def _place(run: RunFiles, measure: str) -> Address | None:
    """Address of a measure's values at the recommended step; None if it was not evaluated."""
    if measure in LOSSES:
        return line(EVENTS, run.best[0], measure) if run.best else None
    samples = Samples(run)
    return samples.measured(measure, samples.shipped) if samples.shipped is not None else None


def section(figures: RunFigures) -> Section | None:
    """Table of the targets and what was met; None if none were set."""
    checked = results(figures)
    if not checked:
        return None
    head: list[Inline] = [("measure",), ("this run",), *((level,) for level in LEVELS), ("",)]
    rows: list[list[Inline]] = []
    for result in checked:
        cells: list[Inline] = [(DIRECTED[result.measure][0],), (result.value,)]
        cells += [(result.levels[level],) if level in result.levels else ("",) for level in LEVELS]
        rows.append([*cells, (result.sentence,)])
    text = "Set before the run, compared with the recommended step; intervals are not considered."
    return Section("targets", "Targets", [Paragraph(inline(text), "quiet"), Table(head, rows)])


def in_words(checked: list[TargetResult]) -> str:
    """Summary for a comparison; "" if no targets were set."""
    return "; ".join(f"{DIRECTED[item.measure][0]}: {item.sentence}" for item in checked)
