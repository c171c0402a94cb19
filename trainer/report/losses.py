"""The losses: curves, nats and perplexity against the base and against chance, by category."""

import math
from collections.abc import Sequence

from trainer.report.blocks import Block, Drawing, Facts, Paragraph, Section, Table
from trainer.report.curves import Curve, Level, draw
from trainer.report.figures import Figure, Said, say
from trainer.report.provenance import Address, all_where, line
from trainer.report.run_files import EVENTS
from trainer.report.writer import METRICS, TITLES, Event, Writer

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


def present(write: Writer) -> list[str]:
    """The losses that the run logged."""
    events = [event for _, event in write.run.evaluations + write.run.events("step")[:1]]
    return [key for key in METRICS if any(key in event for event in events)]


def curves(write: Writer) -> Section:
    """Curves, and the same as tables."""
    found = Section("curves", "Curves")
    if not write.run.evaluations:
        found.add(Paragraph(say("There are no evaluations: training loss alone judges nothing.")))
    origin = write.run.started[1].get("parent")
    start = "the run it goes on from" if origin else "the base model"
    text = (
        f"The strong line is the mean over evaluation clips, which are never trained on; the faint"
        f" one is training, step by step. The first evaluation is {start} on the same clips with"
        " the same prompts. Dotted: chance, which is what guessing evenly would give, and where"
        " the run began."
    )
    found.add(Paragraph(say(text), "quiet"))
    for key in present(write):
        svg = draw(_lines(write, key), _best_step(write), _levels(write, key))
        if svg:
            found.add(Drawing(svg, say(f"{TITLES[key]}, cross-entropy in nats over steps")))
    if write.run.evaluations:
        found.add(evaluation_table(write))
        found.add(*categories(write))
    return found


def meaning(write: Writer) -> Section:
    """What each number is, what it says of this model and what it does not."""
    found = Section("meaning", "What the numbers mean")
    rows: list[tuple[str, Said]] = []
    for key in present(write):
        chance = chance_of(write, key)
        tail: Said = say(" The run did not write down among how many outcomes it chooses.")
        if chance is not None:
            tail = say(
                " Chance is {} nats, the logarithm of {} outcomes{}.",
                chance,
                write.get("value", _choices(write, key), form=","),
                _against_chance(write, key),
            )
        own = write.run.started[1].get("meanings", {}).get(key)
        if own:
            tail = (" ", write.text(line(EVENTS, write.run.started[0], "meanings", key)), *tail)
        rows.append((TITLES[key], (MEANING[key], *tail)))
    rows.append(
        (
            "Perplexity",
            say(
                "The exponential of the nats: among how many equally likely outcomes the network"
                " still hesitates. The same number in another dress."
            ),
        )
    )
    found.add(Facts(rows))
    return found


def _against_chance(write: Writer, key: str) -> "Figure | str":
    last, choices = write.run.evaluations[-1:], write.run.started[1].get("choices", {}).get(key)
    value = last[0][1].get(key) if last else None
    if value is None or not choices:
        return ""
    return (
        "; at its last evaluation this run is worse than guessing"
        if value > math.log(choices)
        else ""
    )


def chance_of(write: Writer, key: str) -> Figure | None:
    """What guessing evenly would give; None where the run does not say."""
    if key not in write.run.started[1].get("choices", {}):
        return None
    return write.get("log", _choices(write, key))


def _choices(write: Writer, key: str) -> Address:
    return line(EVENTS, write.run.started[0], "choices", key)


def _levels(write: Writer, key: str) -> list[Level]:
    levels = []
    chance = chance_of(write, key)
    if chance is not None and chance.value is not None:
        levels.append(Level("chance", chance.value))
    first = write.run.evaluations[0][1].get(key) if write.run.evaluations else None
    if first is not None:
        levels.append(Level("where it began", float(first)))
    return levels


def _best_step(write: Writer) -> float | None:
    best = write.run.best
    return None if best is None else float(best[1]["step"])


def _lines(write: Writer, key: str) -> list[Curve]:
    return [
        _curve(name, look, write.run.events(kind), key, kind)
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


def evaluation_table(write: Writer) -> Table:
    """Each evaluation in nats and as perplexity, against the first."""
    run = write.run
    keys = present(write)
    head: list[Said] = [("step",), ("epoch",)]
    for key in keys:
        head += [(key,), ("perplexity",)]
    head.append((f"{run.metric} against the first",))
    rows = []
    for event in spaced(run.evaluations, MOST_ROWS, run.best):
        row: list[Said] = [(write.step(event),), (write.epoch(event),)]
        for key in keys:
            row.append((write.at(event, key),))
            row.append((write.get("exp", line(EVENTS, event[0], key), form=",.1f"),))
        row.append((_change(write, event, run.metric),))
        rows.append(row)
    return Table(head, rows)


def _change(write: Writer, event: Event, *path: str) -> Figure:
    first = write.run.evaluations[0]
    return write.get(
        "rise", line(EVENTS, first[0], *path), line(EVENTS, event[0], *path), form="+.1%"
    )


def categories(write: Writer) -> list[Block]:
    """The metric by category at some evaluations, and how it changed."""
    run = write.run
    shown = spaced(run.evaluations, MOST_COLUMNS, run.best)
    head: list[Said] = [("category",)]
    head += [say("step {}", write.step(event)) for event in shown]
    best = run.best or shown[-1]
    head.append(("best against first",))
    rows = []
    for kind in run.categories:
        cells: list[Said] = [(write.category(kind),)]
        cells += [(write.at(event, "categories", kind, run.metric),) for event in shown]
        cells.append((_change(write, best, "categories", kind, run.metric),))
        rows.append(cells)
    title = Paragraph(say(f"By category, {run.metric} in nats:"), "heading")
    return [title, Table(head, rows)]
