"""Plots of a run: losses, losses by category, and measures of the test sentences."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from curator.domain.errors import printable
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.training.plot import Plot, PlotLine
from curator.ui.training.run_record import MEASURES, METRICS, OPTIMIZER, RunRecord
from curator.ui.training.x_axis import XAxis, x_value, x_values
from curator.ui.wording import number, translated

TITLES = {
    "mel_ce": QT_TRANSLATE_NOOP("Training", "Audio loss (mel_ce, nats)"),
    "eos_ce": QT_TRANSLATE_NOOP("Training", "End-of-speech loss (eos_ce, nats)"),
    "text_ce": QT_TRANSLATE_NOOP("Training", "Text loss (text_ce, nats)"),
    "wer": QT_TRANSLATE_NOOP("Training", "Word error rate, %1 sentences"),
    "similarity": QT_TRANSLATE_NOOP("Training", "Speaker similarity, %1 sentences"),
    "dnsmos": QT_TRANSLATE_NOOP("Training", "DNSMOS (1 to 5), %1 sentences"),
    "run_on": QT_TRANSLATE_NOOP("Training", "Overran, share of %1 sentences"),
    "early_stop": QT_TRANSLATE_NOOP("Training", "Stopped early, share of %1 sentences"),
    "lr": QT_TRANSLATE_NOOP("Training", "Learning rate"),
    "grad_norm": QT_TRANSLATE_NOOP("Training", "Gradient norm (before clipping)"),
}
BY_CATEGORY = "/category"
"""Suffix of the keys of the curves by category."""
CATEGORY_TITLES = {
    "mel_ce": QT_TRANSLATE_NOOP("Training", "Audio loss by category (mel_ce, nats)"),
    "eos_ce": QT_TRANSLATE_NOOP("Training", "End-of-speech loss by category (eos_ce, nats)"),
    "text_ce": QT_TRANSLATE_NOOP("Training", "Text loss by category (text_ce, nats)"),
}
NAMES = {
    "mel_ce": QT_TRANSLATE_NOOP("Training", "Audio loss"),
    "eos_ce": QT_TRANSLATE_NOOP("Training", "End-of-speech loss"),
    "text_ce": QT_TRANSLATE_NOOP("Training", "Text loss"),
    "wer": QT_TRANSLATE_NOOP("Training", "Word error rate"),
    "similarity": QT_TRANSLATE_NOOP("Training", "Speaker similarity"),
    "dnsmos": QT_TRANSLATE_NOOP("Training", "DNSMOS"),
    "run_on": QT_TRANSLATE_NOOP("Training", "Overran"),
    "early_stop": QT_TRANSLATE_NOOP("Training", "Stopped early"),
    "lr": QT_TRANSLATE_NOOP("Training", "Learning rate"),
    "grad_norm": QT_TRANSLATE_NOOP("Training", "Gradient norm"),
}
CATEGORY_NAMES = {
    "mel_ce": QT_TRANSLATE_NOOP("Training", "Audio loss by category"),
    "eos_ce": QT_TRANSLATE_NOOP("Training", "End of speech by category"),
    "text_ce": QT_TRANSLATE_NOOP("Training", "Text loss by category"),
}
"""Names of the curves where there is little room."""
UNITS = {
    "similarity": QT_TRANSLATE_NOOP("Training", "Cosine similarity"),
    "dnsmos": QT_TRANSLATE_NOOP("Training", "DNSMOS"),
    "wer": QT_TRANSLATE_NOOP("Training", "Word error rate"),
    "run_on": QT_TRANSLATE_NOOP("Training", "Share"),
    "early_stop": QT_TRANSLATE_NOOP("Training", "Share"),
    "lr": QT_TRANSLATE_NOOP("Training", "Learning rate"),
    "grad_norm": QT_TRANSLATE_NOOP("Training", "Norm"),
}
"""Titles of the y axis; the others are in nats."""
LINES = {
    "training": QT_TRANSLATE_NOOP("Training", "training"),
    "validation": QT_TRANSLATE_NOOP("Training", "validation"),
    "sentences": QT_TRANSLATE_NOOP("Training", "test sentences"),
    "none": QT_TRANSLATE_NOOP("Training", "no category"),
    "nats": QT_TRANSLATE_NOOP("Training", "nats"),
}


def curve_keys(record: RunRecord) -> list[str]:
    """Keys of the curves of a run: losses, measures, losses by category, optimizer."""
    measured = [key for key in MEASURES if key in record.measures]
    by_category = [f"{key}{BY_CATEGORY}" for key in METRICS if record.categories[key]]
    optimizer = [key for key in OPTIMIZER if record.optimizer[key].steps]
    return [*METRICS, *measured, *by_category, *optimizer]


def curve_title(record: RunRecord, key: str) -> str:
    """Title of a curve."""
    if key.endswith(BY_CATEGORY):
        return translated("Training", CATEGORY_TITLES[key.removesuffix(BY_CATEGORY)])
    series = record.measures.get(key)
    title = translated("Training", TITLES[key])
    return title.replace("%1", number(series.samples if series else 0))


def plot_of(
    key: str,
    record: RunRecord,
    overlays: Sequence[RunRecord],
    name_of: Callable[[str], str] = printable,
    axis: XAxis = XAxis.STEP,
) -> Plot:
    """Plot of a curve. overlays: other runs drawn over it, if they have the axis.

    name_of: name of a category's key.
    """
    metric = key.removesuffix(BY_CATEGORY)
    runs = [record, *(each for each in overlays if each is not record)]
    lines: list[PlotLine] = []
    categories = sorted({name for run in runs for name in run.categories.get(metric, ())})
    for at, run in enumerate(runs):
        prefix = f"{printable(run.folder.name)}: " if len(runs) > 1 else ""
        if key.endswith(BY_CATEGORY):
            made = _category_lines(run, metric, prefix, categories, name_of, at)
        else:
            made = _lines(run, metric, prefix, at, is_alone=len(runs) == 1)
        lines += _placed(made, run, axis)
    many = ((record.started.choices if record.started else None) or {}).get(metric, 0)
    chance = math.log(many) if many > 1 and metric in METRICS else None
    unit = translated("Training", UNITS.get(metric, LINES["nats"]))
    names = CATEGORY_NAMES if key.endswith(BY_CATEGORY) else NAMES
    short, best = translated("Training", names[metric]), best_step(record)
    best_place = None if best is None else x_value(axis, record, best)
    return Plot(curve_title(record, key), unit, lines, best_place, chance, short, axis)


def _placed(lines: Sequence[PlotLine], run: RunRecord, axis: XAxis) -> list[PlotLine]:
    """Lines with their places on the axis; none if the run does not have it."""
    placed = [(line, x_values(axis, run, line.series)) for line in lines]
    return [replace(line, x=x) for line, x in placed if x is not None]


def _category_lines(
    run: RunRecord,
    metric: str,
    prefix: str,
    categories: Sequence[str],
    name_of: Callable[[str], str],
    style: int,
) -> list[PlotLine]:
    """Line of each category in its colour; runs differ by their dashes."""
    none = translated("Training", LINES["none"])
    return [
        PlotLine(
            prefix + (name_of(category) if category else none),
            run.categories[metric][category],
            colour,
            style=style,
        )
        for colour, category in enumerate(categories)
        if category in run.categories[metric]
    ]


def _lines(
    run: RunRecord, metric: str, prefix: str, colour: int, *, is_alone: bool
) -> list[PlotLine]:
    """Lines of a run: training and validation, a measure with intervals, or the optimizer's.

    colour: of the run where several are compared; one alone has another for its training.
    """
    if metric in run.measures:
        series = run.measures[metric]
        name = prefix + translated("Training", LINES["sentences"])
        return [PlotLine(name, series, colour, True, series.low, series.high)]
    if metric in OPTIMIZER:
        name = prefix + translated("Training", NAMES[metric])
        is_exact = metric == "lr"  # a schedule is not smoothed
        return [PlotLine(name, run.optimizer[metric], colour, is_exact)]
    if metric not in METRICS:
        return []
    training, validation = (
        translated("Training", LINES[name]) for name in ("training", "validation")
    )
    return [
        PlotLine(prefix + training, run.training[metric], colour + is_alone, False),
        PlotLine(prefix + validation, run.evaluation[metric], colour),
    ]


def best_step(record: RunRecord) -> int | None:
    """Return the evaluated step with the lowest mel_ce."""
    series = record.evaluation["mel_ce"]
    good = [
        (value, step)
        for step, value in zip(series.steps, series.values, strict=True)
        if math.isfinite(value)
    ]
    return min(good)[1] if good else record.best
