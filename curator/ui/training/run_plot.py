"""Plots of a run: losses, losses by category, and measures of the test sentences."""

import math
from collections.abc import Callable, Sequence

from curator.domain.errors import printable
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.training.plot import Plot, PlotLine
from curator.ui.training.run_record import MEASURES, METRICS, RunRecord
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
    """Keys of the curves of a run: losses, measures, losses by category."""
    measured = [key for key in MEASURES if key in record.measures]
    by_category = [f"{key}{BY_CATEGORY}" for key in METRICS if record.categories[key]]
    return [*METRICS, *measured, *by_category]


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
) -> Plot:
    """Plot of a curve. overlays: other runs drawn over it. name_of: name of a category's key."""
    metric = key.removesuffix(BY_CATEGORY)
    lines: list[PlotLine] = []
    if key.endswith(BY_CATEGORY):
        none = translated("Training", LINES["none"])
        for at, (category, series) in enumerate(sorted(record.categories[metric].items())):
            lines.append(PlotLine(name_of(category) if category else none, series, at))
    else:
        runs = [record, *(each for each in overlays if each is not record)]
        for at, run in enumerate(runs):
            prefix = f"{printable(run.folder.name)}: " if len(runs) > 1 else ""
            lines += _lines(run, metric, prefix, at)
    many = ((record.started.choices if record.started else None) or {}).get(metric, 0)
    chance = math.log(many) if many > 1 and metric in METRICS else None
    unit = translated("Training", UNITS.get(metric, LINES["nats"]))
    names = CATEGORY_NAMES if key.endswith(BY_CATEGORY) else NAMES
    short = translated("Training", names[metric])
    return Plot(curve_title(record, key), unit, lines, best_step(record), chance, short)


def _lines(run: RunRecord, metric: str, prefix: str, colour: int) -> list[PlotLine]:
    """Lines of a run: training and validation, or a measure with intervals."""
    if metric in run.measures:
        series = run.measures[metric]
        name = prefix + translated("Training", LINES["sentences"])
        return [PlotLine(name, series, colour, True, series.low, series.high)]
    if metric not in METRICS:
        return []
    training, validation = (
        translated("Training", LINES[name]) for name in ("training", "validation")
    )
    return [
        PlotLine(prefix + training, run.training[metric], colour, False),
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
