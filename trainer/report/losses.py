"""Losses: curves, nats and perplexity relative to the base and to chance, by category."""

import math
from collections.abc import Sequence

from trainer.report.blocks import Block, Drawing, Facts, Paragraph, Section, Table
from trainer.report.curves import Curve, Level, draw
from trainer.report.figures import Figure, Inline, inline
from trainer.report.provenance import Address, all_where, line
from trainer.report.run_figures import METRICS, TITLES, Event, RunFigures
from trainer.report.run_files import EVENTS

MAX_POINTS = 600  # per curve, about one per pixel
MAX_COLUMNS = 6  # evaluations in the table of categories
MAX_ROWS = 60  # evaluations in a table: evenly spaced, with the best and the last

MEANING = {
    "mel_ce": "Cross-entropy of the next audio code on clips that are not trained on. A sentence"
    " can"
    " be spoken in many ways, so it never approaches zero and its absolute value means little;"
    " compare it with the base on the same clips and prompts. A lower value does not prove that it"
    " sounds better.",
    "eos_ce": "Cross-entropy of the end-of-speech code. If it rises, sentences overrun or stop"
    " early. Each clip contributes one value, so it is noisy.",
    "text_ce": "Cross-entropy of the text tokens, which does not affect speech. These are raw nats"
    " per token; other programs often log it multiplied by its small weight in the loss. It says"
    " nothing about quality.",
}


def logged_metrics(figures: RunFigures) -> list[str]:
    """Metrics that the run logged."""
    events = [event for _, event in [*figures.run.evaluations, *figures.run.events("step")[:1]]]
    return [key for key in METRICS if any(key in event for event in events)]


def curves_section(figures: RunFigures) -> Section:
    """Loss curves and their values as tables."""
    result = Section("curves", "Loss curves")
    if not figures.run.evaluations:
        result.add(
            Paragraph(
                inline(
                    "No evaluations: the training loss alone does not show whether the model"
                    " improved."
                )
            )
        )
    parent = figures.run.started[1].get("parent")
    start = "the parent run" if parent else "the base model"
    text = (
        "Solid line: mean over the evaluation clips, which are not trained on. Faint line: training"
        f" loss per step. The first evaluation is {start} on the same clips and prompts. Dotted"
        " lines: chance (uniform guessing) and the first evaluation."
    )
    result.add(Paragraph(inline(text), "quiet"))
    for key in logged_metrics(figures):
        svg = draw(_lines(figures, key), _best_step(figures), _levels(figures, key))
        if svg:
            result.add(Drawing(svg, inline(f"{TITLES[key]} over steps")))
    if figures.run.evaluations:
        result.add(evaluation_table(figures))
        result.add(*categories(figures))
    return result


def metrics_section(figures: RunFigures) -> Section:
    """Definition of each metric and its chance level."""
    result = Section("meaning", "Metrics")
    rows: list[tuple[str, Inline]] = []
    for key in logged_metrics(figures):
        chance = chance_of(figures, key)
        tail: Inline = inline(" The run did not log the number of classes.")
        if chance is not None:
            tail = inline(
                " Chance level: {} nats, the logarithm of {} classes{}.",
                chance,
                figures.get("value", _choices(figures, key), form=","),
                _against_chance(figures, key),
            )
        note = figures.run.started[1].get("meanings", {}).get(key)
        if note:
            tail = (" ", figures.text(line(EVENTS, figures.run.started[0], "meanings", key)), *tail)
        rows.append((TITLES[key], (MEANING[key], *tail)))
    rows.append(
        (
            "Perplexity",
            inline(
                "The exponential of the cross-entropy: the equivalent number of equally likely"
                " classes."
            ),
        )
    )
    result.add(Facts(rows))
    return result


def _against_chance(figures: RunFigures, key: str) -> "Figure | str":
    last, choices = figures.run.evaluations[-1:], figures.run.started[1].get("choices", {}).get(key)
    value = last[0][1].get(key) if last else None
    if value is None or not choices:
        return ""
    return "; the last evaluation is worse than chance" if value > math.log(choices) else ""


