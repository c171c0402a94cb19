"""Categories against their targets, and whether those below target have more errors."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from trainer.report.blocks import Paragraph, Section, Table
from trainer.report.figures import NOTHING, Figure, Inline, inline
from trainer.report.provenance import Address, line, whole
from trainer.report.run_figures import NO_CATEGORY, RunFigures
from trainer.report.run_files import EVENTS
from trainer.report.samples import Samples


@dataclass(frozen=True)
class Targets:
    """Target clips and minutes per category, and the file that defines them."""

    file: str
    clips: Address
    minutes: Address


def targets(figures: RunFigures) -> Targets | None:
    """Targets of the category set that contains all of the bundle's; None if none does."""
    kinds = {kind for kind in figures.run.categories if kind != NO_CATEGORY}
    for file in sorted(figures.run.sources.files):
        if not file.startswith("resources/categories/"):
            continue
        rows = figures.run.sources.lines(file).rows
        emotions: Any = rows[0].get("emotion", []) if rows else []
        if kinds and kinds <= {emotion["key"] for emotion in emotions}:
            return Targets(file, whole(file, "target_clips"), whole(file, "target_minutes"))
    return None


def below_target(figures: RunFigures) -> tuple[list[str], list[str]]:
    """Categories below and at or above the target minutes of training speech."""
    wanted = targets(figures)
    if wanted is None or figures.run.bundle is None:
        return [], []
    least = figures.get("value", wanted.minutes).value or 0.0
    kinds = [kind for kind in figures.run.categories if kind != NO_CATEGORY]
    minutes = {kind: figures.get("minutes", figures.train_seconds(kind)).value for kind in kinds}
    return (
        [kind for kind in kinds if minutes[kind] < least],
        [kind for kind in kinds if minutes[kind] >= least],
    )


def section(figures: RunFigures) -> Section:
    """Table of categories, then the comparison of those below target with the others."""
    result = Section("categories", "Categories")
    if figures.run.bundle is None:
        result.add(Paragraph(inline("Not available without the bundle.")))
        return result
    wanted = targets(figures)
    result.add(_table(figures, wanted))
    if wanted is None:
        result.add(Paragraph(inline("No category set with targets matches the bundle.")))
        return result
    result.add(
        Paragraph(
            inline(
                f"Targets of the category set {PurePath(wanted.file).stem}: {{}} clips and {{}}"
                " minutes each.",
                figures.get("value", wanted.clips, form="d"),
                figures.get("value", wanted.minutes, form="g"),
            ),
            "quiet",
        )
    )
    result.add(Paragraph(effect(figures)))
    return result


def _table(figures: RunFigures, wanted: Targets | None) -> Table:
    run, samples = figures.run, Samples(figures.run)
    shipped = samples.shipped
    head: list[Inline] = [("category",), ("clips",), ("minutes",), ("evaluation clips",)]
    head.append((f"{run.metric}, best vs first",))
    if shipped is not None:
        head += [("word error rate",), ("similarity",)]
    rows = []
    for kind in run.categories:
        seconds = figures.train_seconds(kind)
        below = wanted is not None and kind in below_target(figures)[0]
        minutes = figures.get("minutes", seconds, form=".1f")
        cells: list[Inline] = [
            (figures.category(kind),),
            (figures.get("count", seconds, form="d"),),
            inline("{}, below target", minutes) if below else (minutes,),
            (figures.get("count", figures.train_seconds(kind, split="eval"), form="d"),),
            (_loss_change(figures, kind),),
        ]
        if shipped is not None:
            cells += [
                (figures.get("mean", _measure(samples, "wer", shipped, (kind,)), form=".1%"),),
                (figures.get("mean", _measure(samples, "similarity", shipped, (kind,))),),
            ]
        rows.append(cells)
    return Table(head, rows)


def _loss_change(figures: RunFigures, kind: str) -> Figure:
    best, evaluations = figures.run.best, figures.run.evaluations
    if best is None:
        return Figure(None, NOTHING, "none", "s", ())
    path = ("categories", kind, figures.run.metric)
    places = (line(EVENTS, each[0], *path) for each in (evaluations[0], best))
    return figures.get("rise", *places, form="+.1%")


def _measure(samples: Samples, key: str, step: int, kinds: tuple[str, ...]) -> Address:
    wanted = tuple(None if kind == NO_CATEGORY else kind for kind in kinds)
    return samples.measured(key, step, sentence__category=wanted)


def effect(figures: RunFigures) -> Inline:
    """Comparison of word errors of categories below target with the others."""
    below, enough = below_target(figures)
    if not below:
        return inline("Every category reaches its target minutes.")
    if not enough:
        return inline(
            "No category reaches its target minutes, so there is nothing to compare with."
        )
    samples = Samples(figures.run)
    shipped = samples.shipped
    if shipped is None:
        return inline(
            "Unknown whether categories below target score worse: no speech was synthesised and"
            " measured by category."
        )
    places = (
        _measure(samples, "wer", shipped, tuple(enough)),
        _measure(samples, "wer", shipped, tuple(below)),
    )
    mean, low, high = (
        figures.get(how, *places, form="+.1%") for how in ("apart", "apart low", "apart high")
    )
    names = ", ".join(below)
    if low.value is None or high.value is None:
        return inline(
            f"Unknown whether the categories below target ({names}) score worse: too few samples in"
            " one group."
        )
    if low.value <= 0 <= high.value:
        return inline(
            f"Categories below target ({names}) differ by {{}} word errors from the others,"
            " interval"
            " {} to {}: not significant.",
            mean, low, high,
        )  # fmt: skip
    way = "more" if mean.value > 0 else "fewer"
    return inline(
        f"Categories below target ({names}) have {way} word errors than the others: {{}} (interval"
        " {} to {}). Missing data is one possible cause, harder sentences another.",
        mean, low, high,
    )  # fmt: skip
