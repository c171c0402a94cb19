"""The losses: curves, nats and perplexity against the base and against chance, by category."""

import math
from collections.abc import Sequence

from trainer.report.blocks import Block, Drawing, Facts, Paragraph, Section, Table
from trainer.report.curves import Curve, Level, draw
from trainer.report.figures import Figure, Inline, inline
from trainer.report.provenance import Address, all_where, line
from trainer.report.run_figures import METRICS, TITLES, Event, RunFigures
from trainer.report.run_files import EVENTS

MOST_POINTS = 600  # of a drawn curve; more than one a pixel shows nothing
MOST_COLUMNS = 6  # evaluations beside each other in the table of categories
MOST_ROWS = 60  # evaluations in a table; of more, evenly spaced ones, the best and the last

MEANING = {
    "mel_ce": "How surprised the network is by each next piece of sound of clips it never heard."
    " There is more than one right way to say a sentence, so it never comes near zero, and no"
    " absolute value of it is good or bad: only the change from the base, on the same clips and"
    " prompts, says something. Lower does not prove that it sounds better.",
    "eos_ce": "How surprised it is that the speech ends where it ends. If this one rises, sentences"
    " run on or stop early. One value a clip goes into it, so it wobbles.",
    "text_ce": "How well it foretells the text itself, which is no skill that speaking needs. These"
    " are raw nats per token. Logs of other programs print it times its weight in the loss,"
    " often one hundredth: such a number near zero says nothing about quality, and neither does"
    " this one.",
}


def present(figures: RunFigures) -> list[str]:
    """The losses that the run logged."""
    events = [event for _, event in figures.run.evaluations + figures.run.events("step")[:1]]
    return [key for key in METRICS if any(key in event for event in events)]


def curves(figures: RunFigures) -> Section:
    """Curves, and the same as tables."""
    found = Section("curves", "Curves")
    if not figures.run.evaluations:
        found.add(
            Paragraph(inline("There are no evaluations: training loss alone judges nothing."))
        )
    origin = figures.run.started[1].get("parent")
    start = "the run it goes on from" if origin else "the base model"
    text = (
        f"The strong line is the mean over evaluation clips, which are never trained on; the faint"
        f" one is training, step by step. The first evaluation is {start} on the same clips with"
        " the same prompts. Dotted: chance, which is what guessing evenly would give, and where"
        " the run began."
    )
    found.add(Paragraph(inline(text), "quiet"))
    for key in present(figures):
        svg = draw(_lines(figures, key), _best_step(figures), _levels(figures, key))
        if svg:
            found.add(Drawing(svg, inline(f"{TITLES[key]}, cross-entropy in nats over steps")))
    if figures.run.evaluations:
        found.add(evaluation_table(figures))
        found.add(*categories(figures))
    return found


def meaning(figures: RunFigures) -> Section:
    """What each number is, what it says of this model and what it does not."""
    found = Section("meaning", "What the numbers mean")
    rows: list[tuple[str, Inline]] = []
    for key in present(figures):
        chance = chance_of(figures, key)
        tail: Inline = inline(" The run did not write down among how many outcomes it chooses.")
        if chance is not None:
            tail = inline(
                " Chance is {} nats, the logarithm of {} outcomes{}.",
                chance,
                figures.get("value", _choices(figures, key), form=","),
                _against_chance(figures, key),
            )
        own = figures.run.started[1].get("meanings", {}).get(key)
        if own:
            tail = (" ", figures.text(line(EVENTS, figures.run.started[0], "meanings", key)), *tail)
        rows.append((TITLES[key], (MEANING[key], *tail)))
    rows.append(
        (
            "Perplexity",
            inline(
                "The exponential of the nats: among how many equally likely outcomes the network"
                " still hesitates. The same number in another dress."
            ),
        )
    )
    found.add(Facts(rows))
    return found


def _against_chance(figures: RunFigures, key: str) -> "Figure | str":
    last, choices = figures.run.evaluations[-1:], figures.run.started[1].get("choices", {}).get(key)
    value = last[0][1].get(key) if last else None
    if value is None or not choices:
        return ""
    return (
        "; at its last evaluation this run is worse than guessing"
        if value > math.log(choices)
        else ""
    )


def chance_of(figures: RunFigures, key: str) -> Figure | None:
    """What guessing evenly would give; None where the run does not say."""
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
        levels.append(Level("where it began", float(first)))
    return levels


def _best_step(figures: RunFigures) -> float | None:
    best = figures.run.best
    return None if best is None else float(best[1]["step"])


def _lines(figures: RunFigures, key: str) -> list[Curve]:
    return [
        _curve(name, look, figures.run.events(kind), key, kind)
        for name, look, kind in (
            ("training, each step", "faint", "step"),
            ("evaluation clips", "main", "eval"),
        )
    ]


def _curve(name: str, look: str, events: Sequence[Event], key: str, kind: str) -> Curve:
    points = [
        (float(event["step"]), math.nan if event[key] is None else float(event[key]))
        for _, event in events
        if key in event
    ]
    every = -(-len(points) // MOST_POINTS) or 1
    if every > 1:  # means of neighbours; a value that is no number breaks the line all the same
        groups = [points[at : at + every] for at in range(0, len(points), every)]
        points = [(group[-1][0], sum(value for _, value in group) / len(group)) for group in groups]
    return Curve(name, look, points, str(all_where(EVENTS, {"event": kind}, key)))


def spaced(evaluations: Sequence[Event], most: int, best: Event | None) -> list[Event]:
    """So many of them at most: the first, the last and the best are among them."""
    if len(evaluations) <= most:
        return list(evaluations)
    last = len(evaluations) - 1
    places = {round(at * last / (most - 2)) for at in range(most - 1)}
    places |= {at for at, pair in enumerate(evaluations) if pair is best}
    return [evaluations[at] for at in sorted(places)]


def evaluation_table(figures: RunFigures) -> Table:
    """Each evaluation in nats and as perplexity, against the first."""
    run = figures.run
    keys = present(figures)
    head: list[Inline] = [("step",), ("epoch",)]
    for key in keys:
        head += [(key,), ("perplexity",)]
    head.append((f"{run.metric} against the first",))
    rows = []
    for event in spaced(run.evaluations, MOST_ROWS, run.best):
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
    """The metric by category at some evaluations, and how it changed."""
    run = figures.run
    shown = spaced(run.evaluations, MOST_COLUMNS, run.best)
    head: list[Inline] = [("category",)]
    head += [inline("step {}", figures.step(event)) for event in shown]
    best = run.best or shown[-1]
    head.append(("best against first",))
    rows = []
    for kind in run.categories:
        cells: list[Inline] = [(figures.category(kind),)]
        cells += [(figures.at(event, "categories", kind, run.metric),) for event in shown]
        cells.append((_change(figures, best, "categories", kind, run.metric),))
        rows.append(cells)
    title = Paragraph(inline(f"By category, {run.metric} in nats:"), "heading")
    return [title, Table(head, rows)]
