"""Overfitting and stability, by the guard's rules, each beside what this run has for it."""

from trainer.report.blocks import Bullets, Paragraph, Section, Table
from trainer.report.figures import Figure, Inline, inline
from trainer.report.provenance import all_where, line
from trainer.report.run_figures import RunFigures
from trainer.report.run_files import EVENTS

PER_CENT = ".1%"


def section(figures: RunFigures) -> Section:
    """The rules as a table, then what went wrong on the way."""
    found = Section("stability", "Overfitting and stability")
    run = figures.run
    if len(run.evaluations) >= 2 and run.best is not None:
        found.add(_rules(figures), Paragraph(_sureness(figures)))
    else:
        found.add(Paragraph(inline("With fewer than two evaluations no rule can be applied.")))
    found.add(Bullets(list(_incidents(figures))))
    return found


def _rules(figures: RunFigures) -> Table:
    run = figures.run
    first, last, best = run.evaluations[0], run.evaluations[-1], run.best
    assert best is not None

    def between(how: str, one: tuple[int, object], two: tuple[int, object]) -> Figure:
        places = (line(EVENTS, event[0], run.metric) for event in (one, two))
        return figures.get(how, *places, form=PER_CENT)

    rows: list[list[Inline]] = [
        [
            ("Learnt something: best below the first by at least",),
            (figures.rule("LEAST_GAIN", PER_CENT),),
            (between("gain", first, best),),
        ],
        [
            ("Overfits: the last above the best by more than",),
            (figures.rule("OVERFIT", PER_CENT),),
            (between("rise", best, last),),
        ],
        [
            ("Fell apart: the last, times the first, above",),
            (figures.rule("FELL_APART", ".2f"),),
            (
                figures.get(
                    "ratio",
                    line(EVENTS, last[0], run.metric),
                    line(EVENTS, first[0], run.metric),
                    form=".2f",
                ),
            ),
        ],
        [
            ("Enough to judge by: evaluation clips, at least",),
            (figures.rule("FEWEST_CLIPS"),),
            (figures.at(last, "clips", form="d"),),
        ],
    ]
    window = run.evaluations[-4:]
    if len(window) == 4:
        rows.insert(
            2,
            [
                inline(
                    "Flat: gain over the last {} evaluations below", figures.rule("FLAT_WINDOW")
                ),
                (figures.rule("FLAT", PER_CENT),),
                (between("gain", window[0], last),),
            ],
        )
    return Table([("rule",), ("limit",), ("this run",)], rows)


def _sureness(figures: RunFigures) -> Inline:
    """Whether the clips can show the gain and the loss, by resampling them."""
    run = figures.run
    first, last, best = run.evaluations[0], run.evaluations[-1], run.best
    assert best is not None
    if "each" not in first[1] or "each" not in best[1] or run.metric != "mel_ce":
        return inline(
            "The run did not write down each clip's loss, so how sure these changes are cannot be"
            " worked out."
        )
    if best[1]["step"] == 0:
        return _change(figures, "From the first evaluation to the last", first, last)
    content = _change(figures, "From the first evaluation to the best", first, best)
    if best[1]["step"] != last[1]["step"]:
        content = (*content, " ", *_change(figures, "From the best to the last", best, last))
    return content


def _change(
    figures: RunFigures, what: str, one: tuple[int, object], two: tuple[int, object]
) -> Inline:
    """A change with its interval over clips, and whether that leaves out zero."""
    places = (line(EVENTS, one[0], "each"), line(EVENTS, two[0], "each"))
    middle, low, high = (
        figures.get(how, *places, form="+.3f")
        for how in ("clipwise", "clipwise low", "clipwise high")
    )
    if low.value is None or high.value is None:
        return inline(
            f"{what}, these clips changed by {{}} nats; they are too few for an interval.", middle
        )
    shown = low.value > 0 or high.value < 0
    says = "more than these clips' chance" if shown else "which chance over these clips explains"
    return inline(
        f"{what}: {{}} nats a code, interval {{}} to {{}} when clips are drawn again; {says}.",
        middle,
        low,
        high,
    )


def _incidents(figures: RunFigures) -> "list[Inline]":
    """What happened besides learning."""
    run = figures.run
    found: list[Inline] = []
    for kind, none, some in (
        ("skipped", "No step was skipped.", "steps were skipped because their loss was no number:"),
        ("halved", "Memory was never short.", "times memory ran out and batches were halved."),
        ("resumed", "It was never interrupted.", "times it was taken up again."),
        ("failed", "", "times it failed."),
    ):
        events = run.events(kind)
        count = figures.get("count", all_where(EVENTS, {"event": kind}), form="d")
        if not events:
            found += [inline(none)] if none else []
            continue
        content = inline(f"{{}} {some}", count)
        if kind == "skipped":
            for at, event in enumerate(events[:10]):
                content = (*content, "; step " if at else " step ", figures.step(event))
            content = (*content, ".")
        found.append(content)
    norms = all_where(EVENTS, {"event": "step"}, "grad_norm")
    if run.events("step"):
        found.append(
            inline(
                "Gradients before clipping: {} in the middle, {} at most.",
                figures.get("median", norms, form=".3g"),
                figures.get("max", norms, form=".3g"),
            )
        )
    return found
