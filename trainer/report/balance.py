"""Categories against their targets, and whether a thin category comes out worse."""

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
    """How many clips and minutes a category should have, and the file that says so."""

    file: str
    clips: Address
    minutes: Address


def targets(figures: RunFigures) -> Targets | None:
    """Of the shipped set of categories that has all of the bundle's; None if none does."""
    kinds = {kind for kind in figures.run.categories if kind != NO_CATEGORY}
    for file in sorted(figures.run.sources.files):
        if not file.startswith("resources/categories/"):
            continue
        rows = figures.run.sources.lines(file).rows
        there: Any = rows[0].get("emotion", []) if rows else []
        if kinds and kinds <= {each["key"] for each in there}:
            return Targets(file, whole(file, "target_clips"), whole(file, "target_minutes"))
    return None


def thin(figures: RunFigures) -> tuple[list[str], list[str]]:
    """Categories with less training speech than the target, and the others; by minutes."""
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
    """The table, then the effect."""
    found = Section("categories", "Categories")
    if figures.run.bundle is None:
        found.add(Paragraph(inline("Nothing can be said without the bundle.")))
        return found
    wanted = targets(figures)
    found.add(_table(figures, wanted))
    if wanted is None:
        found.add(Paragraph(inline("The bundle does not say how much a category should have.")))
        return found
    found.add(
        Paragraph(
            inline(
                f"Targets as in the set {PurePath(wanted.file).stem}: {{}} clips and {{}} minutes"
                " each.",
                figures.get("value", wanted.clips, form="d"),
                figures.get("value", wanted.minutes, form="g"),
            ),
            "quiet",
        )
    )
    found.add(Paragraph(effect(figures)))
    return found


def _table(figures: RunFigures, wanted: Targets | None) -> Table:
    run, samples = figures.run, Samples(figures.run)
    shipped = samples.shipped
    head: list[Inline] = [("category",), ("clips",), ("minutes",), ("evaluation clips",)]
    head.append((f"{run.metric}, best against first",))
    if shipped is not None:
        head += [("word errors",), ("similarity",)]
    rows = []
    for kind in run.categories:
        seconds = figures.train_seconds(kind)
        below = wanted is not None and kind in thin(figures)[0]
        minutes = figures.get("minutes", seconds, form=".1f")
        cells: list[Inline] = [
            (figures.category(kind),),
            (figures.get("count", seconds, form="d"),),
            inline("{}, below target", minutes) if below else (minutes,),
            (figures.get("count", figures.train_seconds(kind, split="eval"), form="d"),),
            (_gain(figures, kind),),
        ]
        if shipped is not None:
            cells += [
                (figures.get("mean", _measure(samples, "wer", shipped, (kind,)), form=".1%"),),
                (figures.get("mean", _measure(samples, "similarity", shipped, (kind,))),),
            ]
        rows.append(cells)
    return Table(head, rows)


def _gain(figures: RunFigures, kind: str) -> Figure:
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
    """Whether categories below their target come out worse, or that it cannot be told."""
    below, enough = thin(figures)
    if not below:
        return inline("Every category has the minutes it should have.")
    if not enough:
        return inline(
            "No category has the minutes it should have, so there is none to compare with."
        )
    samples = Samples(figures.run)
    shipped = samples.shipped
    if shipped is None:
        return inline(
            "Whether the thin ones score worse cannot be told: no speech was generated and"
            " measured by category."
        )
    places = (
        _measure(samples, "wer", shipped, tuple(enough)),
        _measure(samples, "wer", shipped, tuple(below)),
    )
    middle, low, high = (
        figures.get(how, *places, form="+.1%") for how in ("apart", "apart low", "apart high")
    )
    names = ", ".join(below)
    if low.value is None or high.value is None:
        return inline(
            f"Whether the thin ones ({names}) score worse cannot be told: there are too few samples"
            " on one side."
        )
    if low.value <= 0 <= high.value:
        return inline(
            f"The thin ones ({names}) have {{}} word errors against the others, interval {{}} to"
            " {}: these samples cannot show that thin categories are worse.",
            middle, low, high,
        )  # fmt: skip
    way = "more" if middle.value > 0 else "fewer"
    return inline(
        f"The thin ones ({names}) have {way} word errors than the others: {{}} (interval {{}} to"
        " {}). That they are thin is one possible cause, how hard their sentences are another.",
        middle, low, high,
    )  # fmt: skip
