"""Report of a run of coqui's trainer: curves, verdict, the epoch to use, what is unknown."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

from trainer.report.blocks import Block, Bullets, Drawing, Facts, Paragraph, Report, Section, Table
from trainer.report.curves import Curve, Level, draw
from trainer.report.figures import NOTHING, Inline
from trainer.report.page import as_html, as_markdown
from trainer.runs.files import write_atomically
from trainer.stock_runs.run import BEST, StockEvaluation, StockRun, read_stock_run

CHANCE = math.log(1026)  # nats of a uniform choice among the audio codes of XTTS-v2
SETTINGS = ("lr", "batch_size", "optimizer", "lr_scheduler", "mixed_precision", "precision",
            "training_seed", "grad_clip")  # fmt: skip


def write_stock_report(folder: Path, out: Path) -> StockRun:
    """Write the report as HTML and, beside it, as Markdown; returns the run."""
    run = read_stock_run(folder)
    report = contents(run)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, as_html(report).encode())
    write_atomically(out.with_suffix(".md"), as_markdown(report).encode())
    return run


def as_record(run: StockRun) -> Mapping[str, object]:
    """The run as one JSON object, for other programs."""
    kept = run.kept()
    return {
        "kind": "stock",
        "folder": str(run.folder),
        "state": run.verdict.state,
        "sentence": run.verdict.sentence,
        "advice": advice(run),
        "best_epoch": run.best.epoch if run.best else None,
        "ship": str(kept[0][1]) if kept else None,
        "evaluations": [
            {"epoch": item.epoch, "step": item.step, "mel_ce": _json(item.mel_ce),
             "text_ce": _json(item.text_ce), "base": item.base, "source": item.source}
            for item in run.evaluations
        ],
        "training": [[step, _json(value)] for step, value in run.training],
        "unknown": unknowns(run),
    }  # fmt: skip


def contents(run: StockRun) -> Report:
    """The report's sections."""
    verdict = run.verdict
    lead: list[Block] = [
        Paragraph((verdict.sentence,), f"verdict {verdict.state}"),
        Paragraph((advice(run),), "ship"),
        Paragraph((f"Trained with coqui's trainer: {run.folder.name}.",), "quiet"),
    ]
    sections = [_curves(run), _epochs(run), _unknown(run), _settings(run), _next(run)]
    return Report("report of a coqui training", (run.folder.name,), lead, sections)


def advice(run: StockRun) -> str:
    """Which epoch to use, by its evaluation loss and the checkpoints that exist."""
    best = run.best
    if best is None:
        return "No epoch can be recommended: the logs have no evaluation."
    if best.base:
        return f"Use no epoch of this run: the base was best (mel_ce {best.mel_ce:.3f})."
    kept, file = run.kept(), run.file_of(best)
    claim = f"Best at epoch {best.epoch} (mel_ce {best.mel_ce:.3f})"
    if run.evaluations[-1] is not best:
        claim += ", worse since"
    if file is not None:
        return f"{claim}. Use epoch {best.epoch}: {_with_distance(run, best, file)}."
    if kept:
        item, path = kept[0]
        return (
            f"{claim}. Its checkpoint is not in the folder; the best one that is there is of epoch"
            f" {item.epoch}: {_with_distance(run, item, path)} (mel_ce {item.mel_ce:.3f})."
        )
    if (run.folder / BEST).is_file():
        return (
            f"{claim}. Use epoch {best.epoch} if its checkpoint is there: {BEST} is the epoch with"
            " the lowest total loss, which is nearly always the same one."
        )
    return f"{claim}. Use epoch {best.epoch} if its checkpoint still exists; none is in the folder."


def _with_distance(run: StockRun, item: StockEvaluation, file: Path) -> str:
    """Name of a checkpoint, with the updates between the evaluation and it if there are several."""
    updates = run.updates_after(item, file)
    if abs(updates) <= 1:
        return file.name
    return f"{file.name}, {abs(updates)} updates {'after' if updates > 0 else 'before'} it"


def unknowns(run: StockRun) -> list[str]:
    """What the logs cannot show."""
    sentences = [
        "How the voice sounds: the loss says nothing about word errors, similarity or endings."
        " Measure them: trainer evaluate RUN --model xtts --base THIS_FOLDER --bundle BUNDLE.",
        "Whether a difference is significant: the loss of single clips is not logged.",
        "The exact mean: coqui's trainer leaves out the first batch of every evaluation"
        + (f" (here 1 of {run.batches})." if run.batches else "."),
        "End-of-speech loss: it is part of mel_ce and not logged by itself.",
        "Whether all clips were used: coqui's trainer drops clips that are too long or have unknown"
        " characters without a warning, and draws clips with replacement.",
    ]
    if not any(item.base for item in run.evaluations):
        sentences.insert(
            0, "Whether training helped at all: the base was not evaluated before the first epoch."
        )
    if any(item.step is None for item in run.evaluations):
        sentences.append("Which checkpoint belongs to which epoch: the log has no step numbers.")
    return sentences


def _curves(run: StockRun) -> Section:
    section = Section("losses", "Losses")
    by_epoch = [(item.epoch, _number(item.mel_ce)) for item in run.evaluations]
    curve = Curve("mel_ce on the evaluation clips", "main", by_epoch)
    best = run.best
    svg = draw([curve], best.epoch if best else None, [Level("chance", CHANCE)])
    if svg:
        caption = "Audio loss (mel_ce, nats) on the evaluation clips by epoch; lower is better."
        section.add(Drawing(svg, (caption,)))
    if run.training:
        points = [(float(step), value) for step, value in run.training]
        svg = draw([Curve("mel_ce of training batches", "faint", points)], None)
        section.add(
            Drawing(svg, ("The same of the training batches by step; it falls by memorising too.",))
        )
    return section


def _epochs(run: StockRun) -> Section:
    section = Section("epochs", "Epochs")
    head: list[Inline] = [("epoch",), ("step",), ("mel_ce",), ("text_ce",), ("file",), ("source",)]
    rows = [_row(run, item) for item in run.evaluations]
    text = (
        "Losses are in nats. text_ce is divided by its weight of"
        f" {run.text_weight:g}, with which coqui's trainer prints it."
    )
    section.add(Paragraph((text,), "quiet"), Table(head, rows))
    return section


def _row(run: StockRun, item: StockEvaluation) -> list[Inline]:
    file = run.file_of(item)
    name = "base" if item.base else f"{item.epoch}"
    return [
        (name,),
        (NOTHING if item.step is None else str(item.step),),
        (_text(item.mel_ce),),
        (_text(item.text_ce),),
        (file.name if file and not item.base else NOTHING,),
        (item.source,),
    ]


def _unknown(run: StockRun) -> Section:
    return Section("unknown", "Not known", [Bullets([(text,) for text in unknowns(run)])])


def _settings(run: StockRun) -> Section:
    rows: list[tuple[str, Inline]] = [
        (name, (json.dumps(run.config[name]),)) for name in SETTINGS if name in run.config
    ]
    files = ", ".join(path.name for path in run.checkpoints.values()) or "none"
    rows.append(("checkpoints", (files,)))
    return Section("settings", "Settings", [Facts(rows)])


def _next(run: StockRun) -> Section:
    best = run.kept()
    base = best[0][1] if best else run.folder / BEST
    points = [
        f"Continue from it here, with a bundle: trainer train BUNDLE RUN --base {base}",
        "The stock trainer keeps the learning rate constant and never stops early; here patience"
        " stops the run, and the best step is kept.",
    ]
    return Section("next", "Next run", [Bullets([(text,) for text in points])])


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _text(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"


def _json(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