def chance_of(figures: RunFigures, key: str) -> Figure | None:
    """Cross-entropy of uniform guessing; None if the number of classes is unknown."""
    if key not in figures.run.started[1].get("choices", {}):
        return None
    return figures.get("log", _choices(figures, key))


def _choices(figures: RunFigures, key: str) -> Address:
    return line(EVENTS, figures.run.started[0], "choices", key)


def _levels(figures: RunFigures, key: str) -> list[Level]:
    levels = []
    chance = chance_of(figures, key)
    if chance is not None and chance.value is not None:
        levels.append(Level("chance", chance.value))
    first = figures.run.evaluations[0][1].get(key) if figures.run.evaluations else None
    if first is not None:
        levels.append(Level("step 0", float(first)))
    return levels


def _best_step(figures: RunFigures) -> float | None:
    best = figures.run.best
    return None if best is None else float(best[1]["step"])


def _lines(figures: RunFigures, key: str) -> list[Curve]:
    return [
        _curve(name, style, figures.run.events(kind), key, kind)
        for name, style, kind in (
            ("training, per step", "faint", "step"),
            ("evaluation clips", "main", "eval"),
        )
    ]


def _curve(name: str, style: str, events: Sequence[Event], key: str, kind: str) -> Curve:
    points = [
        (float(event["step"]), math.nan if event[key] is None else float(event[key]))
        for _, event in events
        if key in event
    ]
    every = -(-len(points) // MAX_POINTS) or 1
    if every > 1:  # means of neighbours; a non-finite value still breaks the line
        groups = [points[at : at + every] for at in range(0, len(points), every)]
        points = [(group[-1][0], sum(value for _, value in group) / len(group)) for group in groups]
    return Curve(name, style, points, str(all_where(EVENTS, {"event": kind}, key)))


def spaced(evaluations: Sequence[Event], limit: int, best: Event | None) -> list[Event]:
    """At most ``limit`` evenly spaced evaluations, with the first, the last and the best."""
    if len(evaluations) <= limit:
        return list(evaluations)
    last = len(evaluations) - 1
    indices = {round(at * last / (limit - 2)) for at in range(limit - 1)}
    indices |= {at for at, pair in enumerate(evaluations) if pair is best}
    return [evaluations[at] for at in sorted(indices)]


def evaluation_table(figures: RunFigures) -> Table:
    """Nats, perplexity and change from the first of each evaluation."""
    run = figures.run
    keys = logged_metrics(figures)
    head: list[Inline] = [("step",), ("epoch",)]
    for key in keys:
        head += [(key,), ("perplexity",)]
    head.append((f"{run.metric} vs first",))
    rows = []
    for event in spaced(run.evaluations, MAX_ROWS, run.best):
        row: list[Inline] = [(figures.step(event),), (figures.epoch(event),)]
        for key in keys:
            row.append((figures.at(event, key),))
            row.append((figures.get("exp", line(EVENTS, event[0], key), form=",.1f"),))
        row.append((_change(figures, event, run.metric),))
        rows.append(row)
    return Table(head, rows)


def _change(figures: RunFigures, event: Event, *path: str) -> Figure:
    first = figures.run.evaluations[0]
    return figures.get(
        "rise", line(EVENTS, first[0], *path), line(EVENTS, event[0], *path), form="+.1%"
    )


def categories(figures: RunFigures) -> list[Block]:
    """The metric by category at some evaluations, and its change from first to best."""
    run = figures.run
    shown = spaced(run.evaluations, MAX_COLUMNS, run.best)
    head: list[Inline] = [("category",)]
    head += [inline("step {}", figures.step(event)) for event in shown]
    best = run.best or shown[-1]
    head.append(("best vs first",))
    rows = []
    for kind in run.categories:
        cells: list[Inline] = [(figures.category(kind),)]
        cells += [(figures.at(event, "categories", kind, run.metric),) for event in shown]
        cells.append((_change(figures, best, "categories", kind, run.metric),))
        rows.append(cells)
    title = Paragraph(inline(f"By category, {run.metric} in nats:"), "heading")
    return [title, Table(head, rows)]
